"""No command reaches for the network, nor runs another program than git, which it asks for what is on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

HOOK = """
import sys

REMOTE = {"clone", "fetch", "ls-remote", "pull", "push", "remote", "submodule"}

def runs_another(event, arguments):
    if event != "subprocess.Popen":
        return event in ("os.system", "os.exec", "os.posix_spawn")
    words = [str(word) for word in arguments[1]]
    return words[0] != "git" or not REMOTE.isdisjoint(words)

def refuse(event, arguments):
    if runs_another(event, arguments) or event.startswith("socket.") and event != "socket.gethostname":
        sys.stderr.write(f"REACHED FOR {event} {arguments}\\n")
        sys.stderr.flush()
        raise RuntimeError(event)

sys.addaudithook(refuse)
"""
STACK = "services: {a: {image: b, deploy: {update_config: {failure_action: rollback, order: start-first}}}}\n"


def without_network(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "hook").mkdir(exist_ok=True)
    (folder / "hook" / "sitecustomize.py").write_text(HOOK)
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True, text=True, check=False, timeout=120, cwd=folder, input="[]",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (str(folder / "hook"), *sys.path)))},
    )  # fmt: skip


@pytest.mark.parametrize(
    "program",
    [
        "import socket; socket.socket()",
        "import socket; socket.create_connection(('localhost', 1))",
        "import urllib.request; urllib.request.urlopen('http://localhost:1')",
        "import subprocess; subprocess.run(['true'])",
        "import subprocess; subprocess.run(['git', 'ls-remote'])",
    ],
)
def test_what_reaches_for_it_is_seen(tmp_path: Path, program: str) -> None:
    assert "REACHED FOR" in without_network(tmp_path, "-c", program).stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["--help"],
        ["check", str(SAMPLES)],
        ["check", "recipe"],
        *(["check", "--format", each, "recipe"] for each in ("json", "sarif", "github", "gitlab", "junit", "markdown")),
        ["check", "--write-baseline", "recipe"],
        ["fix", "recipe"],
        ["show", "recipe"],
        ["config", "recipe"],
        ["rules", "--format", "markdown"],
        ["explain", "--all"],
        ["inspect", "-"],
        ["fleet", "init", "."],
        ["fleet", "schema"],
        *(["sweep", "--format", each, str(SAMPLES)] for each in ("text", "json", "markdown", "csv", "html")),
        ["sweep", "--jobs", "2", "--format", "json", str(SAMPLES)],
    ],
)
def test_no_command_reaches_for_it(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "recipe").mkdir()
    (tmp_path / "recipe" / "compose.yml").write_text(STACK)
    ran = without_network(tmp_path, "-m", "rollout_lint", *words)
    assert "REACHED FOR" not in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout or ran.stderr
    assert ran.returncode in (0, 1, 2)
