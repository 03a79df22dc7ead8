"""Zip the built site so that it opens from a folder (``make offline``). Run from the project root after a build."""

import sys
from pathlib import Path

from launch import in_environment


def main(site: Path) -> int:
    """Write the zip beside ``site``; the exit status."""
    from ledger.core.errors import CannotRunError
    from ledger.export import dataset, offline_zip
    from ledger.model import project

    if not (site / "index.html").is_file():
        raise CannotRunError(f"there is no built site in {site}; run make build first")
    target = site.resolve().parent / f"{offline_zip.ZIP_FOLDER}-offline.zip"
    count = offline_zip.write_zip(site, target, dataset.get_data_version(project.load_project(Path.cwd())))
    print(f"offline: {target.name}, {count} files, {target.stat().st_size / 1e6:.1f} MB; unzip it and open index.html")
    return 0


if __name__ == "__main__":
    in_environment("offline")
    from ledger.core.run_command import run_guarded

    sys.exit(run_guarded("offline", lambda: main(Path(sys.argv[1] if len(sys.argv) > 1 else "site"))))
