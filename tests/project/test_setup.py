"""The set-up behind ``make``: one line when something is missing, nothing to do the second time, locked packages.

Nothing here reaches a network: the package index is a closed port of this machine, the one package a tiny wheel.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 600  # seconds; so that what hangs comes to an end
VENV = '#!/bin/sh\nexec "{python}" "$@"\n'
OLD = "#!/bin/sh\nexit 1\n"  # what a Python says that is asked for a newer version than it is
NO_VENV = '#!/bin/sh\ncase "$2" in *"import venv"*) exit 1;; esac\nexec "{python}" "$@"\n'
NO_PIP_IN_IT = '#!/bin/sh\ncase "$1" in -m) exit 1;; esac\nexec "{python}" "$@"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that is set up with one tiny package."""
    for name in ("scripts/setup.sh", "Makefile"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    digest = hashlib.sha256(wheel(tmp_path / "wheels").read_bytes()).hexdigest()
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "site.txt").write_text(f"tiny==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    return tmp_path


def wheel(folder: Path) -> Path:
    """The smallest package that pip installs."""
    folder.mkdir()
    path = folder / "tiny-1.0-py3-none-any.whl"
    files = {
        "tiny.py": "",
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(text)}\n"
        archive.writestr("tiny-1.0.dist-info/RECORD", f"{record}tiny-1.0.dist-info/RECORD,,\n")
    return path


def python(folder: Path, script: str) -> str:
    """A command that stands for a Python."""
    path = folder / "fake-python"
    path.write_text(script.format(python=sys.executable), encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def made_venv(folder: Path) -> None:
    """A .venv that is there already, so that no test waits for one."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    shutil.move(python(folder, VENV), folder / ".venv" / "bin" / "python")


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "MAKE"))}
    closed = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_RETRIES": "0",
    }
    return subprocess.run(
        command,
        cwd=folder,
        env={**kept, **closed, **variables},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def setup(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "sh", "scripts/setup.sh", "site", **variables)


@pytest.mark.parametrize(
    "script", [None, OLD, "#!/bin/sh\necho no >&2\nexit 127\n"], ids=["missing", "too old", "broken"]
)
def test_without_a_python_that_will_do_it_says_so_in_one_line(folder: Path, script: str | None) -> None:
    done = setup(folder, PYTHON=python(folder, script) if script else "/nonexistent")
    assert done.returncode == 1
    assert done.stdout == ""
    assert (
        done.stderr == "setup: Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3\n"
    )
    assert not (folder / ".venv").exists()


def test_without_the_venv_module_it_says_what_to_install(folder: Path) -> None:
    done = setup(folder, PYTHON=python(folder, NO_VENV))
    assert done.returncode == 1
    assert done.stderr.startswith("setup: Python's venv module is missing; install it (Debian, Ubuntu: apt-get install")
    assert done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_said_in_one_line(folder: Path) -> None:
    done = setup(folder, PYTHON=python(folder, NO_PIP_IN_IT))
    assert done.returncode == 1
    assert done.stderr.startswith("setup: could not make the folder .venv; ")
    assert done.stderr.count("\n") == 1


def test_a_network_that_does_not_answer_is_said_in_one_line(folder: Path) -> None:
    made_venv(folder)
    done = setup(folder)
    assert done.returncode == 1
    assert done.stdout == "setup: installing the packages of requirements/site.txt (once)\n"
    assert done.stderr.startswith("setup: the packages could not be fetched; check the network or the package index")
    assert done.stderr.count("\n") == 1
    assert not (folder / ".venv" / ".site-ready").exists()  # so the next make tries again


def test_a_package_that_is_not_the_locked_one_is_refused(folder: Path) -> None:
    made_venv(folder)
    locked = folder / "requirements" / "site.txt"
    locked.write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    done = setup(folder, PIP_FIND_LINKS=str(folder / "wheels"), PIP_NO_INDEX="1")
    assert done.returncode == 1
    assert done.stderr.startswith("setup: a package is not the one that was locked; do not use it, and report this")
    assert done.stderr.count("\n") == 1


def test_the_first_make_sets_up_and_the_second_does_nothing(folder: Path) -> None:
    wheels = {"PIP_FIND_LINKS": str(folder / "wheels"), "PIP_NO_INDEX": "1", "PYTHON": sys.executable}
    stamp = ".venv/.site-ready"
    assert run(folder, "make", "-q", stamp).returncode == 1
    done = run(folder, "make", stamp, **wheels)
    assert done.returncode == 0, done.stderr
    assert [line.split(" ")[1] for line in done.stdout.splitlines()] == ["making", "installing"]
    assert run(folder, str(folder / ".venv" / "bin" / "python"), "-c", "import tiny").returncode == 0
    assert run(folder, "make", "-q", stamp).returncode == 0

    locked = folder / "requirements" / "site.txt"
    later = (folder / stamp).stat().st_mtime + 5
    os.utime(locked, (later, later))
    assert run(folder, "make", "-q", stamp).returncode == 1  # a new lock is installed


def test_make_alone_lists_what_there_is_to_do() -> None:
    done = run(ROOT, "make")
    assert done.returncode == 0
    for target in ("serve", "build", "check", "test", "test-full", "bench", "lock", "clean"):
        assert re.search(rf"^  make {target} +\S", done.stdout, re.MULTILINE)


# --- the locked packages ------------------------------------------------------------------------------

LOCKS = ("site.txt", "test.txt")
PACKAGE = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")


def lock(name: str) -> dict[str, str]:
    """The packages of a lock file: name to version."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {m["name"].lower(): m["version"] for line in text.splitlines() if (m := PACKAGE.match(line))}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_locked_with_its_hashes(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    joined = text.replace("\\\n", " ").splitlines()
    found = [line for line in joined if line.strip() and not line.lstrip().startswith("#")]
    assert len(found) == len(lock(name)) > 10
    for line in found:
        assert PACKAGE.match(line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("name", LOCKS)
def test_no_package_is_a_pre_release(name: str) -> None:
    early = {package: version for package, version in lock(name).items() if re.search(r"(?:a|b|rc|\.dev)\d", version)}
    assert not early


@pytest.mark.parametrize("name", [*LOCKS, "site.in", "test.in"])
def test_no_address_of_an_index_stands_in_the_files(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--(?:extra-)?index\b|--find-links|--trusted-host|file:", text)


def test_the_tests_run_with_the_packages_of_the_site() -> None:
    site, test = lock("site.txt"), lock("test.txt")
    assert {package: test[package] for package in site if package in test} == {
        package: site[package] for package in site if package in test
    }
