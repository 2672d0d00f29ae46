"""Risk of a recipe, from the risks of its services and the evidence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rollout_lint.fleet.model import UpgradeOutcome
from rollout_lint.fleet.result_age import (
    AgedResult,
    describe_result,
    find_earlier_failure,
    find_intermittent_ref,
    find_newest_upgrade,
)
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.fleet.service_risk import (
    Risk,
    ServiceAssessment,
    ServiceAssessor,
    describe_unevaluated,
    problem_reasons,
    with_disabled_rules,
    with_suppressions,
)
from rollout_lint.linter.evaluation import Evaluation, EvaluationStatus, describe_unknown_variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollout_lint.fleet.model import Evidence
    from rollout_lint.linter.context import LintContext
    from rollout_lint.location import Problem

_MAX_RESULTS = 5
"""Number of results that the reasons list; older ones are only counted."""


@dataclass(frozen=True, slots=True)
class RecipeAssessment:
    """Risk of a recipe: one row of the sweep.

    `service`, `failure_action` and `order` are those of the service at the worst risk. `overlay` is the file name of
    the first CI overlay. `failed_before` is the newest failed upgrade if a later one passed. `results` come oldest
    first. `reasons` are the reasons of the risk except results. `problems` are why a variant was not evaluated.
    `unknown_variables` limited the check.
    """

    recipe: str
    service: str | None
    failure_action: str | None
    order: str | None
    overlay: str | None
    upgrade_tests: bool | None
    recent_upgrade: AgedResult | None
    failed_before: AgedResult | None
    risk: Risk
    rules: list[str]
    services: list[ServiceAssessment] = field(default_factory=list)
    results: list[AgedResult] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unknown_variables: Sequence[str] = ()


def assess_recipe(
    evaluation: Evaluation, evidence: Evidence, context: LintContext, results: Sequence[AgedResult] = ()
) -> RecipeAssessment:
    """Return the risk of a recipe with its reasons, its worst service, and the policy as shipped."""
    services = ServiceAssessor(evaluation, evidence, context).assess()
    main = _main_service(services)
    ci = [variant for variant in evaluation.variants if variant.variant.is_ci]
    newest = find_newest_upgrade(results)
    unknown_variables = evaluation.unknown_variables
    if evaluation.evaluated_variants:
        risk = _recipe_risk(services, main, newest, evidence.expect)
        risk = with_disabled_rules(risk, context.disabled_rules)
        risk = _with_unevaluated(_with_unknown_variables(risk, unknown_variables), evaluation)
    else:
        risk = _not_evaluated(evaluation)
    reasons = [*risk.because, *_evidence_reasons(evidence, newest)]
    return RecipeAssessment(
        recipe=evaluation.recipe.name,
        service=main.service if main else None,
        failure_action=main.failure_action if main else None,
        order=main.order if main else None,
        overlay=ci[0].variant.files[-1].name if ci else None,
        upgrade_tests=evidence.upgrade_tests,
        recent_upgrade=newest,
        failed_before=find_earlier_failure(results),
        risk=replace(risk, because=_all_reasons(risk, reasons, evidence, results)),
        rules=sorted({finding.rule.id for finding in evaluation.findings}),
        services=services,
        results=list(results),
        reasons=reasons,
        problems=evaluation.problems,
        unknown_variables=unknown_variables,
    )


def _main_service(services: list[ServiceAssessment]) -> ServiceAssessment | None:
    """Return the service at the worst risk, else one that rolls back, else the one that sets most of its policy."""
    named = [each for each in services if each.service is not None]
    risky = [each for each in named if each.risk.is_known and not each.risk.level.is_without_risk]
    if risky:
        return min(risky, key=lambda each: each.risk.level.rank)
    rolling_back = [each for each in named if each.failure_action == "rollback"]
    most = max(rolling_back or named, key=_count_policy_values, default=None)
    return most if most is not None and _count_policy_values(most) else None


def _count_policy_values(service: ServiceAssessment) -> int:
    return (service.failure_action is not None) + (service.order is not None)


def _recipe_risk(
    services: list[ServiceAssessment], main: ServiceAssessment | None, newest: AgedResult | None, expect: str | None
) -> Risk:
    """Return the worst known risk, in the order of RiskLevel, with all reasons except results."""
    ordered = sorted(services, key=lambda each: (not each.risk.is_known, each.risk.level.rank))
    worst = ordered[0].risk
    risky = [each for each in ordered if each.risk.is_known and not each.risk.level.is_without_risk]
    because = [reason for each in risky or [main or ordered[0]] for reason in each.risk.because]
    suppressed = list(dict.fromkeys(reason for each in ordered for reason in each.risk.suppressed))
    reasons = list(dict.fromkeys([*because, *suppressed]))
    if newest and not newest.has_passed and not newest.is_policy_changed and worst.level is not RiskLevel.BLOCKED:
        outcome = "was rolled back" if newest.result.upgrade is UpgradeOutcome.ROLLED_BACK else "failed"
        expected = ", as expected" if expect == newest.result.upgrade else ""
        text = f"failing: the newest upgrade {outcome}{expected}"
        return Risk(RiskLevel.FAILING, text, reasons, suppressed, rule=worst.rule)
    return with_suppressions(replace(worst, because=reasons), suppressed)


def _not_evaluated(evaluation: Evaluation) -> Risk:
    """Return the risk of a recipe without a variant that was evaluated."""
    text, because = describe_unevaluated(evaluation), problem_reasons(evaluation)
    if evaluation.status is EvaluationStatus.TEMPLATE:
        text = "not evaluated: a template, not YAML"
    elif evaluation.status is EvaluationStatus.NOT_A_STACK:
        text, because = "not evaluated: not a stack", ["the recipe is not a stack", *because]
    unevaluated = tuple(evaluation.unevaluated_variants)
    return Risk(RiskLevel.NOT_EVALUATED, text, because or ["no stack file could be read"], unevaluated=unevaluated)


def _with_unevaluated(risk: Risk, evaluation: Evaluation) -> Risk:
    """Return the risk with the variants that could not be evaluated, and with the errors as the first reasons.

    The level stays if the default variant was evaluated. Otherwise, the text has the known risk.
    """
    if evaluation.status is EvaluationStatus.EVALUATED:
        return risk
    names = tuple(evaluation.unevaluated_variants)
    unknown = describe_unevaluated(evaluation)
    because = list(dict.fromkeys([*problem_reasons(evaluation), *risk.because]))
    if risk.is_known and evaluation.is_default_evaluated:
        return replace(risk, text=f"{risk.text}; {unknown}", because=because, unevaluated=names)
    known = f"; known: {risk.text}" if risk.is_known and risk.level.is_at_risk else ""
    return Risk(RiskLevel.NOT_EVALUATED, f"{unknown}{known}", because, risk.suppressed, names)


def _all_reasons(risk: Risk, reasons: list[str], evidence: Evidence, results: Sequence[AgedResult]) -> list[str]:
    """Return the reasons and the results; results down to the failed upgrade come first if the recipe is failing."""
    if risk.level is RiskLevel.NOT_EVALUATED:
        return reasons
    lines = [describe_result(each) for each in reversed(results)]
    if len(lines) > _MAX_RESULTS:
        lines[_MAX_RESULTS:] = [f"and {len(lines) - _MAX_RESULTS} earlier results"]
    ref = find_intermittent_ref(results)
    if ref is not None:
        lines.append(f"intermittent: at {ref} one upgrade passed and another did not")
    newest = find_newest_upgrade(results)
    if newest is None:
        lines.append("no upgrade test" if evidence.upgrade_tests is False else "no upgrade result is known")
    positions = (position for position, each in enumerate(reversed(results), 1) if each is newest)
    first = next(positions) if risk.level is RiskLevel.FAILING else 0
    return [*lines[:first], *risk.because, *lines[first:], *reasons[len(risk.because) :]]


def _evidence_reasons(evidence: Evidence, newest: AgedResult | None) -> list[str]:
    is_unexpected = newest is not None and evidence.expect not in (None, newest.result.upgrade)
    return [f"the upgrade was expected to be {evidence.expect}"] * is_unexpected + list(evidence.warnings)


def _with_unknown_variables(risk: Risk, names: list[str]) -> Risk:
    """Return the risk with the variables that limited the check; if no risk was found, also in its text."""
    if not names:
        return risk
    listed = " and ".join(names) if len(names) < 3 else f"{len(names)} variables"
    text = risk.text if risk.level.is_at_risk else f"{risk.text}; {listed} unknown"
    return replace(risk, text=text, because=[*risk.because, describe_unknown_variables(names)])
