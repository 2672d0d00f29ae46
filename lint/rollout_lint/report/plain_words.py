"""A sweep's verdicts in plain sentences, for somebody who reads no YAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_lint.report.style import plural
from rollout_lint.rules.model import Severity
from rollout_lint.verdict import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class LevelWords:
    """A level of LEVELS for people: a mark that needs no colour, its name, one sentence on what it means."""

    mark: str
    name: str
    meaning: str


LEVEL_WORDS = {
    "not-evaluated": LevelWords("?", "not evaluated", "The files could not be evaluated, so nothing is known."),
    "blocked": LevelWords("■", "blocked", "The next update cannot complete."),
    "failing": LevelWords("×", "failing", "The newest upgrade did not go through."),  # noqa: RUF001
    "latent-high": LevelWords("▲", "latent, high", "The next update is likely to go wrong."),
    "latent-medium": LevelWords(
        "△", "latent, medium", "The next update can go wrong, and nothing says how likely that is."
    ),
    "latent-low": LevelWords("▽", "latent, low", "The next update can go wrong, but that is held to be unlikely."),
    "latent-unexposed": LevelWords(
        "○", "latent, no CI exposure", "The next update can go wrong, and no upgrade test would show it."
    ),
    "mitigated": LevelWords("◐", "fixed in CI only", "CI's deploy is repaired; the recipe as shipped is not."),
    "safe": LevelWords("●", "safe", "A failed update is rolled back, and nothing was found that hides it."),
    "not-at-risk": LevelWords("–", "not at risk", "Nothing is rolled back, and no risk was found."),  # noqa: RUF001
}
"""For each level of LEVELS."""

_OUTCOME = {"fail": "failed", "rolled-back": "was rolled back", "pass": "passed"}
_CALM = ("mitigated", "safe", "not-at-risk")
_LEADS = {
    "not-evaluated": "What its next update will do is not known: its files could not be evaluated.",
    "blocked": "Its next update cannot complete.",
    "latent-high": "Its next update is likely to go wrong, and the deploy may not say so.",
    "latent-medium": "Its next update can go wrong, and the deploy may not say so.",
    "latent-low": "Its next update can go wrong without a word, but that is held to be unlikely.",
    "latent-unexposed": "Its next update can go wrong, and no upgrade test would show it first.",
    "safe": "If its next update fails, Swarm puts the old release back. Nothing was found that would hide it.",
    "not-at-risk": "No service of it rolls back an update, and no risk to the next one was found.",
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
    concerned = sum(summary.get(level, 0) for level in LEVELS if level not in _CALM)
    verb = "calls" if concerned == 1 else "call"
    told = f"{concerned} of {plural(total, 'recipe')} {verb} for action" if concerned else "No recipe calls for action"
    unknown = summary.get("not-evaluated", 0)
    return f"{told}; {unknown} of them could not be evaluated." if unknown else f"{told}."


def next_update(recipe: dict[str, Any], rules: dict[str, Any]) -> str:
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
    level = recipe["risk"]["level"]
    yield _lead(recipe, level)
    if level in ("not-evaluated", "safe", "not-at-risk"):
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


def _lead(recipe: dict[str, Any], level: str) -> str:
    if level == "failing":
        newest = recipe["recent_upgrade"]
        if newest is None:
            return "Its newest upgrade did not go through."
        return f"Its newest upgrade {outcome(newest['result'])} on {newest['date']}, and the next one may do the same."
    if level == "mitigated":
        overlay = recipe["overlay"] or "an overlay"
        return f"In CI {overlay} repairs its updates. Whoever deploys it as shipped still has the risk."
    is_silenced = level in ("safe", "not-at-risk") and recipe["risk"]["text"].endswith(" silenced")
    return _SILENCED if is_silenced else _LEADS[level]


def _mechanism(recipe: dict[str, Any], level: str, findings: list[dict[str, Any]], rules: dict[str, Any]) -> str | None:
    beside = (recipe["failure_action"], recipe["order"]) == ("rollback", "start-first")
    if beside and level != "blocked":
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
