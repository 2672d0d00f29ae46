"""Descriptions of risk levels and verdicts for readers who do not know YAML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.report.common.style import plural
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class LevelDescription:
    """Mark (readable without colour), name and meaning of a risk level."""

    mark: str
    name: str
    meaning: str


LEVEL_DESCRIPTIONS = {
    RiskLevel.NOT_EVALUATED: LevelDescription(
        "?", "not evaluated", "The files could not be evaluated, so nothing is known."
    ),
    RiskLevel.BLOCKED: LevelDescription("■", "blocked", "The next update cannot complete."),
    RiskLevel.FAILING: LevelDescription("×", "failing", "The newest upgrade failed."),  # noqa: RUF001
    RiskLevel.LATENT_HIGH: LevelDescription("▲", "latent, high", "The next update is likely to go wrong."),
    RiskLevel.LATENT_MEDIUM: LevelDescription(
        "△", "latent, medium", "The next update can go wrong, and nothing says how likely that is."
    ),
    RiskLevel.LATENT_LOW: LevelDescription(
        "▽", "latent, low", "The next update can go wrong, but that is classified as unlikely."
    ),
    RiskLevel.LATENT_UNEXPOSED: LevelDescription(
        "○", "latent, no CI exposure", "The next update can go wrong, and no upgrade test would show it."
    ),
    RiskLevel.MITIGATED: LevelDescription(
        "◐", "fixed in CI only", "The CI overlay fixes the risk. The recipe itself still has it."
    ),
    RiskLevel.SAFE: LevelDescription(
        "●", "safe", "A failed update is rolled back, and nothing was found that hides it."
    ),
    RiskLevel.NOT_AT_RISK: LevelDescription("–", "not at risk", "Nothing is rolled back, and no risk was found."),  # noqa: RUF001
}

_OUTCOMES = {"fail": "failed", "rolled-back": "was rolled back", "pass": "passed"}
_NEXT_UPDATE = {
    RiskLevel.NOT_EVALUATED: "Unknown risk: the files could not be evaluated.",
    RiskLevel.BLOCKED: "The next update cannot complete.",
    RiskLevel.LATENT_HIGH: "The next update is likely to fail, and the deploy may not report it.",
    RiskLevel.LATENT_MEDIUM: "The next update can fail, and the deploy may not report it.",
    RiskLevel.LATENT_LOW: "The next update can fail silently, but that is classified as unlikely.",
    RiskLevel.LATENT_UNEXPOSED: "The next update can fail, and no upgrade test would show it first.",
    RiskLevel.SAFE: "If the next update fails, Swarm rolls it back, silently unless deploys are verified.",
    RiskLevel.NOT_AT_RISK: "No service rolls back an update, and no risk to the next update was found.",
}
_SUPPRESSED = (
    "Every finding that is a risk to the next update is suppressed with a reason. There are no other findings."
)
_TEST_LEVELS = {1: "install", 2: "upgrade", 3: "backup and restore", 4: "functional tests", 5: "lint"}
"""Tests of each level of a CI run, as in `fleet/results/runs.py`."""


def format_headline(summary: dict[str, int]) -> str:
    """Return sentences about the whole fleet from the `summary` of the document."""
    total = summary["recipes"]
    if not total:
        return "No recipe was checked."
    at_risk = sum(summary.get(level, 0) for level in RiskLevel if level.is_at_risk)
    verb = "needs" if at_risk == 1 else "need"
    partly = summary.get("partly-evaluated", 0)
    nothing = "No recipe is known to need attention" if partly else "No recipe needs attention"
    sentences = [f"{at_risk} of {plural(total, 'recipe')} {verb} attention" if at_risk else nothing]
    blocked, unknown = summary.get(RiskLevel.BLOCKED, 0), summary.get(RiskLevel.NOT_EVALUATED, 0)
    sentences += [f"The next update of {plural(blocked, 'recipe')} cannot complete"] if blocked else []
    sentences += [f"{plural(unknown, 'recipe')} could not be evaluated"] if unknown else []
    was = "was" if partly == 1 else "were"
    sentences += [f"{plural(partly, 'recipe')} {was} only partly evaluated"] if partly else []
    return f"{'. '.join(sentences)}."


def describe_next_update(recipe: dict[str, Any], rules: dict[str, Any]) -> str:
    """Return two or three sentences about the next update of a recipe of the document."""
    return " ".join([*_list_sentences(recipe, rules), *_list_unevaluated(recipe)])


def describe_cause(recipe: dict[str, Any]) -> str:
    """Return in one sentence why a recipe needs attention: an error, a failed upgrade, or the decisive finding."""
    level = RiskLevel(recipe["risk"]["level"])
    if level is RiskLevel.NOT_EVALUATED and recipe["problems"]:
        problem = recipe["problems"][0]
        return f"{problem['file']}:{problem['line']} {problem['message']}"
    decisive = find_decisive(recipe)
    if level is RiskLevel.FAILING or decisive is None:
        return _describe_level(recipe, level)
    finding = decisive[1]
    ci = {variant["name"] for variant in recipe["variants"] if variant["ci"]}
    note = ", only in CI" if ci.issuperset(finding["variants"]) else ""
    return f"{finding['message']} ({finding['rule']}{note})"


def find_decisive(recipe: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the first service and finding of the rule that set the level of the recipe, None if no rule did."""
    rule = recipe["risk"]["rule"]
    services = [service for service in recipe["services"] if service["risk"]["rule"] == rule]
    found = [
        (service, finding)
        for service in sort_services(services)
        for finding in service["findings"]
        if finding["rule"] == rule and finding["suppressed"] is None
    ]
    return min(found, key=lambda each: Severity(each[1]["severity"]).rank, default=None)


def sort_services(services: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the services sorted by level and by their most severe active finding."""
    return sorted(services, key=lambda each: (RiskLevel(each["risk"]["level"]).rank, _worst_severity(each)))


def _worst_severity(service: dict[str, Any]) -> int:
    ranks = (Severity(each["severity"]).rank for each in service["findings"] if is_active(each))
    return min(ranks, default=len(Severity))


def is_active(finding: dict[str, Any]) -> bool:
    """Return True if the finding is neither superseded nor suppressed."""
    return finding["superseded_by"] is None and finding["suppressed"] is None


def describe_test_level(level: int) -> str:
    """Return a level of CI tests with the name of its tests, such as `L4 (functional tests)`."""
    tests = _TEST_LEVELS.get(level)
    return f"L{level}" if tests is None else f"L{level} ({tests})"


def describe_terms(cells: Iterable[str]) -> dict[str, str]:
    """Return the terms in the cells of the table that need an explanation, and the heading with the CI overlay."""
    text = " ".join(cells)
    terms = {"ccci overlay": "Stack file that only the CI deploys on top of the recipe, such as `compose.ccci.yml`."}
    if re.search(r"\blatent\b", text):
        terms["latent"] = "A setting in the files can make the next update fail. The newest known upgrade did not fail."
    if re.search(r"\bL[1-5]\b", text):
        levels = ", ".join(f"L{level} {tests}" for level, tests in _TEST_LEVELS.items())
        terms["L1 to L5"] = f"Level of the CI tests that passed: {levels}. PASS is the result of the upgrade itself."
    return terms


def describe_outcome(result: str | None) -> str:
    """Return the result of an upgrade as the end of a sentence."""
    return "no result of the upgrade itself" if result is None else _OUTCOMES.get(result, result)


def format_age(age: int) -> str:
    """Return an age in days as text. A negative age is in the future."""
    if age == 0:
        return "today"
    days = "1 day" if abs(age) == 1 else f"{abs(age)} days"
    return f"{days} ago" if age > 0 else f"in {days}"


def _list_sentences(recipe: dict[str, Any], rules: dict[str, Any]) -> Iterator[str]:
    level = RiskLevel(recipe["risk"]["level"])
    yield _describe_level(recipe, level)
    if level is RiskLevel.NOT_EVALUATED or level.is_without_risk:
        return
    findings = _relevant_findings(recipe)
    story = _describe_story(recipe, rules)
    if story:
        yield story
    ci = {variant["name"] for variant in recipe["variants"] if variant["ci"]}
    if (
        findings
        and ci.issuperset(recipe.get("not_evaluated", ()))
        and all(ci.issuperset(finding["variants"]) for finding in findings)
    ):
        yield "Only the CI variant is affected: its overlay adds the risk."
    before = recipe["failed_before"]
    if before is not None:
        yield f"An upgrade {describe_outcome(before['result'])} on {before['date']}; a later one passed."


def _list_unevaluated(recipe: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence about the variants that could not be evaluated, if others could."""
    unevaluated = recipe.get("not_evaluated", [])
    if 0 < len(unevaluated) < len(recipe["variants"]):
        yield f"Variants that could not be evaluated: {', '.join(unevaluated)}."


def _describe_level(recipe: dict[str, Any], level: RiskLevel) -> str:
    if level is RiskLevel.FAILING:
        newest = recipe["recent_upgrade"]
        if newest is None:
            return "The newest upgrade failed."
        result = describe_outcome(newest["result"])
        return f"The newest upgrade {result} on {newest['date']}, and the next one may have the same result."
    if level is RiskLevel.MITIGATED:
        overlay = recipe["overlay"] or "An overlay"
        return f"{overlay} fixes the risk in CI. A deploy of the recipe itself still has it."
    notes = recipe["risk"]["text"].split("; ")
    is_suppressed = level.is_without_risk and any(note.endswith(" suppressed") for note in notes)
    return _SUPPRESSED if is_suppressed else _NEXT_UPDATE[level]


def _describe_story(recipe: dict[str, Any], rules: dict[str, Any]) -> str | None:
    """Return the summary of the rule that set the level, with its id and service."""
    decisive = find_decisive(recipe)
    rule = None if decisive is None else rules.get(decisive[1]["rule"])
    if decisive is None or rule is None:
        return None
    service, finding = decisive
    names = ", ".join(filter(None, [finding["rule"], service["service"]]))
    return f"{rule['summary'].rstrip('.')} ({names})."


def _relevant_findings(recipe: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the active findings of the services with the level of the recipe, sorted by severity."""
    level = recipe["risk"]["level"]
    services = recipe["services"]
    worst = [service for service in services if service["risk"]["level"] == level] or services
    findings = [each for service in worst for each in service["findings"] if is_active(each)]
    return sorted(findings, key=lambda finding: Severity(finding["severity"]).rank)
