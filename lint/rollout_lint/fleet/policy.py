"""Values that the files of each variant set for a service's rollout, with their locations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.facts.defaults import ROLLOUT_BLOCKS, ROLLOUT_KEYS
from rollout_lint.facts.format import format_fact, json_value
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import VariantEvaluation

UPDATE_POLICY = tuple(f"deploy.update_config.{key}" for key in ROLLOUT_KEYS)
POLICY = (
    *(f"{block}.{key}" for block in ROLLOUT_BLOCKS for key in ROLLOUT_KEYS),
    "deploy.mode",
    "deploy.replicas",
    "deploy.placement.max_replicas_per_node",
    "deploy.resources.limits.memory",
    "deploy.resources.reservations.memory",
    "stop_grace_period",
)
"""Facts to report for each service; none of them can hold a secret."""


class PolicyValue(Record):
    """Value in a variant, for JSON and as text, with its location; no file means Swarm's default."""

    value: Any
    text: str
    file: str | None = None
    line: int | None = None
    column: int | None = None


def collect_policy(variants: Iterable[VariantEvaluation], service: str | None) -> dict[str, dict[str, PolicyValue]]:
    """Return the values by fact path, then by variant.

    The first variant has the values that its files set, and Swarm's defaults that another variant changes. Other
    variants have the values that differ from those.
    """
    if service is None:
        return {}
    variant_facts = {each.variant.name: each.services[service] for each in variants if service in each.services}
    set_paths = {path for facts in variant_facts.values() for path in facts.service.settings}
    # The default of replicas depends on the mode. All other defaults are the same in every variant.
    paths = [path for path in POLICY if path in set_paths or path == "deploy.replicas"]
    collected = {path: _collect_values(path, variant_facts) for path in paths}
    return {path: values for path, values in collected.items() if values}


def find_policy_changes(before: Mapping[str, Fact], after: Mapping[str, Fact]) -> list[str]:
    """Return the changes of the update policy, such as `order was start-first and is stop-first`."""
    return [
        f"{path.rpartition('.')[2]} was {format_fact(path, before[path])} and is {format_fact(path, after[path])}"
        for path in UPDATE_POLICY
        if before[path].value != after[path].value
    ]


def _collect_values(path: str, variant_facts: Mapping[str, Mapping[str, Fact]]) -> dict[str, PolicyValue]:
    """Return the values of one fact by variant, or nothing if no file sets it."""
    known = {name: facts[path] for name, facts in variant_facts.items() if path in facts}
    shipped = known.pop(next(iter(variant_facts), ""), None)
    changed = {name: fact for name, fact in known.items() if shipped is None or fact.value != shipped.value}
    if shipped is not None and (changed or shipped.location is not None):
        changed = {next(iter(variant_facts)): shipped, **changed}
    return {name: _policy_value(path, fact) for name, fact in changed.items()}


def _policy_value(path: str, fact: Fact) -> PolicyValue:
    location = fact.location
    source = (location.file, location.line, location.column) if location else ()
    return PolicyValue(json_value(fact.value), format_fact(path, fact), *source)
