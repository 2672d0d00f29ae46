"""`fix --format json`; `schemas/fix.schema.json` describes it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.format import json_value
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.common.correction import describe_correction
from rollout_lint.report.common.groups import list_recipe_problems
from rollout_lint.report.common.json_values import (
    VERSION,
    convert_location,
    convert_problem,
    convert_skipped,
    format_json,
)
from rollout_lint.report.common.masking import MASKED, is_public_path
from rollout_lint.report.common.paths import recipe_path, relative_path
from rollout_lint.report.common.style import Style
from rollout_lint.report.fix.diff import create_diff
from rollout_lint.report.fix.outcome import count_errors, list_fixed, list_unfixed
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.facts.model import Fact
    from rollout_lint.fix.model import AppliedFix, Change, FixResult
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Problem
    from rollout_lint.report.common.groups import Group
    from rollout_lint.report.fix.outcome import FixOutcome, UnfixedGroup
    from rollout_lint.rules.finding import Finding


def format_fix_json(outcome: FixOutcome) -> str:
    """Return the JSON document of a run of `fix`."""
    results = outcome.results
    return format_json(
        {
            "version": VERSION,
            "written": outcome.is_written,
            "exit_code": outcome.exit_code,
            "reason": outcome.reason,
            "recipes": [_convert_result(each) for each in results],
            "skipped": convert_skipped(outcome.skipped),
            "summary": {
                "recipes": len(results),
                "files": sum(len(each.changes) for each in results),
                "errors_fixed": count_errors(results),
                "fixed": _count(fixed.finding for each in results for fixed in list_fixed(each)),
                "unfixed": _count(unfixed.finding for each in results for unfixed in list_unfixed(each)),
                "remaining": len(outcome.remaining),
                "not_evaluated": sum(each.after.status != EvaluationStatus.EVALUATED for each in results),
            },
        }
    )


def _count(findings: Iterable[Finding]) -> dict[str, int]:
    by_severity = Counter(each.severity for each in findings)
    return {severity: by_severity[severity] for severity in Severity}


def _convert_result(result: FixResult) -> dict[str, Any]:
    evaluation = result.after
    unfixed = sorted(list_unfixed(result), key=lambda each: each.finding.severity.rank)
    return {
        "name": evaluation.recipe.name,
        "path": evaluation.recipe.path,
        "status": evaluation.status,
        "failed": result.failed,
        "problems": [convert_problem(each) for each in list_recipe_problems(evaluation)],
        "files": [_convert_change(result, each) for each in result.changes],
        "fixed": [_convert_group(each) for each in list_fixed(result)],
        "unfixed": [_convert_unfixed(each) for each in unfixed],
    }


def _convert_change(result: FixResult, change: Change) -> dict[str, Any]:
    name = relative_path(Path.cwd(), recipe_path(result.evaluation, change.name))
    diff = create_diff(name, change.before, change.after, Style(colour=False))
    errors = (each for file in result.corrected if file.name == change.name for each in file.problems)
    edits = (edit for each in result.applied for edit in _list_edits(result, each))
    return {
        "file": change.name,
        "is_new": change.before is None,
        "errors": [_convert_error(each) for each in errors],
        "edits": [edit for edit in edits if edit["file"] == change.name],
        "diff": diff.text,
        "diff_is_complete": diff.is_whole,
    }


def _convert_error(problem: Problem) -> dict[str, Any]:
    fix = None if problem.correction is None else describe_correction(problem.correction)
    return {"line": problem.line, "column": problem.column, "message": problem.message, "fix": fix}


def _list_edits(result: FixResult, fix: AppliedFix) -> Iterable[dict[str, Any]]:
    """Yield an edit for each setting of a fix. Its line is that of the value in the fixed file."""
    for path, value in fix.settings.items():
        before, after = (_find_fact(each, fix.finding, path) for each in (result.evaluation, result.after))
        location = None if after is None else after.location
        is_public = is_public_path(tuple(path.split(".")))
        yield {
            "file": fix.files[0] if location is None or location.file not in fix.files else location.file,
            "line": None if location is None else location.line,
            "rule": fix.finding.rule.id,
            "service": fix.finding.service,
            "variant": fix.finding.variant,
            "key": path,
            "before": _convert_before(before, is_public),
            "after": value if is_public else MASKED,
        }


def _find_fact(evaluation: Evaluation, finding: Finding, path: str) -> Fact | None:
    facts = (each.facts(finding) for each in evaluation.variants if each.variant.name == finding.variant)
    return next(((each or {}).get(path) for each in facts), None)


def _convert_before(fact: Fact | None, is_public: bool) -> object:
    """Return the value as written in the file, or the default; null if it is not set."""
    if fact is None:
        return None
    if not is_public:
        return MASKED
    return fact.written if fact.written and not fact.default else json_value(fact.value)


def _convert_group(group: Group) -> dict[str, Any]:
    finding = group.finding
    return {
        "rule": finding.rule.id,
        "name": finding.rule.name,
        "severity": finding.severity,
        "service": finding.service,
        "services": list(group.services),
        "variants": list(group.variants),
        "message": group.message,
        **convert_location(finding.location),
    }


def _convert_unfixed(unfixed: UnfixedGroup) -> dict[str, Any]:
    return {
        **_convert_group(unfixed.group),
        "reason": "; ".join(unfixed.reasons),
        "needs_unsafe": unfixed.needs_unsafe,
        "declined": unfixed.was_declined,
    }
