"""`check --format json`; `schemas/check.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.check.json_stream import StreamedList, format_item, item_separator, stream_json
from rollout_lint.report.check.report import SectionReport
from rollout_lint.report.common.groups import (
    Group,
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
)
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation
    from rollout_lint.report.check.totals import CheckSummary
    from rollout_lint.rules.finding import Finding, Suppression


_RECIPES = "recipes"
_DEPTH = 2


class JsonReport(SectionReport):
    """JSON document of a check."""

    def __init__(self) -> None:
        """Start without a recipe."""
        super().__init__({_RECIPES: item_separator(_DEPTH)})

    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> dict[str, str]:
        """Return the recipe of the document."""
        del failing
        return {_RECIPES: format_item(_convert_evaluation(evaluation), _DEPTH)}

    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the report in pieces."""
        totals = summary.totals
        counts = {severity: totals.findings[severity] for severity in Severity}
        yield from stream_json(
            {
                "version": VERSION,
                "recipes": StreamedList(self.read(_RECIPES), is_empty=not self.has(_RECIPES)),
                "skipped": convert_skipped(summary.skipped),
                "summary": {
                    "recipes": totals.recipes,
                    "services": totals.services,
                    "findings": counts,
                    "places": counts,
                    "suppressed": totals.suppressed,
                    "not_evaluated": totals.recipes - totals.statuses[EvaluationStatus.EVALUATED],
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
