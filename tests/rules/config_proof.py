"""Proofs that need no engine: what `docker stack config` makes of an example's files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rollout_lint.report.rules.proofs import describe_config_output
from ruamel.yaml import YAML

from tests.oracle.docker import docker_says
from tests.rules.sides import Side, sides

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.rules.model import Rule

HEADINGS = ("rule", "example", "what `docker stack config` printed")


class ConfigCase(Side):
    """A side of a proof that asks `docker stack config`."""

    @property
    def environment(self) -> dict[str, str]:
        """What the variables are set to."""
        return dict(self.proof["config"].get("environment", {}))

    @property
    def stated(self) -> dict[str, Any]:
        """Either `refused`, Docker's own words, or `prints`, values by their dotted path in the merged stack, None for
        what is not there.
        """
        return dict(self.proof["config"][self.side])


def config_cases(rules: Iterable[Rule]) -> list[ConfigCase]:
    """Both sides of every proof that asks `docker stack config`."""
    return sides(rules, "config", ConfigCase)


def seen(case: ConfigCase) -> dict[str, Any]:
    """What Docker answers, in the words of the case."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in case.files]
        for path, text in zip(paths, case.files.values(), strict=True):
            path.write_text(text, encoding="utf-8")
        answer = docker_says(paths, case.environment)
    if answer.merged is None:
        return {"refused": answer.said.replace(f"{folder}/", "")}
    merged = YAML(typ="safe", pure=True).load(answer.merged)
    return {"prints": {path: _at(merged, path) for path in case.stated.get("prints", {})}}


def as_stated(case: ConfigCase, answer: dict[str, Any]) -> bool:
    """Whether that is what the proof states."""
    if "refused" in case.stated:
        return re.search(case.stated["refused"], answer.get("refused", "")) is not None
    return answer == case.stated


def config_table(answers: Iterable[tuple[ConfigCase, dict[str, Any]]]) -> list[str]:
    """The cases and what was seen of each as a Markdown table."""
    seen_rows = ((case.rule, case.example, told(answer)) for case, answer in answers)
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *seen_rows]
    return [f"| {' | '.join(row)} |" for row in rows]


def told(answer: dict[str, Any]) -> str:
    """An answer as a cell of the table."""
    return describe_config_output(answer).replace("|", "\\|")


def docker_version() -> str:
    """The docker CLI's own version."""
    command = ["docker", "version", "--format", "{{.Client.Version}}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _at(merged: Any, path: str) -> Any:
    """The value at a path; a mapping as the list of its keys."""
    for key in path.split("."):
        merged = merged.get(key) if isinstance(merged, dict) else None
    return list(merged) if isinstance(merged, dict) else merged
