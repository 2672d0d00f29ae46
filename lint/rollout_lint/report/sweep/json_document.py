"""`sweep --format json`: one recipe a line, written as it is lint_result; the other formats show the same."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rollout_lint.fix.recommendation import recommend
from rollout_lint.fleet.policy import collect_policy
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.report.common.json_values import format_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rollout_lint.fleet.compare import Comparison
    from rollout_lint.fleet.model import Member
    from rollout_lint.fleet.policy import PolicyValue
    from rollout_lint.fleet.result_age import AgedResult, AgePolicy
    from rollout_lint.fleet.risk import RecipeAssessment, Risk, ServiceAssessment
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding, Suppression
    from rollout_lint.rules.model import Rule

VERSION = 1


def build_recipe(member: Member, evaluation: Evaluation, assessment: RecipeAssessment) -> dict[str, Any]:
    """One recipe of the document: the table's values, and all that its details show."""
    return {
        "recipe": assessment.recipe,
        "path": evaluation.recipe.path,
        "role": member.evidence.role,
        "note": member.evidence.note,
        "service": assessment.service,
        "failure_action": assessment.failure_action,
        "order": assessment.order,
        "overlay": assessment.overlay,
        "upgrade_tests": assessment.upgrade_tests,
        "recent_upgrade": _seen(assessment.recent_upgrade),
        "failed_before": _seen(assessment.failed_before),
        "risk": _risk(assessment.risk),
        "reasons": assessment.reasons,
        "rules": assessment.rules,
        "variants": [
            {
                "name": each.variant.name,
                "ci": each.variant.is_ci,
                "files": [layer.name for layer in each.variant.files],
            }
            for each in evaluation.variants
        ],
        "services": [_service(evaluation, service) for service in assessment.services],
        "evidence": [_seen(seen) for seen in reversed(assessment.results)],
        "problems": [asdict(problem) for problem in evaluation.problems],
    }


def format_recipe_line(member: Member, evaluation: Evaluation, assessment: RecipeAssessment) -> str:
    """The same as one line of JSON, made where the recipe is at hand."""
    return format_json(build_recipe(member, evaluation, assessment), indent=None, end="")


def stream_sweep_json(
    lines: Iterable[tuple[RecipeAssessment, str]],
    age_policy: AgePolicy,
    rules: Callable[[], Iterable[Rule]],
    comparison: Callable[[], Comparison | None] = lambda: None,
) -> Iterator[str]:
    """The document in pieces; nothing of a recipe is kept but its level and its rules.

    `rules` and `comparison` are asked once every recipe has been seen.
    """
    yield f'{{"version": {VERSION}, "date": "{age_policy.today.isoformat()}", "recipes": ['
    levels: Counter[RiskLevel] = Counter()
    found: set[str] = set()
    before = "\n"
    for assessment, line in lines:
        levels[assessment.risk.level] += 1
        found.update(assessment.rules)
        yield before + line
        before = ",\n"
    yield "\n], "
    yield format_json(_closing(levels, found, rules(), comparison()), indent=None)[1:]


class Lines:
    """The recipes of a document as lines of JSON, each read when it is asked for."""

    def __init__(self, lines: list[str]) -> None:
        """Nothing is read yet."""
        self._lines = lines

    def __len__(self) -> int:
        """How many there are."""
        return len(self._lines)

    def __getitem__(self, position: int) -> Any:
        """One recipe."""
        return json.loads(self._lines[position])


def build_sweep_document(
    lines: list[str],
    assessments: list[RecipeAssessment],
    age_policy: AgePolicy,
    rules: Iterable[Rule],
    comparison: Comparison | None,
) -> dict[str, Any]:
    """The same document for a report that goes through it again."""
    levels = Counter(assessment.risk.level for assessment in assessments)
    found = {rule for assessment in assessments for rule in assessment.rules}
    head = {"version": VERSION, "date": age_policy.today.isoformat(), "recipes": Lines(lines)}
    return {**head, **_closing(levels, found, rules, comparison)}


def _closing(
    levels: Counter[RiskLevel], found: set[str], rules: Iterable[Rule], comparison: Comparison | None
) -> dict[str, Any]:
    return {"rules": _rules(rules, found), "summary": summary(levels), "changes": _changes(comparison)}


def summary(levels: Counter[RiskLevel]) -> dict[str, int]:
    """How many recipes, and how many at each level."""
    return {"recipes": levels.total(), **{level: levels[level] for level in RiskLevel}}


def _changes(comparison: Comparison | None) -> dict[str, Any] | None:
    if comparison is None:
        return None
    return {
        "since": comparison.since,
        "recipes": [
            {
                "recipe": change.recipe,
                "change": change.kind,
                "before": change.before,
                "after": change.after,
                "because": change.because,
                "worse": change.is_worse,
            }
            for change in comparison.changes
        ],
    }


def _rules(rules: Iterable[Rule], found: set[str]) -> dict[str, Any]:
    return {
        rule.id: {"name": rule.name, "summary": rule.summary, "why": rule.why, "link": rule.link}
        for rule in rules
        if rule.id in found
    }


def _seen(seen: AgedResult | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    result = seen.result
    return {
        "result": result.upgrade,
        "level": result.level,
        "ref": result.ref,
        "date": result.date,
        "age": seen.age,
        "stale": seen.stale_reason,
        "source": result.source,
    }


def _risk(risk: Risk) -> dict[str, Any]:
    return {"level": risk.level, "text": risk.text, "because": risk.because}


def _service(evaluation: Evaluation, assessment: ServiceAssessment) -> dict[str, Any]:
    repair = recommend(evaluation, assessment.service)
    return {
        "service": assessment.service,
        "failure_action": assessment.failure_action,
        "order": assessment.order,
        "risk": _risk(assessment.risk),
        "rules": assessment.rules,
        "variants": [each.variant.name for each in evaluation.variants if assessment.service in each.services],
        "policy": {
            path: {variant: _stated(stated) for variant, stated in by_variant.items()}
            for path, by_variant in collect_policy(evaluation.variants, assessment.service).items()
        },
        "findings": _findings(finding for finding in evaluation.findings if finding.service == assessment.service),
        "repair": {"overlay": repair.overlay, "advice": list(repair.advice)},
    }


def _stated(stated: PolicyValue) -> dict[str, Any]:
    return {
        "value": stated.value,
        "text": stated.text,
        "file": stated.file,
        "line": stated.line,
        "column": stated.column,
    }


def _suppression(suppression: Suppression | None) -> dict[str, Any] | None:
    if suppression is None:
        return None
    return {"by": suppression.source, "reason": suppression.reason, "until": suppression.until}


def _findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Each once, with the variants that have it."""
    told: dict[tuple[Any, ...], dict[str, Any]] = {}
    for finding in findings:
        key = (
            finding.rule.id,
            finding.message,
            finding.location,
            finding.severity,
            finding.superseded_by,
            finding.suppressed,
        )
        row = told.setdefault(
            key,
            {
                "rule": finding.rule.id,
                "severity": finding.severity,
                "variants": [],
                "message": finding.message,
                "file": finding.location.file,
                "line": finding.location.line,
                "column": finding.location.column,
                "assumes": finding.assumes,
                "superseded_by": finding.superseded_by,
                "suppressed": _suppression(finding.suppressed),
            },
        )
        row["variants"].append(finding.variant)
    return list(told.values())
