"""Proofs with `docker stack config`, which need no engine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rollout_lint.report.rules.proofs import describe_config_output
from ruamel.yaml import YAML

from tests.oracle.docker import docker_config
from tests.rules.sides import Side, sides

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.rules.model import Rule

HEADINGS = ("rule", "example", "what `docker stack config` printed")


class ConfigCase(Side):
    """A side of a proof with `docker stack config`."""

    @property
    def environment(self) -> dict[str, str]:
        """Values of the variables."""
        return dict(self.proof["config"].get("environment", {}))

    @property
    def expected(self) -> dict[str, Any]:
        """Expected answer: `refused` with a pattern of the error, or `prints`.

        `prints` has values of the merged stack by dotted path, None for a missing value.
        """
        return dict(self.proof["config"][self.side])


def config_cases(rules: Iterable[Rule]) -> list[ConfigCase]:
    """Return both sides of every proof with `docker stack config`."""
    return sides(rules, "config", ConfigCase)


def docker_answer(case: ConfigCase) -> dict[str, Any]:
    """Return the answer of Docker, with the keys of the expected one."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in case.files]
        for path, text in zip(paths, case.files.values(), strict=True):
            path.write_text(text, encoding="utf-8")
        answer = docker_config(paths, case.environment)
    if answer.merged is None:
        return {"refused": answer.message.replace(f"{folder}/", "")}
    merged = YAML(typ="safe", pure=True).load(answer.merged)
    return {"prints": {path: _value_at(merged, path) for path in case.expected.get("prints", {})}}


def is_expected(case: ConfigCase, answer: dict[str, Any]) -> bool:
    """Return True if the answer is the expected one."""
    if "refused" in case.expected:
        return re.search(case.expected["refused"], answer.get("refused", "")) is not None
    return answer == case.expected


def config_table(answers: Iterable[tuple[ConfigCase, dict[str, Any]]]) -> list[str]:
    """Return a Markdown table of cases and answers."""
    answer_rows = ((case.rule, case.example, format_cell(answer)) for case, answer in answers)
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *answer_rows]
    return [f"| {' | '.join(row)} |" for row in rows]


def format_cell(answer: dict[str, Any]) -> str:
    """Return an answer as a cell of the table."""
    return describe_config_output(answer).replace("|", "\\|")


def docker_version() -> str:
    """Return the version of the docker CLI."""
    command = ["docker", "version", "--format", "{{.Client.Version}}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _value_at(merged: Any, path: str) -> Any:
    """Return the value at a path, a mapping as the list of its keys."""
    for key in path.split("."):
        merged = merged.get(key) if isinstance(merged, dict) else None
    return list(merged) if isinstance(merged, dict) else merged
