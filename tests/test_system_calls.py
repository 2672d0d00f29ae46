"""System calls of commands: no network, no program but git, and no file outside the tree that they are given."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.conftest import ROOT
from tests.rules.own_rule import NAME, OWN_RULE
from tests.system_calls import traced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_coverage")]

STACK = """\
services:
  app:
    image: $REGISTRY/app:1
    env_file: [app.env, secrets/more.env]
    build: {context: ., dockerfile: Dockerfile}
    volumes: [./data.sql:/data.sql, /etc/hostname:/host]
    secrets: [db]
    configs: [web]
    healthcheck: {test: curl -f localhost}
    deploy: {mode: global, update_config: {failure_action: rollback, order: start-first}}
secrets: {db: {file: db-password.txt}}
configs: {web: {file: nginx.conf}}
"""
NEVER_OPENED = {
    "app/app.env": "PASSWORD=hunter2\n",
    "app/secrets/more.env": "TOKEN=hunter2\n",
    "app/db-password.txt": "hunter2\n",
    "app/nginx.conf": "user nginx;\n",
    "app/data.sql": "SELECT 1;\n",
    "app/.env": "REGISTRY=real.example.com\n",
    "app/entrypoint.py": "print('run')\n",
}
COMPARED = frozenset(("app/nginx.conf",))
"""Files of configs, whose hash a sweep compares with the revision of the last result (RL064)."""
FILES = {
    "app/compose.yml": STACK,
    "app/compose.ccci.yml": "services: {app: {deploy: {update_config: {order: stop-first}}}}\n",
    "app/.env.sample": "REGISTRY=registry.example.com\n",
    "app/recipe_meta.py": "UPGRADE_TESTS = True\nopen('/tmp/recipe-meta-ran', 'w')\n",
    "app/deploy.sh": "#!/bin/sh\ndocker stack deploy -c compose.yml app\n",
    "rollout-lint.toml": "env_files = ['values.env']\nrules = ['mine']\n",
    "values.env": "OTHER=1\n",
    "mine/.keep": "",
    "fleet.yml": "version: 1\nresults: runs.json\nrecipes: [{name: app, path: app}, {name: old, path: app@HEAD~1}]\n",
    "runs.json": json.dumps([{"recipe": "app", "date": "2026-06-10", "upgrade": "fail"}]),
    "running.json": '[{"ID": "x", "Spec": {"Name": "app_app"}}]\n',
}
READERS = (
    ("check", "."),
    ("check", ".", "--format", "sarif"),
    ("check", "--changed", "app/compose.yml"),
    ("check", "-c", "app/compose.yml", "--env-file", "values.env"),
    ("show", "app"),
    ("show", "app", "--all-facts"),
    ("config", "app"),
    ("sweep", "."),
    ("sweep", ".", "--format", "html"),
    ("sweep", ".", "--at", "HEAD"),
    ("sweep", ".", "--jobs", "2"),
    ("fix", "app"),
    ("explain", "RL001"),
    ("rules",),
    ("inspect", "running.json"),
)
WRITERS = {
    ("fix", "app", "--write", "--unsafe"): {"app/compose.yml"},
    ("check", "app", "--format", "json", "--output", "report.json"): {"report.json"},
    ("check", "app", "--write-baseline", "--baseline", "known.json"): {"known.json"},
}
SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share", "/etc/ld.so.cache", "/etc/ld.so.preload"),
    # Locale, time zone, random numbers, and OpenSSL, which computes hashes.
    *("/etc/locale.alias", "/etc/localtime", "/dev/null", "/dev/urandom", "/etc/ssl/openssl.cnf"),
    # The number of processors, and locks between processes.
    *("/proc", "/sys/devices/system/cpu", "/sys/fs/cgroup", "/dev/shm/sem."),
)
_CALL = re.compile(r"\d+ +(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(?:<(?P<path>[^>]*)>)?")


class Call(NamedTuple):
    """System call of a log of strace. `path` is the file that it opened, without links; "" if it failed."""

    name: str
    arguments: str
    path: str

    @property
    def is_write(self) -> bool:
        return re.search("O_WRONLY|O_RDWR|O_CREAT", self.arguments) is not None


@pytest.fixture
def tree(repository: Repository) -> Path:
    """Return a committed fleet."""
    program = f"import sys\nsys.exit('ran')\n{FILES['app/recipe_meta.py']}"
    repository.commit({"app/compose.yml": STACK})
    repository.commit({**FILES, **NEVER_OPENED, "app/recipe_meta.py": program})
    (repository.folder / "mine" / NAME).write_text(OWN_RULE)
    return repository.folder


def trace(tree: Path, *arguments: str) -> list[Call]:
    """Run a command in a tree and return its calls. It must not end with a traceback."""
    log = tree.parent / "strace.log"
    command = (*traced(log, ("%network", "execve", "execveat", "open", "openat", "openat2")), sys.executable, "-B")
    ran = subprocess.run(
        [*command, "-m", "rollout_lint", *arguments], cwd=tree, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    calls = list(_parse(log.read_text("utf-8", "surrogateescape")))
    assert any(call.path.startswith(str(tree)) for call in calls) or arguments[0] in ("explain", "rules"), ran.stderr
    return calls


def _parse(log: str) -> Iterator[Call]:
    """Yield the calls of a log, of which another process can interrupt one."""
    started: dict[str, str] = {}
    for line in log.splitlines():
        process, _, rest = line.partition(" ")
        if line.endswith("<unfinished ...>"):
            started[process] = line.removesuffix("<unfinished ...>")
            continue
        resumed = re.match(r" *<\.\.\. \w+ resumed>(.*)", rest)
        found = _CALL.match(started.pop(process) + resumed[1] if resumed else line)
        if found is not None:
            path = found["path"] or ""
            yield Call(found["name"], found["arguments"], path if int(found["result"]) >= 0 else "")


def allowed_roots() -> tuple[str, ...]:
    """Return the folders of Python, of the package, and of the system."""
    python = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    package = (str(ROOT / "lint"), str(ROOT / "rules"))
    return (*(os.path.realpath(each) for each in (*python, *package)), *python, *SYSTEM)


def check_calls(calls: list[Call], tree: Path, compared: frozenset[str] = frozenset()) -> None:
    network = [call for call in calls if not call.name.startswith(("open", "exec"))]
    assert network == []
    programs = {re.match(r'"([^"]*)"', call.arguments) for call in calls if call.name.startswith("exec")}
    names = {Path(found[1]).name for found in programs if found is not None}
    assert names <= {Path(sys.executable).name, "git"}
    opened = [call for call in calls if call.name.startswith("open")]
    # The files of a commit are written to the temporary folder, and not read there.
    reads = [call for call in opened if not call.is_write]
    forbidden = [name for name in NEVER_OPENED if any(_names(call, Path(name).name) for call in reads)]
    assert set(forbidden) <= compared
    roots = (*allowed_roots(), str(tree), os.path.realpath(tree.parent / "tmp"))
    outside = {call.path for call in opened if call.path and not call.path.startswith(roots)}
    assert outside == set()


def _names(call: Call, name: str) -> bool:
    return f'"{name}"' in call.arguments or f'/{name}"' in call.arguments


def written(calls: list[Call], tree: Path) -> set[str]:
    """Return the files of the tree that were opened for writing, without the marks of temporary files."""
    paths = (Path(call.path) for call in calls if call.name.startswith("open") and call.path and call.is_write)
    names = (path.relative_to(tree).as_posix() for path in paths if path.is_relative_to(tree))
    return {re.sub(r"(^|/)\.([^/]*)\.rollout-lint-\w+$", r"\1\2", name) for name in names}


@pytest.fixture(autouse=True)
def temporary_folder(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the commands a temporary folder of their own, in which they may open all files."""
    folder = repository.folder.parent / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.mark.parametrize("arguments", READERS, ids=" ".join)
def test_command_only_reads_its_own_files(tree: Path, arguments: tuple[str, ...]) -> None:
    calls = trace(tree, *arguments)
    check_calls(calls, tree, COMPARED if arguments[0] == "sweep" else frozenset())
    assert written(calls, tree) == set()
    assert not any((tree.parent / "tmp").iterdir())


@pytest.mark.parametrize("arguments", WRITERS, ids=" ".join)
def test_command_writes_only_its_output(tree: Path, arguments: tuple[str, ...]) -> None:
    calls = trace(tree, *arguments)
    check_calls(calls, tree)
    assert written(calls, tree) == WRITERS[arguments]


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import socket; socket.socket()", "AF_INET"),
        ("import subprocess; subprocess.run(['true'])", "true"),
        ("open('app/app.env')", "app.env"),
        ("open('/etc/hostname')", "/etc/hostname"),
        ("import threading; threading.Thread(target=open, args=['/etc/hostname']).start()", "/etc/hostname"),
    ],
)
def test_check_of_calls_detects_a_violation(tree: Path, program: str, message: str) -> None:
    log = tree.parent / "strace.log"
    command = traced(log, ("%network", "execve", "open", "openat"))
    subprocess.run([*command, sys.executable, "-c", program], cwd=tree, check=True, capture_output=True)
    with pytest.raises(AssertionError, match=re.escape(message)):
        check_calls(list(_parse(log.read_text())), tree)
