"""Network: no command uses it or runs another program than git for local data."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

HOOK = """
import sys

REMOTE_COMMANDS = {"clone", "fetch", "ls-remote", "pull", "push", "remote", "submodule"}

def runs_program(event, arguments):
    if event != "subprocess.Popen":
        return event in ("os.system", "os.exec", "os.posix_spawn")
    words = [str(word) for word in arguments[1]]
    return words[0] != "git" or not REMOTE_COMMANDS.isdisjoint(words)

def block(event, arguments):
    if runs_program(event, arguments) or event.startswith("socket.") and event != "socket.gethostname":
        sys.stderr.write(f"BLOCKED {event} {arguments}\\n")
        sys.stderr.flush()
        raise RuntimeError(event)

sys.addaudithook(block)
"""
STACK = "services: {a: {image: b, deploy: {update_config: {failure_action: rollback, order: start-first}}}}\n"


def run_without_network(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
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
def test_hook_detects_network_and_programs(tmp_path: Path, program: str) -> None:
    assert "BLOCKED" in run_without_network(tmp_path, "-c", program).stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["--help"],
        ["check", str(SAMPLES)],
        ["check", "recipe"],
        *(
            ["check", "--format", each, "recipe"]
            for each in ("json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown")
        ),
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
def test_command_uses_no_network(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "recipe").mkdir()
    (tmp_path / "recipe" / "compose.yml").write_text(STACK)
    ran = run_without_network(tmp_path, "-m", "rollout_lint", *words)
    assert "BLOCKED" not in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout or ran.stderr
    assert ran.returncode in (0, 1, 2)
