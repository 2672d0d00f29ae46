"""`docker stack config`, which needs no daemon, asked the same as our own merge."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.facts import Fact, facts_of
from rollout_lint.source import parse
from rollout_lint.stack.merge import load_stack

if TYPE_CHECKING:
    from collections.abc import Mapping

OLDEST = 27
"""The first release whose latest version of the file format is 3.13, and to which a missing version means that."""


def why_not() -> str | None:
    """Why Docker cannot be asked here, None where it can."""
    if shutil.which("docker") is None:
        return "needs the docker CLI"
    answer = subprocess.run(["docker", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+)\.", answer)
    if found is None or int(found[1]) < OLDEST:
        return f"needs the docker CLI {OLDEST} or later, and this one says {answer.strip() or 'nothing'}"
    return None


def require() -> None:
    """Skip the test where Docker cannot be asked; fail it where ROLLOUT_LINT_DOCKER says that it must be."""
    reason = why_not()
    if reason is not None and os.environ.get("ROLLOUT_LINT_DOCKER") == "required":
        pytest.fail(reason)
    if reason is not None:
        pytest.skip(reason)


def docker_says(files: list[Path], environment: Mapping[str, str]) -> tuple[str | None, str]:
    """The merged stack as YAML, None where Docker refuses; and what it said."""
    command = ["docker", "stack", "config", *(part for file in files for part in ("-c", str(file)))]
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment}
    ran = subprocess.run(command, capture_output=True, text=True, env=clean, check=False)
    return (ran.stdout if ran.returncode == 0 else None), ran.stderr.strip()


def disagreements(files: Mapping[str, str | bytes], environment: Mapping[str, str] | None = None) -> list[str]:
    """How our merge of the files, in their order, differs from Docker's; empty where they agree."""
    with TemporaryDirectory() as folder:
        paths = []
        for name, text in files.items():
            path = Path(folder) / name
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            paths.append(path)
        return compare(paths, environment or {})


def compare(paths: list[Path], environment: Mapping[str, str]) -> list[str]:
    """The same for files that exist."""
    merged, said = docker_says(paths, environment)
    stack, problems = load_stack([parse(path.read_bytes(), path.name) for path in paths], environment, exact=True)
    if merged is None:
        return [] if problems else [f"Docker refuses it, and we do not: {said}"]
    if problems:
        return [f"Docker takes it, and we refuse: {problem}" for problem in problems]
    substituted = merged.replace("$", "$$")
    theirs, _ = load_stack([parse(substituted.encode(), "docker")], {})
    ours = {name: _said(facts_of(service)) for name, service in stack.services.items()}
    docker = {name: _said(facts_of(service)) for name, service in theirs.services.items()}
    return [
        f"{name} {path}: Docker has {docker.get(name, {}).get(path)!r}, we have {ours.get(name, {}).get(path)!r}"
        for name in sorted(ours.keys() | docker.keys())
        for path in sorted(ours.get(name, {}).keys() | docker.get(name, {}).keys())
        if ours.get(name, {}).get(path) != docker.get(name, {}).get(path)
    ]


def _said(facts: dict[str, Fact]) -> dict[str, Any]:
    """Values by path; a flag that is off is what Docker prints nothing for."""
    return {path: _value(path, fact.value) for path, fact in facts.items() if fact.value not in (False, "", None)}


def _value(path: str, value: Any) -> Any:
    """What Docker prints otherwise: an absolute path for a bind, networks in the order of their names."""
    if path == "volumes":
        return [(v.type, "" if v.type == "bind" else v.source, v.target, v.read_only) for v in value]
    return sorted(value) if path == "networks" else value
