"""Containerfile, checked without a registry: its instructions, and its commands in a shell."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from typing import TYPE_CHECKING
from venv import EnvBuilder

import pytest

from tests.conftest import ROOT
from tests.packaging.recipes import RISKY

if TYPE_CHECKING:
    from pathlib import Path

TEXT = (ROOT / "Containerfile").read_text("utf-8")
INSTRUCTIONS = [
    (match[1], re.sub(r"\\\n\s*", "", match[2]))
    for match in re.finditer(r"^([A-Z]+) ((?:.*\\\n)*.*)$", TEXT, re.MULTILINE)
]


def stages() -> list[list[tuple[str, str]]]:
    starts = [number for number, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM"]
    return [INSTRUCTIONS[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


def values(stage: list[tuple[str, str]], name: str) -> list[str]:
    return [value for each, value in stage if each == name]


def test_image_runs_program_without_root() -> None:
    _, last = stages()
    [user] = values(last, "USER")
    assert all(int(number) > 0 for number in user.split(":"))
    assert [name for name, _ in last][-1] == "ENTRYPOINT"
    [entry] = values(last, "ENTRYPOINT")
    [program] = json.loads(entry)
    assert program in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]


def test_last_stage_has_no_source_and_no_pip_cache() -> None:
    _, last = stages()
    assert values(last, "COPY") + values(last, "ADD") == []
    assert all("--no-cache-dir" in command and "--no-index" in command for command in values(last, "RUN"))


def test_all_stages_use_the_same_base_image() -> None:
    images = {value.split()[0] for stage in stages() for value in values(stage, "FROM")}
    assert len(images) == 1


@pytest.mark.packaging
def test_copied_files_suffice_to_build_and_run(tmp_path: Path) -> None:
    build, last = stages()
    source, wheels, environment = tmp_path / "source", tmp_path / "wheels", tmp_path / "environment"
    for line in values(build, "COPY"):
        *names, target = line.split()
        for name in names:
            location = source / target
            _copy(ROOT / name, location / name if target.endswith("/") else location)
    EnvBuilder(with_pip=True).create(environment)
    for command in values(build, "RUN") + values(last, "RUN"):
        words = re.sub(r"--mount=\S+ ", "", command).replace("/wheels", shlex.quote(str(wheels)))
        ran = subprocess.run(
            ["sh", "-ec", words],
            cwd=source,
            env={"PATH": f"{environment / 'bin'}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    (tmp_path / "compose.yml").write_text(RISKY)
    found = subprocess.run(
        [environment / "bin" / "rollout-lint", "check", tmp_path], capture_output=True, text=True, check=False
    )
    assert (found.returncode, "RL001" in found.stdout) == (1, True)


def _copy(source: Path, location: Path) -> None:
    location.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, location, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, location)
