"""The results as JSON; `schemas/` beside this file describes each document."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.format import json_value
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.common.groups import groups_of
from rollout_lint.report.common.json_writer import json_text
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location, Problem
    from rollout_lint.rules.finding import Finding, Suppression
    from rollout_lint.rules.model import Conditions, Rule
    from rollout_lint.stack.model import Resource

VERSION = 1


def check_json(evaluations: list[Evaluation]) -> str:
    """`check --format json`."""
    findings = [finding for evaluation in evaluations for finding in evaluation.findings]
    by_severity = Counter(finding.severity for finding in findings if finding.is_active)
    locations = Counter(group.finding.severity for evaluation in evaluations for group in groups_of(evaluation))
    return _dump(
        {
            "version": VERSION,
            "recipes": [_evaluation(evaluation) for evaluation in evaluations],
            "summary": {
                "recipes": len(evaluations),
                "services": sum(len(evaluation.services) for evaluation in evaluations),
                "findings": {severity: by_severity[severity] for severity in Severity},
                "places": {severity: locations[severity] for severity in Severity},
                "suppressed": sum(finding.is_suppressed for finding in findings),
                "not_evaluated": sum(evaluation.status != EvaluationStatus.EVALUATED for evaluation in evaluations),
            },
        }
    )


def show_json(evaluation: Evaluation) -> str:
    """`show --format json`."""
    return _dump(
        {
            "version": VERSION,
            "variants": [
                {
                    "name": each.variant.name,
                    "files": [layer.name for layer in each.variant.files],
                    "problems": [_problem(problem) for problem in each.problems],
                    "services": {
                        name: {path: _fact(fact) for path, fact in sorted(facts.items())}
                        for name, facts in each.services.items()
                    },
                    "resources": {
                        section: {key: _resource(resource) for key, resource in resources.items()}
                        for section, resources in each.resources.items()
                    },
                }
                for each in evaluation.variants
            ],
            "problems": [_problem(problem) for problem in evaluation.problems],
        }
    )


def rules_json(rules: tuple[Rule, ...]) -> str:
    """`rules --format json`, and `explain --format json` of one."""
    return _dump({"version": VERSION, "rules": [_rule(rule) for rule in rules]})


def _dump(document: dict[str, Any]) -> str:
    return json_text(document)


def _evaluation(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "name": evaluation.recipe.name,
        "path": evaluation.recipe.path,
        "status": evaluation.status,
        "variants": [
            {"name": each.variant.name, "files": [layer.name for layer in each.variant.files]}
            for each in evaluation.variants
        ],
        "problems": [_problem(problem) for problem in evaluation.problems],
        "findings": [_finding(finding) for finding in evaluation.findings],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "column": problem.column, "message": problem.message}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "name": finding.rule.name,
        "severity": finding.severity,
        "service": finding.service,
        "variant": finding.variant,
        "message": finding.message,
        "assumes": finding.assumes,
        **_location(finding.location),
        "facts": {path: _fact(fact) for path, fact in finding.facts.items()},
        "fix": finding.rule.fix,
        "advice": finding.rule.advice,
        "link": finding.rule.link,
        "superseded_by": finding.superseded_by,
        "suppressed": _suppression(finding.suppressed),
    }


def _suppression(suppression: Suppression | None) -> dict[str, Any] | None:
    if suppression is None:
        return None
    return {
        "by": suppression.by,
        "reason": suppression.reason,
        "until": suppression.until,
        **(_location(suppression.location) if suppression.location else {}),
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "value": json_value(fact.value),
        "default": fact.default,
        **(_location(fact.location) if fact.location else {}),
        "overrides": [
            {"value": json_value(setting.value), **_location(setting.location)} for setting in fact.overrides
        ],
        **({"unset": list(fact.unset)} if fact.unset else {}),
    }


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        "external": resource.external,
        "name": resource.known_as or None,
        "driver": resource.driver or None,
        **_location(resource.location),
        "overrides": [_location(each.location) for each in resource.overrides],
    }


def _location(location: Location) -> dict[str, Any]:
    return {"file": location.file, "line": location.line, "column": location.column}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "summary": rule.summary,
        "severity": rule.severity,
        "when": _conditions(rule.when),
        "assumes": rule.assumes,
        "grades": [
            {"severity": grade.severity, "when": _conditions(grade.when), "assumes": grade.assumes}
            for grade in rule.grades
        ],
        "why": rule.why,
        "fix": rule.fix,
        "trade": rule.trade,
        "advice": rule.advice,
        "sources": list(rule.sources),
        "supersedes": sorted(rule.supersedes),
        "voids": sorted(rule.voids),
        "proofs": list(rule.proofs),
    }


def _conditions(conditions: Conditions) -> dict[str, Any]:
    return {path: condition.schema for path, condition in conditions.items()}
