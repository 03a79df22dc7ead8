"""The library behind the site: read, check and render plain data. No MkDocs in here."""
