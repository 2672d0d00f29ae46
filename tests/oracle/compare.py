"""Comparison of rollout-lint with Docker: accepted or rejected, and every fact of every service."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

from rollout_lint.discovery.recipes import recipe_from_layers
from rollout_lint.facts.stated import stated_facts
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.stack.merge import load_stack
from rollout_lint.syntax.parser import parse

from tests.oracle.docker import docker_config

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.stack.model import Resource, Stack


Values: TypeAlias = "dict[str, dict[str, Any]]"

_BY_NAME = ("networks", "environment", "labels", "deploy.labels")


@dataclass
class Comparison:
    """Results of rollout-lint and Docker for the layers of one stack.

    `services` counts the services that both have. `differences` has one message for each difference.
    """

    is_accepted_by_docker: bool
    is_accepted_by_us: bool
    services: int = 0
    differences: list[str] = field(default_factory=list)


def disagreements(files: Mapping[str, str | bytes], environment: Mapping[str, str] | None = None) -> list[str]:
    """Return the differences from Docker for the files in the given order."""
    with TemporaryDirectory() as folder:
        paths = []
        for name, text in files.items():
            path = Path(folder) / name
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            paths.append(path)
        return compare(paths, environment or {}).differences


def compare(paths: Sequence[Path], environment: Mapping[str, str]) -> Comparison:
    """Load the files with rollout-lint and with Docker, and compare the results."""
    answer = docker_config(paths, environment)
    ours = evaluate(recipe_from_layers(map(str, paths), dict(environment)), LintContext())
    found = Comparison(answer.merged is not None, ours.status == EvaluationStatus.EVALUATED)
    if answer.merged is None:
        _compare_rejection(ours, answer.message, found)
        return found
    stack = _read(answer.merged)
    if found.is_accepted_by_us:
        [variant] = ours.variants
        theirs = {name: stated_facts(service) for name, service in stack.services.items()}
        found.services = len(theirs.keys() & variant.services.keys())
        found.differences += _differences(_printed_values(theirs), _printed_values(variant.services))
        found.differences += _differences(_resources(stack.resources), _resources(variant.resources))
    elif stack.services:
        why = "; ".join(f"{problem.line}: {problem.message}" for problem in ours.problems)
        found.differences.append(f"Docker accepts it, rollout-lint reports {ours.status}: {why}")
    return found


def _read(merged: str) -> Stack:
    """Load Docker's output as a single layer without variables.

    Docker prints a ratio beyond 32 bits as `.inf`, which it does not accept in a file.
    """
    finite = re.sub(r"(?m)^( *max_failure_ratio: -?)\.inf$", r"\g<1>1e+39", merged)
    source = parse(finite.encode(), "docker")
    source.dollars.clear()
    return load_stack([source], {})[0]


def _compare_rejection(ours: Evaluation, message: str, found: Comparison) -> None:
    if found.is_accepted_by_us:
        found.differences.append(f"Docker rejects it, rollout-lint does not: {message}")
    elif ours.status == EvaluationStatus.NOT_EVALUATED and not all(problem.line for problem in ours.problems):
        found.differences.append(f"rollout-lint rejects it without a location; Docker reports {message}")


def _differences(docker: Values, ours: Values) -> Iterator[str]:
    for name in sorted(docker.keys() | ours.keys()):
        theirs, mine = docker.get(name, {}), ours.get(name, {})
        for path in sorted(theirs.keys() | mine.keys()):
            if theirs.get(path) != mine.get(path) and not _comes_from_a_file(path, mine):
                yield f"{name} {path}: Docker has {theirs.get(path)!r}, rollout-lint has {mine.get(path)!r}"


def _comes_from_a_file(path: str, facts: Mapping[str, Any]) -> bool:
    """Return True if Docker reads the value from an env_file, which rollout-lint never opens."""
    return path == "env_file" or (path == "environment" and "env_file" in facts)


def _printed_values(services: Mapping[str, Mapping[str, Fact]]) -> Values:
    """Return values by service and path, without derived facts and values that Docker does not print."""
    return {
        name: {
            path: _value(path, fact.value)
            for path, fact in facts.items()
            if fact.value not in (False, "", None, -(2**63)) and not path.startswith("derived.")
        }
        for name, facts in services.items()
    }


def _resources(resources: Mapping[str, Mapping[str, Resource]]) -> Values:
    return {
        f"{section}.{key}": {"external": each.is_external, "name": each.engine_name, "driver": each.driver}
        for section, by_key in resources.items()
        for key, each in by_key.items()
    }


def _value(path: str, value: Any) -> Any:
    """Normalize a value that Docker prints in another way.

    These are the path of a bind mount, the order of names, a size beyond 64 bits, and a ratio, which has 32 bits.
    """
    if path == "volumes":
        return [(v.type, "" if v.type == "bind" else v.source, v.target, v.read_only) for v in value]
    if path.endswith(".max_failure_ratio"):
        return _as_float32(value)
    return sorted(value) if path in _BY_NAME else value


def _as_float32(value: float) -> float | None:
    """Return the nearest number with 32 bits, or None for a number that is too large."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return None
