"""`sweep --format json`: one recipe per line, written as soon as it is evaluated."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rollout_lint.fix.recommendation import recommend
from rollout_lint.fleet.policy import collect_policy
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.record import Record
from rollout_lint.report.common.groups import list_recipe_problems
from rollout_lint.report.common.json_values import (
    VERSION,
    convert_deployed_by,
    convert_location,
    convert_problem,
    convert_skipped,
    convert_unevaluated,
    convert_unknown_variables,
    format_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date, datetime

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.fleet.compare import Comparison
    from rollout_lint.fleet.model import Member
    from rollout_lint.fleet.policy import PolicyValue
    from rollout_lint.fleet.published_ports import PortConflict
    from rollout_lint.fleet.result_age import AgedResult
    from rollout_lint.fleet.risk import RecipeAssessment
    from rollout_lint.fleet.service_risk import Risk, ServiceAssessment
    from rollout_lint.fleet.source import FleetSource
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding, Suppression
    from rollout_lint.rules.model import Rule


class SweepHead(Record):
    """Date of the ages, time of the sweep, and source of the fleet."""

    today: date
    time: datetime
    source: FleetSource

    def convert(self) -> dict[str, Any]:
        """Return the first keys of the document."""
        source = {"name": self.source.name, "commit": self.source.commit, "ref": self.source.ref}
        time = self.time.isoformat(timespec="seconds")
        return {"version": VERSION, "date": self.today.isoformat(), "time": time, "fleet": source}


def build_recipe(member: Member, evaluation: Evaluation, assessment: RecipeAssessment) -> dict[str, Any]:
    """Return a recipe of the document: the values of the table and the details."""
    findings = evaluation.group_by_service()
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
        "recent_upgrade": _convert_result(assessment.recent_upgrade),
        "failed_before": _convert_result(assessment.failed_before),
        "risk": _convert_risk(assessment.risk),
        "reasons": assessment.reasons,
        "rules": assessment.rules,
        "variants": [
            {
                "name": each.variant.name,
                "ci": each.variant.is_ci,
                "files": [layer.name for layer in each.variant.files],
                **convert_deployed_by(each.variant),
            }
            for each in evaluation.variants
        ],
        "services": [
            _convert_service(evaluation, service, findings.get(service.service, [])) for service in assessment.services
        ],
        "evidence": [_convert_result(seen) for seen in reversed(assessment.results)],
        "problems": [convert_problem(problem) for problem in list_recipe_problems(evaluation)],
        **convert_unevaluated(assessment.risk.unevaluated),
        **convert_unknown_variables(assessment.unknown_variables),
    }


def format_recipe_line(member: Member, evaluation: Evaluation, assessment: RecipeAssessment) -> str:
    """Return a recipe of the document as one line of JSON."""
    return format_json(build_recipe(member, evaluation, assessment), indent=None, end="")


def stream_sweep_json(
    lines: Iterable[tuple[RecipeAssessment, str]],
    head: SweepHead,
    rules: Callable[[], Iterable[Rule]],
    comparison: Callable[[], Comparison | None] = lambda: None,
    skipped: Iterable[SkippedFile] = (),
    port_conflicts: Callable[[], Iterable[PortConflict]] = tuple,
) -> Iterator[str]:
    """Yield the document in pieces, and keep only the levels and rule ids of the recipes in memory.

    `rules`, `comparison` and `port_conflicts` are called after the last recipe.
    """
    yield f'{format_json(head.convert(), indent=None, end="").removesuffix("}")}, "recipes": ['
    summary = _Summary()
    rule_ids: set[str] = set()
    separator = "\n"
    for assessment, line in lines:
        summary.add(assessment.risk)
        rule_ids.update(assessment.rules)
        yield separator + line
        separator = ",\n"
    yield "\n], "
    footer = _build_footer(summary, rule_ids, rules(), comparison(), skipped, port_conflicts())
    yield format_json(footer, indent=None)[1:]


class LazyRecipes:
    """Recipes of a document as lines of JSON, which are parsed on access."""

    def __init__(self, lines: list[str]) -> None:
        """Keep the lines without parsing them."""
        self._lines = lines

    def __len__(self) -> int:
        """Return the number of recipes."""
        return len(self._lines)

    def __getitem__(self, position: int) -> Any:
        """Return the recipe at a position."""
        return json.loads(self._lines[position])


def build_sweep_document(
    lines: list[str],
    assessments: list[RecipeAssessment],
    head: SweepHead,
    rules: Iterable[Rule],
    comparison: Comparison | None,
    skipped: Iterable[SkippedFile] = (),
    port_conflicts: Iterable[PortConflict] = (),
) -> dict[str, Any]:
    """Return the document for a report that needs random access to its recipes."""
    summary = _Summary()
    for assessment in assessments:
        summary.add(assessment.risk)
    rule_ids = {rule for assessment in assessments for rule in assessment.rules}
    footer = _build_footer(summary, rule_ids, rules, comparison, skipped, port_conflicts)
    return {**head.convert(), "recipes": LazyRecipes(lines), **footer}


@dataclass(slots=True)
class _Summary:
    """Number of recipes by level, and of those that were only partly evaluated."""

    levels: Counter[RiskLevel] = field(default_factory=Counter)
    partly_evaluated: int = 0

    def add(self, risk: Risk) -> None:
        self.levels[risk.level] += 1
        self.partly_evaluated += risk.is_partly_known

    def convert(self) -> dict[str, int]:
        """Return the JSON object; it has the number of partly evaluated recipes only if there are any."""
        partly = {"partly-evaluated": self.partly_evaluated} if self.partly_evaluated else {}
        return {"recipes": self.levels.total(), **{level: self.levels[level] for level in RiskLevel}, **partly}


def _build_footer(
    summary: _Summary,
    rule_ids: set[str],
    rules: Iterable[Rule],
    comparison: Comparison | None,
    skipped: Iterable[SkippedFile],
    port_conflicts: Iterable[PortConflict],
) -> dict[str, Any]:
    return {
        "rules": {
            rule.id: {
                "name": rule.name,
                "summary": rule.summary,
                "why": rule.why,
                "likelihood": rule.likelihood,
                "mitigation": rule.mitigation,
                "link": rule.link,
            }
            for rule in rules
            if rule.id in rule_ids
        },
        "port_conflicts": list(map(_convert_port_conflict, port_conflicts)),
        "skipped": convert_skipped(skipped),
        "summary": summary.convert(),
        "changes": _convert_changes(comparison),
    }


def _convert_port_conflict(conflict: PortConflict) -> dict[str, Any]:
    return {
        "port": conflict.port,
        "protocol": conflict.protocol,
        "severity": conflict.severity,
        "message": conflict.message,
        "assumes": conflict.assumes,
        "services": [
            {"recipe": each.recipe, "service": each.service, "mode": each.mode, **convert_location(each.location)}
            for each in conflict.users
        ],
    }


def _convert_changes(comparison: Comparison | None) -> dict[str, Any] | None:
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


def _convert_result(seen: AgedResult | None) -> dict[str, Any] | None:
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


def _convert_risk(risk: Risk) -> dict[str, Any]:
    return {"level": risk.level, "text": risk.text, "because": risk.because, "rule": risk.rule}


def _convert_service(evaluation: Evaluation, assessment: ServiceAssessment, findings: list[Finding]) -> dict[str, Any]:
    repair = recommend(evaluation, assessment.service, findings)
    return {
        "service": assessment.service,
        "failure_action": assessment.failure_action,
        "order": assessment.order,
        "risk": _convert_risk(assessment.risk),
        "rules": assessment.rules,
        "variants": [
            each.variant.name for each in evaluation.evaluated_variants if assessment.service in each.services
        ],
        "policy": {
            path: {variant: _convert_stated(stated) for variant, stated in by_variant.items()}
            for path, by_variant in collect_policy(evaluation.evaluated_variants, assessment.service).items()
        },
        "findings": _convert_findings(findings),
        "repair": {"overlay": repair.overlay, "advice": list(repair.advice), "trade_offs": list(repair.trade_offs)},
    }


def _convert_stated(stated: PolicyValue) -> dict[str, Any]:
    return {
        "value": stated.value,
        "text": stated.text,
        "file": stated.file,
        "line": stated.line,
        "column": stated.column,
    }


def _convert_suppression(suppression: Suppression | None) -> dict[str, Any] | None:
    if suppression is None:
        return None
    return {"by": suppression.source, "reason": suppression.reason, "until": suppression.until}


def _convert_findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return each finding once, with its variants, as `check` groups them."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for finding in findings:
        key = (
            finding.rule.id,
            finding.location,
            finding.severity,
            finding.superseded_by,
            finding.suppressed,
        )
        row = rows.setdefault(
            key,
            {
                "rule": finding.rule.id,
                "severity": finding.severity,
                "variants": [],
                "message": finding.message,
                **convert_location(finding.location),
                "assumes": finding.assumes,
                "superseded_by": finding.superseded_by,
                "suppressed": _convert_suppression(finding.suppressed),
            },
        )
        row["variants"].append(finding.variant)
    return list(rows.values())
