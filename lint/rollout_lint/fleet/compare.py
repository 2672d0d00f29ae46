"""Comparison of a sweep with the JSON of an earlier sweep."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.filesystem import read_bytes
from rollout_lint.errors import FleetError
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.location import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.fleet.risk import RecipeAssessment


class ChangeKind(StrEnum):
    """Kind of a change, in the order of the report."""

    WORSE = "worse"
    NEW = "new"
    CHANGED = "changed"
    BETTER = "better"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class RecipeState:
    """Compared values of a recipe in one sweep.

    `services` are risk levels by service, `unevaluated` the variants that could not be evaluated.
    """

    level: RiskLevel
    text: str
    values: dict[str, str | None]
    services: dict[str | None, RiskLevel] = field(default_factory=dict)
    unevaluated: frozenset[str] = frozenset()

    def risky_services_not_in(self, other: RecipeState) -> list[str]:
        """Return the services at risk, with their level, that the other state does not have."""
        return [
            f"{name or 'the stack'}, {level}"
            for name, level in self.services.items()
            if level.is_at_risk and name not in other.services
        ]


@dataclass(frozen=True, slots=True)
class RecipeChange:
    """Change of a recipe: its risk before and after (None if the recipe did not exist), and the reasons."""

    recipe: str
    kind: ChangeKind
    before: str | None
    after: str | None
    because: list[str]
    is_worse: bool
    """True if the fleet is worse for it; a new recipe at risk is worse too."""

    @property
    def text(self) -> str:
        """One line: `n8n: was latent, low; is safe (order was start-first and is stop-first)`."""
        was = [f"was {self.before}"] if self.before is not None and self.before != self.after else []
        now = [f"is {self.after}"] if self.after is not None else ["is gone"]
        because = f" ({'; '.join(self.because)})" if self.because else ""
        return f"{self.recipe}: {'; '.join(was + now)}{because}"


@dataclass(frozen=True, slots=True)
class EarlierSweep:
    """Recipes of an earlier sweep, its date, or its file if it has no date, and the commit of its fleet, if any."""

    since: str
    recipes: dict[str, RecipeState]
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Changed recipes since a date, in the order of ChangeKind, then by name."""

    since: str
    changes: list[RecipeChange]


_MAX_BYTES = 256 * 1024 * 1024
"""Limit for the JSON of a sweep: that of 100,000 recipes is smaller."""


def read_earlier_sweep(path: Path) -> EarlierSweep:
    """Return the sweep in the output of `sweep --format json`, also of an older version. Raises FleetError."""
    name = str(path)
    try:
        document = json.loads(read_bytes(path, _MAX_BYTES))
    except OSError as error:
        raise FleetError([Problem(name, 0, 0, f"cannot be read: {error.strerror}")]) from error
    except json.JSONDecodeError as error:
        raise FleetError([Problem(name, error.lineno, error.colno, f"invalid JSON: {error.msg}")]) from error
    except (ValueError, RecursionError) as error:
        raise FleetError([Problem(name, 1, 1, "invalid JSON")]) from error
    try:
        rows = {row["recipe"]: _parse_state(row) for row in document["recipes"]}
        commit = document.get("fleet", {}).get("commit")
        return EarlierSweep(str(document.get("date", name)), rows, commit if isinstance(commit, str) else None)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        message = "is not the output of `sweep --format json`: it must have a list of recipes, each with its risk"
        raise FleetError([Problem(name, 1, 1, message)]) from error


def compare(before: EarlierSweep, after: dict[str, RecipeState]) -> Comparison:
    """Return the changes between an earlier sweep and this one."""
    names = sorted(before.recipes.keys() | after.keys())
    compared = (_compare_recipe(name, before.recipes.get(name), after.get(name)) for name in names)
    order = list(ChangeKind)
    changes = sorted((change for change in compared if change), key=lambda change: order.index(change.kind))
    return Comparison(before.since, changes)


def to_recipe_state(assessment: RecipeAssessment) -> RecipeState:
    """Return the compared values of an assessment."""
    newest = assessment.recent_upgrade
    values = {
        "failure_action": assessment.failure_action,
        "order": assessment.order,
        "overlay": assessment.overlay,
        "upgrade": f"{newest.result.upgrade} on {newest.result.date}" if newest else None,
        "rules": " ".join(assessment.rules) or None,
    }
    services = {service.service: service.risk.level for service in assessment.services}
    risk = assessment.risk
    return RecipeState(risk.level, risk.text, values, services, frozenset(risk.unevaluated))


def _parse_state(row: dict[str, Any]) -> RecipeState:
    risk = row["risk"]
    if not isinstance(row["recipe"], str):
        raise ValueError(row)
    upgrade = row.get("recent_upgrade")
    values = {
        "failure_action": row.get("failure_action"),
        "order": row.get("order"),
        "overlay": row.get("overlay"),
        "upgrade": f"{upgrade['result']} on {upgrade['date']}" if upgrade else None,
        "rules": " ".join(map(str, row.get("rules", ()))) or None,
    }
    services = {each["service"]: RiskLevel(each["risk"]["level"]) for each in row.get("services", ())}
    unevaluated = frozenset(map(str, row.get("not_evaluated", ())))
    return RecipeState(RiskLevel(risk["level"]), str(risk["text"]), values, services, unevaluated)


def _compare_recipe(name: str, before: RecipeState | None, after: RecipeState | None) -> RecipeChange | None:
    if before is None:
        assert after is not None
        return RecipeChange(name, ChangeKind.NEW, None, after.text, [], is_worse=after.level.is_at_risk)
    if after is None:
        return RecipeChange(name, ChangeKind.GONE, before.text, None, [], is_worse=False)
    kind = _change_kind(before, after)
    # A newer upgrade result alone is no change: CI runs often.
    is_policy_changed = any(
        before.values[key] != after.values[key] for key in ("failure_action", "order", "overlay", "rules")
    )
    if kind is ChangeKind.CHANGED and not is_policy_changed and not before.risky_services_not_in(after):
        return None
    because = list(_describe_changes(before, after))
    return RecipeChange(name, kind, before.text, after.text, because, is_worse=kind is ChangeKind.WORSE)


def _change_kind(before: RecipeState, after: RecipeState) -> ChangeKind:
    common = before.services.keys() & after.services.keys()
    steps = [after.services[name].rank - before.services[name].rank for name in common]
    steps += _coverage_steps(before, after)
    if after.level.rank < before.level.rank or any(step < 0 for step in steps):
        return ChangeKind.WORSE
    if before.services and after.risky_services_not_in(before):
        return ChangeKind.WORSE
    return ChangeKind.BETTER if after.level.rank > before.level.rank or any(steps) else ChangeKind.CHANGED


def _coverage_steps(before: RecipeState, after: RecipeState) -> list[int]:
    """Return -1 for each variant that can no longer be evaluated, and 1 for each that now can.

    The level already shows the difference to a recipe that was not evaluated.
    """
    if RiskLevel.NOT_EVALUATED in (before.level, after.level):
        return []
    return [-1] * len(after.unevaluated - before.unevaluated) + [1] * len(before.unevaluated - after.unevaluated)


def _describe_changes(before: RecipeState, after: RecipeState) -> Iterator[str]:
    for key in ("failure_action", "order", "overlay"):
        was, now = before.values[key], after.values[key]
        if was != now:
            yield f"{key} was {was or 'not set'} and is {now or 'not set'}"
    was, now = before.values["upgrade"], after.values["upgrade"]
    if was != now:
        yield f"the newest upgrade: {now or 'unknown'}" + (f", before {was}" if was else "")
    old_rules, new_rules = ((state.values["rules"] or "").split() for state in (before, after))
    if added := sorted(set(new_rules).difference(old_rules)):
        yield f"new: {', '.join(added)}"
    if removed := sorted(set(old_rules).difference(new_rules)):
        yield f"gone: {', '.join(removed)}"
    if before.services and after.services:
        yield from (f"new: {service}" for service in after.risky_services_not_in(before))
        yield from (f"gone: {service}" for service in before.risky_services_not_in(after))
    for name, level in before.services.items():
        if after.services.get(name, level) != level and len(after.services) > 1:
            yield f"{name or 'the stack'} was {level} and is {after.services[name]}"
