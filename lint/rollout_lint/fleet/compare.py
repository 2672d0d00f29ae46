"""What changed since an earlier sweep, from the JSON that it printed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rollout_lint.errors import FleetError
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.location import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.fleet.result_age import Seen
    from rollout_lint.fleet.risk import Verdict

KINDS = ("worse", "new", "changed", "better", "gone")
"""In the order in which somebody wants to read them."""


@dataclass(frozen=True, slots=True)
class State:
    """What a comparison needs of a row, today's or an earlier one; `services` are risk levels by service."""

    level: RiskLevel
    text: str
    values: dict[str, str | None]
    services: dict[str | None, RiskLevel] = field(default_factory=dict)

    @property
    def rank(self) -> int:
        """The position of the level, 0 for the worst."""
        return self.level.rank

    def risky_services_beside(self, other: State) -> list[str]:
        """Those at risk that the other has not, each with its level."""
        return [
            f"{name or 'the stack'}, {level}"
            for name, level in self.services.items()
            if level.is_at_risk and name not in other.services
        ]


@dataclass(frozen=True, slots=True)
class Change:
    """How a recipe differs: its risk in words before and after, None where it was or is not there, and what changed."""

    recipe: str
    kind: str
    before: str | None
    after: str | None
    because: list[str]
    worse: bool
    """Whether the fleet is worse for it, which a new recipe at risk makes it too."""

    @property
    def told(self) -> str:
        """In one line: `n8n: was latent, low; is safe (order was start-first and is stop-first)`."""
        was = [f"was {self.before}"] if self.before is not None and self.before != self.after else []
        now = [f"is {self.after}"] if self.after is not None else ["is not there any more"]
        because = f" ({'; '.join(self.because)})" if self.because else ""
        return f"{self.recipe}: {'; '.join(was + now)}{because}"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A sweep of another day, or the file where it says none, and its recipes by name."""

    since: str
    recipes: dict[str, State]


def read_earlier(path: Path) -> Earlier:
    """What `sweep --format json` printed then, by this version or one before. Raises FleetError, with the place."""
    name = str(path)
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise FleetError([Problem(name, 0, 0, f"cannot be read: {error.strerror}")]) from error
    except json.JSONDecodeError as error:
        raise FleetError([Problem(name, error.lineno, error.colno, f"is no JSON: {error.msg}")]) from error
    except (ValueError, RecursionError) as error:
        raise FleetError([Problem(name, 1, 1, "is no JSON that could be read")]) from error
    try:
        rows = {row["recipe"]: _earlier(row) for row in document["recipes"]}
        return Earlier(str(document.get("date", name)), rows)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        message = "is not what `sweep --format json` prints: it has no list of recipes, each with its risk"
        raise FleetError([Problem(name, 1, 1, message)]) from error


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs, in the order of KINDS, then by name; a recipe that is as it was is not in it."""

    since: str
    changes: list[Change]

    @property
    def worse(self) -> bool:
        """Whether some change makes the fleet worse."""
        return any(change.worse for change in self.changes)


def compare(before: Earlier, after: dict[str, State]) -> Comparison:
    """An earlier sweep and today's."""
    names = sorted(before.recipes.keys() | after.keys())
    changes = [_change(name, before.recipes.get(name), after.get(name)) for name in names]
    told = [change for change in changes if change is not None]
    return Comparison(before.since, sorted(told, key=lambda change: KINDS.index(change.kind)))


def state_of(verdict: Verdict) -> State:
    """What a comparison needs of a row."""
    values = {
        "failure_action": verdict.failure_action,
        "order": verdict.order,
        "overlay": verdict.overlay,
        "upgrade": _upgrade_of(verdict.recent_upgrade),
        "rules": " ".join(verdict.rules) or None,
    }
    services = {service.service: service.risk.level for service in verdict.services}
    return State(verdict.risk.level, verdict.risk.text, values, services)


def _earlier(row: dict[str, Any]) -> State:
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
    return State(RiskLevel(risk["level"]), str(risk["text"]), values, services)


def _upgrade_of(seen: Seen | None) -> str | None:
    return None if seen is None else f"{seen.result.upgrade} on {seen.result.date}"


def _change(name: str, before: State | None, after: State | None) -> Change | None:
    if before is None:
        assert after is not None
        return Change(name, "new", None, after.text, [], worse=after.level.is_at_risk)
    if after is None:
        return Change(name, "gone", before.text, None, [], worse=False)
    kind = _kind(before, after)
    because = list(_differences(before, after))
    told = any(before.values[key] != after.values[key] for key in _TELLING)
    if kind == "changed" and not told and not before.risky_services_beside(after):
        return None
    return Change(name, kind, before.text, after.text, because, worse=kind == "worse")


_TELLING = ("failure_action", "order", "overlay", "rules")
"""What is worth a line though the risk is the same; that CI ran once more is not."""


def _kind(before: State, after: State) -> str:
    common = before.services.keys() & after.services.keys()
    moved = [after.services[name].rank - before.services[name].rank for name in common]
    if after.rank < before.rank or any(step < 0 for step in moved):
        return "worse"
    if before.services and after.risky_services_beside(before):
        return "worse"
    return "better" if after.rank > before.rank or any(moved) else "changed"


def _differences(before: State, after: State) -> Iterator[str]:
    for key in ("failure_action", "order", "overlay", "upgrade"):
        was, now = before.values[key], after.values[key]
        if was != now:
            yield f"{key} was {was or 'not set'} and is {now or 'not set'}" if key != "upgrade" else _upgraded(was, now)
    yield from _rules(before.values["rules"], after.values["rules"])
    if before.services and after.services:
        yield from (f"new: {told}" for told in after.risky_services_beside(before))
        yield from (f"gone: {told}" for told in before.risky_services_beside(after))
    for name in (each for each in before.services if each in after.services):
        if before.services[name] != after.services[name] and len(after.services) > 1:
            yield f"{name or 'the stack'} was {before.services[name]} and is {after.services[name]}"


def _upgraded(was: str | None, now: str | None) -> str:
    return f"the newest upgrade: {now or 'not known'}" + (f", before {was}" if was else "")


def _rules(was: str | None, now: str | None) -> Iterator[str]:
    before, after = set((was or "").split()), set((now or "").split())
    if after - before:
        yield f"new: {', '.join(sorted(after - before))}"
    if before - after:
        yield f"gone: {', '.join(sorted(before - after))}"
