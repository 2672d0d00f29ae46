"""What the README shows of the program, run again. `python -m tests.readme` writes it down."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"

_SESSION = re.compile(r"(?<=```console\n)\$ (?P<command>.*)\n(?:.*\n)*?(?=```\n)")


def refreshed(text: str) -> str:
    """The text with each console session's output as it is now, 124 columns wide."""
    return _SESSION.sub(lambda session: f"$ {session['command']}\n{_output(session['command'])}", text)


def commands(text: str) -> list[str]:
    """The commands whose output it shows."""
    return [session["command"] for session in _SESSION.finditer(text)]


def _output(command: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "COLUMNS": "124"}
    ran = subprocess.run(command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text("utf-8")), "utf-8")
