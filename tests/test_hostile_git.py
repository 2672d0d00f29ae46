"""Git repositories that are set up to run programs: no command runs one of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.repository import Repository, repository_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Run

STACK = """\
services:
  app:
    image: example/app:1
    healthcheck: {test: curl -f localhost}
    deploy: {mode: global, update_config: {failure_action: rollback, order: start-first}}
"""
FLEET = """\
version: 1
results: ci/runs.json
recipes:
  - {name: app, path: app}
  - {name: old, path: "app@HEAD~2"}
"""
RUNS = [
    {"recipe": "app", "date": "2026-06-10", "ref": "HEAD~1", "upgrade": "fail"},
    {"recipe": "app", "date": "2026-06-11", "upgrade": "pass"},
]
PROGRAM_KEYS = (
    "core.alternateRefsCommand",
    "core.askPass",
    "core.editor",
    "core.fsmonitor",
    "core.gitProxy",
    "core.pager",
    "core.sshCommand",
    "credential.helper",
    "diff.external",
    "diff.trap.command",
    "diff.trap.textconv",
    "filter.trap.clean",
    "filter.trap.process",
    "filter.trap.smudge",
    "gpg.program",
    "interactive.diffFilter",
    "merge.trap.driver",
    "pager.ls-tree",
    "pager.rev-list",
    "pager.rev-parse",
    "remote.origin.receivepack",
    "remote.origin.uploadpack",
    "sequence.editor",
    "uploadpack.packObjectsHook",
)
ALIASES = ("cat-file", "ls-files", "ls-tree", "rev-list", "rev-parse", "status")
HOOKS = ("post-checkout", "post-index-change", "pre-auto-gc", "pre-commit", "reference-transaction")
VARIABLES = (
    "GIT_ASKPASS",
    "GIT_EDITOR",
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "GIT_PROXY_COMMAND",
    "GIT_SEQUENCE_EDITOR",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
)
COMMANDS = (
    ("check", "."),
    ("check", "--changed", "app/compose.yml"),
    ("check", "--write-baseline", "--baseline", "known.json", "."),
    ("fix", "--unsafe", "--changed", "app/compose.yml"),
    ("show", "."),
    ("sweep", "."),
    ("sweep", "--at", "HEAD", "."),
    ("sweep", "--at", "HEAD~1", "."),
    ("sweep", "--at", "HEAD~1", "app"),
    ("sweep", "--at", "HEAD~1", "--format", "html", "."),
    ("sweep", "--compare", "old.json", "."),
)


class Traps:
    """Programs that leave a file when they run."""

    def __init__(self, folder: Path) -> None:
        self._ran = folder / "ran"
        self._programs = folder / "programs"
        for each in (self._ran, self._programs):
            each.mkdir(parents=True)

    def program(self, name: str) -> str:
        path = self._programs / name
        path.write_text(f"#!/bin/sh\ntouch '{self._ran / name}'\nexit 1\n")
        path.chmod(0o755)
        return str(path)

    @property
    def ran(self) -> set[str]:
        return {path.name for path in self._ran.iterdir()}

    def hooks(self) -> Path:
        """Return a folder of hooks, with every command of git that a changed GIT_EXEC_PATH could replace."""
        for name in (*HOOKS, *(f"git-{each}" for each in (*ALIASES, "remote-ext", "remote-https"))):
            self.program(name)
        return self._programs


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return Traps(tmp_path / "traps")


def add_recipes(repository: Repository) -> None:
    """Commit three versions of a fleet, with attributes that select the filter, diff and merge programs."""
    files = {"app/compose.yml": STACK, "fleet.yml": FLEET, "ci/runs.json": json.dumps(RUNS)}
    repository.commit({**files, ".gitattributes": "* filter=trap diff=trap merge=trap\n"}, "2026-06-09T12:00:00Z")
    repository.commit({"app/compose.yml": STACK.replace(":1", ":2")}, "2026-06-10T12:00:00Z")
    repository.commit({"app/compose.yml": STACK.replace(":1", ":3")}, "2026-06-11T12:00:00Z")


def config_text(traps: Traps) -> str:
    values = {key: traps.program(key) for key in PROGRAM_KEYS}
    values |= {f"alias.{name}": f"!{traps.program(f'alias.{name}')}" for name in ALIASES}
    values |= {"core.hooksPath": str(traps.hooks()), "log.showSignature": "true", "gc.auto": "1"}
    values |= {"protocol.ext.allow": "always", "remote.origin.url": f"ext::{traps.program('ext')} %S"}
    lines = []
    for key, value in values.items():
        section, _, name = key.rpartition(".")
        section, _, part = section.partition(".")
        header = f'{section} "{part}"' if part else section
        lines.append(f'[{header}]\n\t{name} = "{value}"\n')
    return "".join(lines)


def own_config(repository: Repository, traps: Traps) -> Path:
    with (repository.folder / ".git/config").open("a") as stream:
        stream.write(config_text(traps))
    return repository.folder


def included_config(repository: Repository, traps: Traps) -> Path:
    (repository.folder / "app/hostile").write_text(config_text(traps))
    repository.git("config", "include.path", "../app/hostile")
    return repository.folder


def worktree_config(repository: Repository, traps: Traps) -> Path:
    repository.git("config", "extensions.worktreeConfig", "true")
    (repository.folder / ".git/config.worktree").write_text(config_text(traps))
    return repository.folder


def git_file(repository: Repository, traps: Traps) -> Path:
    """Return a folder whose `.git` is a file that names a repository elsewhere."""
    own_config(repository, traps)
    elsewhere = repository.folder.parent / "elsewhere"
    (repository.folder / ".git").rename(elsewhere)
    (repository.folder / ".git").write_text(f"gitdir: {elsewhere}\n")
    return repository.folder


def submodule(repository: Repository, traps: Traps) -> Path:
    """Return a clone with a submodule, whose own config and whose `.gitmodules` have programs."""
    above = repository_at(repository.folder.parent / "above")
    above.git("submodule", "--quiet", "add", str(repository.folder), "recipes")
    with (above.folder / ".gitmodules").open("a") as stream:
        stream.write(f"\tupdate = !{traps.program('submodule')}\n")
    above.commit()
    with (above.folder / ".git/modules/recipes/config").open("a") as stream:
        stream.write(config_text(traps))
    own_config(above, traps)
    return above.folder / "recipes"


def promisor(repository: Repository, traps: Traps) -> Path:
    """Return a clone that lacks an object, and whose remote is a program."""
    own_config(repository, traps)
    blob = repository.git("rev-parse", "HEAD~1:app/compose.yml")
    (repository.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with (repository.folder / ".git/config").open("a") as stream:
        stream.write('[remote "origin"]\npromisor = true\npartialclonefilter = blob:none\n')
        stream.write("[extensions]\npartialClone = origin\n[core]\nrepositoryformatversion = 1\n")
    return repository.folder


SETUPS = (own_config, included_config, worktree_config, git_file, submodule, promisor)


def run_all(run: Run, *, lacks_objects: bool = False) -> None:
    """Run every command in the current folder. Without objects, some of them end with an error."""
    Path("old.json").write_text(run("sweep", ".", "--format", "json").stdout)
    codes = {command: run(*command).exit_code for command in COMMANDS}
    failed = {command for command, code in codes.items() if code not in (0, 1)}
    assert bool(failed) == lacks_objects, failed


@pytest.mark.slow
@pytest.mark.parametrize("setup", SETUPS, ids=lambda each: each.__name__)
def test_config_of_a_repository_runs_no_program(
    run: Run,
    repository: Repository,
    traps: Traps,
    setup: Callable[[Repository, Traps], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_recipes(repository)
    folder = setup(repository, traps)
    monkeypatch.chdir(folder)
    (folder / "app/compose.yml").write_text(f"{STACK}# changed\n")
    assert traps.ran == set()
    run_all(run, lacks_objects=setup is promisor)
    assert traps.ran == set()
    # Git itself runs programs of this config, so the traps work.
    for command in ("status", "add --all", "fetch origin"):
        subprocess.run(
            ["git", *command.split()], capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=30
        )
    assert {"core.fsmonitor", "filter.trap.process"} <= traps.ran
    assert {"ext", "remote.origin.uploadpack"} & traps.ran


@pytest.mark.slow
def test_git_variables_run_no_program(
    run: Run, repository: Repository, traps: Traps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_recipes(repository)
    monkeypatch.chdir(repository.folder)
    for name in VARIABLES:
        monkeypatch.setenv(name, traps.program(name))
    monkeypatch.setenv("GIT_EXEC_PATH", str(traps.hooks()))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(traps.hooks()))
    for name in ("GIT_TRACE", "GIT_TRACE_SETUP", "GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_REDIRECT_STDERR"):
        monkeypatch.setenv(name, str(tmp_path / "trace"))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", f"'core.fsmonitor'='{traps.program('parameter')}'")
    hostile = tmp_path / "hostile"
    hostile.write_text(config_text(traps))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(hostile))
    run_all(run)
    assert traps.ran == set()
    assert not (tmp_path / "trace").exists()
    # Git itself uses the variables, so the traps work.
    subprocess.run(["git", "status"], capture_output=True, check=False)
    assert traps.ran
    assert (tmp_path / "trace").exists()


@pytest.mark.slow
def test_other_work_tree_in_a_config_is_not_read(
    run: Run, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `core.worktree`, the files of a revision stay those of its commit."""
    add_recipes(repository)
    other = tmp_path / "other"
    (other / "app").mkdir(parents=True)
    (other / "app/compose.yml").write_text(STACK.replace("app:1", "elsewhere:1"))
    repository.git("config", "core.worktree", str(other))
    monkeypatch.chdir(repository.folder)
    for command in COMMANDS:
        if command != ("sweep", "--compare", "old.json", "."):
            assert "elsewhere" not in run(*command).output
    assert [path.name for path in other.rglob("*")] == ["app", "compose.yml"]
