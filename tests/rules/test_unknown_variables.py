"""Conditions and findings on values that depend on a variable without a value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from rollout_lint.discovery.recipe import LayerFile, Recipe, Variant
from rollout_lint.facts.cluster import Cluster
from rollout_lint.facts.images import Images
from rollout_lint.facts.model import Kind
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.rules.condition import compile_condition
from rollout_lint.rules.loader import load_rules
from rollout_lint.stack.shorthand import Port
from rollout_lint.stack.unknown import Unknown
from rollout_lint.syntax.node import to_value
from rollout_lint.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.linter.evaluation import Evaluation

Keys: TypeAlias = "tuple[str | int, ...]"

RULES = load_rules()
UNKNOWN = Unknown(("N",))
PARTIAL = ["a", UNKNOWN]
"""List with an unknown item."""

VALUES = (
    "", "0", "1", "3", "true", "no", "0s", "1ms", "2h", "1M", "64G", "start-first", "stop-first", "rollback", "pause",
    "continue", "global", "replicated", "host", "ingress", "on-failure", "data:/data", "80:80", "a", "/srv", "x=y",
)  # fmt: skip
"""Docker accepts some of these in every place that takes a variable."""

MILDER_WITH_DATA = "RL001"
"""Rule whose milder grade needs to know how much memory an update takes."""


@pytest.mark.parametrize(
    "schema",
    [
        {"const": "a"},
        {"enum": ["a", 1, None]},
        {"type": "string"},
        {"type": ["null", "integer"]},
        {"minimum": 0},
        {"maximum": 9},
        {"exclusiveMinimum": -1},
        {"exclusiveMaximum": 9},
        {"minItems": 0},
        {"maxItems": 9},
        {"contains": {"const": "a"}},
        {"pattern": ""},
        {"absent": True},
        {"absent": False},
        {"minimum": 0, "maximum": 9},
    ],
    ids=json.dumps,
)
def test_no_condition_holds_for_an_unknown_value(schema: dict[str, Any]) -> None:
    kind = Kind(frozenset(("string", "integer", "array", "null")), items=frozenset(("string",)))
    for each in (schema, {"not": schema}, {"not": {"not": schema}}):
        assert compile_condition(each, kind).holds(UNKNOWN) is None


@pytest.mark.parametrize(
    ("schema", "holds"),
    [
        ({"minItems": 1}, True),
        ({"minItems": 2}, None),
        ({"maxItems": 0}, False),
        ({"maxItems": 1}, None),
        ({"contains": {"const": "a"}}, True),
        ({"contains": {"const": "b"}}, None),
        ({"contains": {"not": {"const": "a"}}}, None),
        ({"contains": {"const": "b"}, "minItems": 1}, None),
        ({"contains": {"const": "b"}, "maxItems": 0}, False),
        ({"const": []}, None),
        ({"type": "array"}, None),
        ({"absent": True}, False),
        ({"absent": False}, True),
    ],
)
def test_condition_on_a_list_with_an_unknown_item(schema: dict[str, Any], holds: bool | None) -> None:
    kind = Kind(frozenset(("array", "null")), items=frozenset(("string",)))
    assert compile_condition(schema, kind).holds(PARTIAL) is holds
    assert compile_condition({"not": schema}, kind).holds(PARTIAL) is (None if holds is None else not holds)


def test_port_with_an_unknown_number_is_not_counted() -> None:
    condition = compile_condition({"minItems": 1}, Kind(frozenset(("array",))))
    assert condition.holds([Port(80, UNKNOWN)]) is None
    assert condition.holds([Port(80, UNKNOWN), Port(80, 80)]) is True


def examples() -> Iterator[Any]:
    for rule in RULES:
        for kind in ("bad", "good"):
            for number, example in enumerate(rule.examples[kind]):
                yield pytest.param(example, id=f"{rule.id}-{kind}-{number}")


@pytest.mark.parametrize("example", list(examples()))
def test_finding_with_an_unknown_value_holds_for_every_value(example: dict[str, Any], tmp_path: Path) -> None:
    """Replace each value of an example by a variable, and compare with the findings for some of its values."""
    roots = {name: parse(text.encode(), name).root for name, text in example["files"].items()}
    files = {name: to_value(root) for name, root in roots.items() if root is not None}
    for name, document in files.items():
        for keys, value in scalars(document):
            path = ".".join(str(key) for key in keys[2:])
            texts = {file: json.dumps(replaced(tree, keys) if file == name else tree) for file, tree in files.items()}
            unknown = checked(example, texts, tmp_path, {})
            # Nothing is known about an unknown image, as about most known ones, so it has no healthcheck of its own.
            found = severities(unknown) if path != "image" else {}
            values = (text_of(value), *(VALUES if found else ()))
            known = [checked(example, texts, tmp_path, {"N": each}) for each in values]
            accepted = [severities(each) for each in known if not each.problems]
            assert unknown.problems == [] or not accepted, path
            for ranks in accepted:
                for finding, rank in found.items():
                    assert finding in ranks, (path, finding)
                    assert rank >= ranks[finding] or finding[0] == MILDER_WITH_DATA, (path, finding)


def scalars(tree: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Yield the scalars of services and networks with their keys."""
    if isinstance(tree, dict | list):
        pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for key, value in pairs:
            if keys or key in ("services", "networks", "volumes"):
                yield from scalars(value, (*keys, key))
    elif tree is not None:
        yield keys, tree


def replaced(tree: Any, keys: Keys) -> Any:
    """Return the tree with a variable at these keys."""
    if not keys:
        return "${N}"
    if isinstance(tree, list):
        return [replaced(item, keys[1:]) if number == keys[0] else item for number, item in enumerate(tree)]
    return {key: replaced(item, keys[1:]) if key == keys[0] else item for key, item in tree.items()}


def text_of(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def checked(example: dict[str, Any], texts: dict[str, str], folder: Path, environment: dict[str, str]) -> Evaluation:
    cluster = Cluster.from_values(example.get("hosts", {}), example.get("nodes", ()))
    layers = tuple(LayerFile(name, folder / name) for name in texts)
    recipe = Recipe("r", str(folder), [Variant("default", layers, environment)])
    contents = {name: text.encode() for name, text in texts.items()}
    return evaluate(recipe, LintContext(RULES, cluster, Images().with_claims(example.get("images", {}))), contents)


def severities(evaluation: Evaluation) -> dict[tuple[str, str | None], int]:
    """Return the rank of the worst finding by rule and service, 0 for high."""
    ranks: dict[tuple[str, str | None], int] = {}
    for finding in evaluation.findings:
        key = (finding.rule.id, finding.service)
        ranks[key] = min(finding.severity.rank, ranks.get(key, 9))
    return ranks
