"""Console sessions of the documentation. `python -m tests.pages` updates their output and generated pages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
FLEET = ROOT / "docs" / "fleet.md"
CONFIG = ROOT / "docs" / "config.md"
PAGES = (README, CONTRIBUTING, *sorted((ROOT / "docs").glob("*.md")))
TODAY = "1781913600"
"""20 June 2026 in seconds: reference date for ages."""

_SESSION = re.compile(r"(?<=```console\n)(?P<session>\$ (?:.*\n)*?)(?=```\n)")
_COMMAND = re.compile(r"^\$ (?P<command>.*)\n", re.MULTILINE)
_BLOCK = re.compile(r'^```(?P<language>\w*)(?: title="(?P<name>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """Code block of a page. A block with a name is a file."""

    language: str
    name: str | None
    text: str


def blocks(page: Path) -> list[Block]:
    """Return the code blocks of a page, in order."""
    return [Block(**found.groupdict()) for found in _BLOCK.finditer(page.read_text("utf-8"))]


def refreshed(page: Path) -> str:
    """Return the page with the current output of each console session, 124 columns wide.

    The commands run in the checkout, or in a folder with the files of the page if it has any.
    """
    text = page.read_text("utf-8")
    with TemporaryDirectory() as folder:
        location = Path(folder) if write_files(page, Path(folder)) else ROOT
        return _SESSION.sub(lambda session: _session(session["session"], location), text)


def commands(page: Path) -> list[str]:
    """Return the commands of the console sessions."""
    sessions = _SESSION.finditer(page.read_text("utf-8"))
    return [command for session in sessions for command in _COMMAND.findall(session["session"])]


def write_files(page: Path, folder: Path) -> list[Path]:
    """Write the files of a page into a folder and return their paths."""
    written = []
    for block in blocks(page):
        if block.name is not None:
            written.append(folder / block.name)
            written[-1].parent.mkdir(parents=True, exist_ok=True)
            written[-1].write_text(block.text, "utf-8")
    return written


def environment() -> dict[str, str]:
    """Return the environment for commands: this installation, 124 columns, a fixed date."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "COLUMNS": "124", "SOURCE_DATE_EPOCH": TODAY}


def _session(session: str, location: Path) -> str:
    return "".join(f"$ {command}\n{_output(command, location)}" for command in _COMMAND.findall(session))


def _output(command: str, location: Path) -> str:
    ran = subprocess.run(
        command, shell=True, cwd=location, env=environment(), capture_output=True, text=True, check=False
    )
    return ran.stdout + ran.stderr


if __name__ == "__main__":
    from tests.facts_page import FACTS_PAGE, format_facts_page

    FACTS_PAGE.write_text(format_facts_page(), "utf-8")
    for page in PAGES:
        page.write_text(refreshed(page), "utf-8")
