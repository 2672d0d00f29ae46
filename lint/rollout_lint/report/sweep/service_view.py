"""View model of a service for the HTML page of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.report.sweep.descriptions import LEVEL_DESCRIPTIONS, is_active, sort_services
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Change:
    """Change of a policy value by a CI overlay. `before` is empty if the value is not set."""

    path: str
    before: dict[str, Any] | None
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OverlayChanges:
    """Changes of a service's policy by one CI variant."""

    files: list[str]
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class PolicyCell:
    """Setting in a variant: its value with the location that sets it, or else only a text."""

    value: dict[str, Any] | None
    text: str = ""
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class ServiceView:
    """Service with a policy or findings, the worst findings first."""

    service: dict[str, Any]
    findings: list[dict[str, Any]]
    covered: list[dict[str, Any]]
    policy: dict[str, list[PolicyCell]]
    overlays: list[OverlayChanges]

    @property
    def meaning(self) -> str | None:
        """Meaning of a latent risk, which the text of the risk does not explain."""
        level = RiskLevel(self.service["risk"]["level"])
        return LEVEL_DESCRIPTIONS[level].meaning if level.startswith("latent") else None


def build_service_views(recipe: dict[str, Any]) -> list[ServiceView]:
    """Return the services of a recipe that have a policy or findings, the worst first."""
    evaluated = [each for each in recipe["variants"] if each["name"] not in recipe.get("not_evaluated", [])]
    return [
        ServiceView(
            service,
            [each for each in _sort_findings(service) if each["superseded_by"] is None],
            [each for each in _sort_findings(service) if each["superseded_by"] is not None],
            {path: _list_cells(service, values, recipe) for path, values in service["policy"].items()},
            list(_list_overlay_changes(service, evaluated)),
        )
        for service in sort_services(recipe["services"])
        if service["policy"] or service["findings"]
    ]


def _sort_findings(service: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the findings sorted by severity, that of the rule that set the level first, suppressed ones last."""
    return sorted(
        service["findings"],
        key=lambda finding: (
            not is_active(finding),
            Severity(finding["severity"]).rank,
            finding["rule"] != service["risk"]["rule"],
        ),
    )


def _list_cells(service: dict[str, Any], values: dict[str, Any], recipe: dict[str, Any]) -> list[PolicyCell]:
    """Return a cell for each variant of the recipe."""
    return [_build_cell(service, values, name, recipe) for name in (each["name"] for each in recipe["variants"])]


def _build_cell(service: dict[str, Any], values: dict[str, Any], variant: str, recipe: dict[str, Any]) -> PolicyCell:
    """Return the value. A variant that does not change it has no location: another line can set the same value."""
    if variant in recipe.get("not_evaluated", []):
        return PolicyCell(None, "not evaluated")
    if variant not in service["variants"]:
        return PolicyCell(None, "no such service")
    first = service["variants"][0]
    if variant in values:
        return PolicyCell(values[variant], is_changed=variant != first)
    return PolicyCell(None, values[first]["text"] if first in values else "not set")


def _list_overlay_changes(service: dict[str, Any], variants: list[dict[str, Any]]) -> Iterator[OverlayChanges]:
    if not service["policy"]:
        return
    first = next(variant for variant in variants if variant["name"] in service["variants"])
    for variant in variants:
        if not variant["ci"] or variant is first:
            continue
        yield OverlayChanges(
            [file for file in variant["files"] if file not in first["files"]],
            [
                Change(path, values.get(first["name"]), values[variant["name"]])
                for path, values in service["policy"].items()
                if variant["name"] in values
            ],
        )
