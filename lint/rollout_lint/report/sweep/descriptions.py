"""A sweep's verdicts in plain sentences, for somebody who reads no YAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.report.common.style import plural
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class LevelDescription:
    """A risk level for people: a mark that needs no colour, its name, one sentence on what it means."""

    mark: str
    name: str
    meaning: str


LEVEL_DESCRIPTIONS = {
    RiskLevel.NOT_EVALUATED: LevelDescription(
        "?", "not evaluated", "The files could not be evaluated, so nothing is known."
    ),
    RiskLevel.BLOCKED: LevelDescription("■", "blocked", "The next update cannot complete."),
    RiskLevel.FAILING: LevelDescription("×", "failing", "The newest upgrade did not go through."),  # noqa: RUF001
    RiskLevel.LATENT_HIGH: LevelDescription("▲", "latent, high", "The next update is likely to go wrong."),
    RiskLevel.LATENT_MEDIUM: LevelDescription(
        "△", "latent, medium", "The next update can go wrong, and nothing says how likely that is."
    ),
    RiskLevel.LATENT_LOW: LevelDescription(
        "▽", "latent, low", "The next update can go wrong, but that is held to be unlikely."
    ),
    RiskLevel.LATENT_UNEXPOSED: LevelDescription(
        "○", "latent, no CI exposure", "The next update can go wrong, and no upgrade test would show it."
    ),
    RiskLevel.MITIGATED: LevelDescription(
        "◐", "fixed in CI only", "CI's deploy is repaired; the recipe as shipped is not."
    ),
    RiskLevel.SAFE: LevelDescription(
        "●", "safe", "A failed update is rolled back, and nothing was found that hides it."
    ),
    RiskLevel.NOT_AT_RISK: LevelDescription("–", "not at risk", "Nothing is rolled back, and no risk was found."),  # noqa: RUF001
}

_OUTCOME = {"fail": "failed", "rolled-back": "was rolled back", "pass": "passed"}
_LEADS = {
    RiskLevel.NOT_EVALUATED: "What its next update will do is not known: its files could not be evaluated.",
    RiskLevel.BLOCKED: "Its next update cannot complete.",
    RiskLevel.LATENT_HIGH: "Its next update is likely to go wrong, and the deploy may not say so.",
    RiskLevel.LATENT_MEDIUM: "Its next update can go wrong, and the deploy may not say so.",
    RiskLevel.LATENT_LOW: "Its next update can go wrong without a word, but that is held to be unlikely.",
    RiskLevel.LATENT_UNEXPOSED: "Its next update can go wrong, and no upgrade test would show it first.",
    RiskLevel.SAFE: "If its next update fails, Swarm puts the old release back. Nothing was found that would hide it.",
    RiskLevel.NOT_AT_RISK: "No service of it rolls back an update, and no risk to the next one was found.",
}
_SILENCED = "What would be a risk to its next update is silenced, each with a reason; nothing else was found."
_BESIDE = (
    "The new release starts beside the old one; where it does not stay up, the old one is put back, "
    "the site answers as before, and nothing was updated."
)


def headline(summary: dict[str, int]) -> str:
    """One sentence on the whole fleet, from the document's `summary`."""
    total = summary["recipes"]
    if not total:
        return "No recipe was looked at."
    concerned = sum(summary.get(level, 0) for level in RiskLevel if level.is_at_risk)
    verb = "calls" if concerned == 1 else "call"
    told = f"{concerned} of {plural(total, 'recipe')} {verb} for action" if concerned else "No recipe calls for action"
    unknown = summary.get(RiskLevel.NOT_EVALUATED, 0)
    return f"{told}; {unknown} of them could not be evaluated." if unknown else f"{told}."


def describe_next_update(recipe: dict[str, Any], rules: dict[str, Any]) -> str:
    """What happens at the next update of one recipe of the document, in two or three sentences."""
    return " ".join(_sentences(recipe, rules))


def outcome(result: str | None) -> str:
    """How an upgrade went, as the end of a sentence."""
    return "no result of the upgrade itself" if result is None else _OUTCOME.get(result, result)


def ago(age: int) -> str:
    """How long ago something was, from its age in days, which is below 0 for a date still to come."""
    if age == 0:
        return "today"
    days = "1 day" if abs(age) == 1 else f"{abs(age)} days"
    return f"{days} ago" if age > 0 else f"in {days}"


def _sentences(recipe: dict[str, Any], rules: dict[str, Any]) -> Iterator[str]:
    level = RiskLevel(recipe["risk"]["level"])
    yield _lead(recipe, level)
    if level is RiskLevel.NOT_EVALUATED or level.is_without_risk:
        return
    findings = _weighing(recipe)
    mechanism = _mechanism(recipe, level, findings, rules)
    if mechanism:
        yield mechanism
    ci = {variant["name"] for variant in recipe["variants"] if variant["ci"]}
    if findings and all(ci.issuperset(finding["variants"]) for finding in findings):
        yield "Only CI's own deploys are concerned: its overlay brings this."
    before = recipe["failed_before"]
    if before is not None:
        yield f"An upgrade {outcome(before['result'])} on {before['date']}; a later one passed."


def _lead(recipe: dict[str, Any], level: RiskLevel) -> str:
    if level is RiskLevel.FAILING:
        newest = recipe["recent_upgrade"]
        if newest is None:
            return "Its newest upgrade did not go through."
        return f"Its newest upgrade {outcome(newest['result'])} on {newest['date']}, and the next one may do the same."
    if level is RiskLevel.MITIGATED:
        overlay = recipe["overlay"] or "an overlay"
        return f"In CI {overlay} repairs its updates. Whoever deploys it as shipped still has the risk."
    is_silenced = level.is_without_risk and recipe["risk"]["text"].endswith(" suppressed")
    return _SILENCED if is_silenced else _LEADS[level]


def _mechanism(
    recipe: dict[str, Any], level: RiskLevel, findings: list[dict[str, Any]], rules: dict[str, Any]
) -> str | None:
    beside = (recipe["failure_action"], recipe["order"]) == ("rollback", "start-first")
    if beside and level is not RiskLevel.BLOCKED:
        return _BESIDE
    told = next((rules[each["rule"]]["summary"] for each in findings if each["rule"] in rules), None)
    return None if told is None else f"{told.rstrip('.')}."


def _weighing(recipe: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings of the services that gave the recipe its level, the gravest first."""
    level = recipe["risk"]["level"]
    services = recipe["services"]
    worst = [service for service in services if service["risk"]["level"] == level] or services
    findings = [each for service in worst for each in service["findings"] if each["superseded_by"] is None]
    findings = [each for each in findings if each["suppressed"] is None]
    return sorted(findings, key=lambda finding: Severity(finding["severity"]).rank)
