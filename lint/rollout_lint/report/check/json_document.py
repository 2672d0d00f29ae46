"""`check --format json`; `schemas/check.schema.json` describes it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.common.groups import (
    Group,
    count_suppressed,
    group_findings,
    list_recipe_problems,
    merge_findings,
)
from rollout_lint.report.common.json_values import (
    VERSION,
    convert_deployed_by,
    convert_fact,
    convert_location,
    convert_problem,
    convert_skipped,
    convert_unevaluated,
    convert_unknown_variables,
    format_json,
)
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.linter.evaluation import CheckResult, Evaluation, VariantEvaluation
    from rollout_lint.rules.finding import Finding, Suppression


def format_check_json(result: CheckResult) -> str:
    """Return the JSON document of a check."""
    evaluations = result.evaluations
    by_severity = Counter(group.finding.severity for evaluation in evaluations for group in group_findings(evaluation))
    counts = {severity: by_severity[severity] for severity in Severity}
    return format_json(
        {
            "version": VERSION,
            "recipes": [_convert_evaluation(evaluation) for evaluation in evaluations],
            "skipped": convert_skipped(result.skipped),
            "summary": {
                "recipes": len(evaluations),
                "services": sum(len(evaluation.services) for evaluation in evaluations),
                "findings": counts,
                "places": counts,
                "suppressed": count_suppressed(evaluations),
                "not_evaluated": sum(evaluation.status != EvaluationStatus.EVALUATED for evaluation in evaluations),
            },
        }
    )


def _convert_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "name": evaluation.recipe.name,
        "path": evaluation.recipe.path,
        "status": evaluation.status,
        "variants": [_convert_variant(each) for each in evaluation.variants],
        "problems": [convert_problem(problem) for problem in list_recipe_problems(evaluation)],
        "findings": [_convert_group(each) for each in _group_by_variant(evaluation)],
        **convert_unevaluated(evaluation.unevaluated_variants),
        **convert_unknown_variables(evaluation.unknown_variables),
    }


def _convert_variant(evaluation: VariantEvaluation) -> dict[str, Any]:
    variant = evaluation.variant
    files = [layer.name for layer in variant.files]
    return {"name": variant.name, "files": files, **convert_deployed_by(variant)}


def _group_by_variant(evaluation: Evaluation) -> Iterator[Group]:
    """Yield the findings of each variant, also suppressed and superseded ones, with all services that share them."""
    by_variant: dict[str, list[Finding]] = {}
    for finding in filter(evaluation.filter.includes, evaluation.findings):
        by_variant.setdefault(finding.variant, []).append(finding)
    for findings in by_variant.values():
        yield from (Group(evaluation, tuple(each)) for each in merge_findings(findings))


def _convert_group(group: Group) -> dict[str, Any]:
    finding = group.finding
    return {
        "rule": finding.rule.id,
        "name": finding.rule.name,
        "severity": finding.severity,
        "service": finding.service,
        "services": list(group.services),
        "resource": finding.resource,
        "variant": finding.variant,
        "message": group.message,
        "assumes": finding.assumes,
        **convert_location(finding.location),
        "facts": {path: convert_fact(path, fact) for path, fact in finding.facts.items()},
        "fix": finding.rule.fix,
        "advice": finding.rule.advice,
        "link": finding.rule.link,
        "superseded_by": finding.superseded_by,
        "suppressed": _convert_suppression(finding.suppressed),
    }


def _convert_suppression(suppression: Suppression | None) -> dict[str, Any] | None:
    if suppression is None:
        return None
    return {
        "by": suppression.source,
        "reason": suppression.reason,
        "until": suppression.until,
        **convert_location(suppression.location),
    }
