"""Zip the built site so that it opens from a folder (``make offline``). Run from the project root after a build."""

import sys
from pathlib import Path

from launch import in_environment

if __name__ == "__main__":
    in_environment("offline")
    from ledger.export import dataset, offline_zip
    from ledger.model import project

    site = Path(sys.argv[1] if len(sys.argv) > 1 else "site")
    if not (site / "index.html").is_file():
        sys.exit(f"offline: there is no built site in {site}; run make build first")
    target = site.resolve().parent / f"{offline_zip.ZIP_FOLDER}-offline.zip"
    count = offline_zip.write_zip(site, target, dataset.get_data_version(project.load_project(Path.cwd())))
    print(f"offline: {target.name}, {count} files, {target.stat().st_size / 1e6:.1f} MB; unzip it and open index.html")
