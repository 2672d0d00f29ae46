"""A rule's examples, evaluated as the stack that their files make."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rollout_lint.collect import recipe_from_layers
from rollout_lint.evaluate import Evaluation, evaluate
from rollout_lint.facts import Cluster
from rollout_lint.source import parse, plain
from rollout_lint.stack.units import size

if TYPE_CHECKING:
    from rollout_lint.rule import Rule


def evaluate_files(files: dict[str, str], rules: tuple[Rule, ...], hosts: dict[str, Any] | None = None) -> Evaluation:
    """The files, merged in their order, under the names that they have, on hosts of which so much is known."""
    hosts = hosts or {}
    cluster = Cluster(hosts.get("nodes"), size(hosts["memory"]) if "memory" in hosts else None)
    with TemporaryDirectory() as folder:
        paths = []
        for name, text in files.items():
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8")
            paths.append(str(path))
        return evaluate(recipe_from_layers(paths, {}), rules, cluster)


def found_at(example: dict[str, Any], rule: Rule) -> list[tuple[str, str]]:
    """`file:line` and severity of each finding of the rule."""
    evaluation = evaluate_files(example["files"], (rule,), example.get("hosts"))
    return [(f"{Path(f.place.file).name}:{f.place.line}", f.severity) for f in evaluation.findings]


def without_condition(rule: Rule, path: str) -> Rule:
    """The rule with one condition less."""
    return replace(rule, when={other: test for other, test in rule.when.items() if other != path})


def repaired(files: dict[str, str], rule: Rule) -> dict[str, str]:
    """The files, and the rule's fix as one more overlay for each of their services."""
    base = plain(parse(next(iter(files.values())).encode(), "base").root)  # type: ignore[arg-type]
    overlay: dict[str, Any] = {"services": dict.fromkeys(base["services"], rule.fix)}
    if "version" in base:
        overlay["version"] = base["version"]
    return files | {"fix.yml": json.dumps(overlay)}
