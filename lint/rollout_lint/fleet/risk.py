"""Risk of a recipe and of each of its services, from the findings and the evidence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rollout_lint.facts.format import format_fact
from rollout_lint.facts.stated import FACTS
from rollout_lint.fleet.memory_risk import Grade, grade_by_memory
from rollout_lint.fleet.model import UpgradeOutcome
from rollout_lint.fleet.policy import UPDATE_POLICY
from rollout_lint.fleet.result_age import (
    AgedResult,
    describe_result,
    find_earlier_failure,
    find_intermittent_ref,
    find_newest_upgrade,
)
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.linter.evaluation import Evaluation, EvaluationStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rollout_lint.facts.model import Fact
    from rollout_lint.fleet.model import Evidence
    from rollout_lint.linter.context import LintContext
    from rollout_lint.location import Problem
    from rollout_lint.rules.finding import Finding

FAILURE_ACTION = "deploy.update_config.failure_action"
ORDER = "deploy.update_config.order"

_MAX_RESULTS = 5
"""Number of results that the reasons list; older ones are only counted."""


@dataclass(frozen=True, slots=True)
class Risk:
    """Risk level, its text, and the reasons.

    `suppressed` are the reasons that name a suppressed rule. `unevaluated` are the variants of the recipe that could
    not be evaluated.
    """

    level: RiskLevel
    text: str
    because: list[str] = field(default_factory=list)
    suppressed: list[str] = field(default_factory=list)
    unevaluated: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """True if the risk comes from evaluated variants."""
        return self.level is not RiskLevel.NOT_EVALUATED

    @property
    def is_partly_known(self) -> bool:
        """True if the risk is known, and a variant of the recipe could not be evaluated."""
        return self.is_known and bool(self.unevaluated)


@dataclass(slots=True)
class ServiceAssessment:
    """Risk and update policy of a service, or of the stack itself (`service` None).

    `failure_action` and `order` are the values as shipped, None if no file sets them. `ci_overrides` are the values of
    update_config, by key, that the first CI overlay changes. The risk ignores results, because they are the recipe's.
    All of them come from the variants that were evaluated, and `rules` from all variants.
    """

    service: str | None
    failure_action: str | None
    order: str | None
    risk: Risk
    rules: list[str]
    ci_overrides: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class RecipeAssessment:
    """Risk of a recipe: one row of the sweep.

    `service`, `failure_action` and `order` are those of the service at the worst risk. `overlay` is the file name of
    the first CI overlay. `failed_before` is the newest failed upgrade if a later one passed. `results` come oldest
    first. `reasons` are the reasons of the risk except results. `problems` are why a variant was not evaluated.
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


def assess_recipe(
    evaluation: Evaluation, evidence: Evidence, context: LintContext, results: Sequence[AgedResult] = ()
) -> RecipeAssessment:
    """Return the risk of a recipe with its reasons, its worst service, and the policy as shipped."""
    services = _ServiceAssessor(evaluation, evidence, context).assess()
    main = _main_service(services)
    ci = [variant for variant in evaluation.variants if variant.variant.is_ci]
    newest = find_newest_upgrade(results)
    if evaluation.evaluated_variants:
        risk = _recipe_risk(services, main, newest, evidence.expect)
        risk = _with_unevaluated(_with_disabled_rules(risk, context.disabled_rules), evaluation)
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
        return Risk(RiskLevel.FAILING, f"failing: the newest upgrade {outcome}{expected}", reasons, suppressed)
    return _with_suppressions(replace(worst, because=reasons), suppressed)


def _not_evaluated(evaluation: Evaluation) -> Risk:
    """Return the risk of a recipe without a variant that was evaluated."""
    text, because = "not evaluated", _problem_reasons(evaluation)
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
    unknown = f"{', '.join(names)} not evaluated".lstrip()
    because = list(dict.fromkeys([*_problem_reasons(evaluation), *risk.because]))
    if risk.is_known and evaluation.is_default_evaluated:
        return replace(risk, text=f"{risk.text}; {unknown}", because=because, unevaluated=names)
    known = f"; known: {risk.text}" if risk.is_known and risk.level.is_at_risk else ""
    return Risk(RiskLevel.NOT_EVALUATED, f"{unknown}{known}", because, risk.suppressed, names)


def _problem_reasons(evaluation: Evaluation) -> list[str]:
    return [problem.text for problem in evaluation.problems]


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


class _ServiceAssessor:
    """Assessor of the services of one recipe."""

    def __init__(self, evaluation: Evaluation, evidence: Evidence, context: LintContext) -> None:
        self._evaluation = evaluation
        self._evidence = evidence
        self._context = context
        self._is_whole = evaluation.status is EvaluationStatus.EVALUATED
        self._is_shipped_known = evaluation.is_shipped_evaluated
        variants = evaluation.evaluated_variants
        self._shipped = [variant for variant in variants if not variant.variant.is_ci]
        self._ci = [variant for variant in variants if variant.variant.is_ci]
        self._ci_names = {variant.variant.name for variant in self._ci}
        names = {variant.variant.name for variant in variants}
        self._findings = [finding for finding in evaluation.findings if finding.variant in names]

    def assess(self) -> list[ServiceAssessment]:
        """Return the services in the order of the files, after the stack itself if a finding is about it.

        A service that only a variant with errors has is included if it has a finding.
        """
        names: dict[str | None, None] = {}
        for variant in self._evaluation.evaluated_variants:
            names |= dict.fromkeys(variant.services)
        names |= dict.fromkeys(finding.service for finding in self._evaluation.findings)
        return [self._assess_service(name) for name in sorted(names, key=lambda name: name is not None)]

    def _assess_service(self, name: str | None) -> ServiceAssessment:
        facts: Mapping[str, Fact] = {}
        if name is not None:
            facts = next((each.services[name] for each in self._shipped if name in each.services), {})
        risky = [finding for finding in self._findings if finding.service == name and finding.risk]
        risk = _with_suppressions(self._risk(name, risky), _suppression_reasons(risky))
        if not risk.level.is_at_risk and not self._is_known(name):
            risk = Risk(RiskLevel.NOT_EVALUATED, "not evaluated", _problem_reasons(self._evaluation), risk.suppressed)
        return ServiceAssessment(
            service=name,
            failure_action=_explicit_value(facts.get(FAILURE_ACTION)),
            order=_explicit_value(facts.get(ORDER)),
            risk=_with_disabled_rules(risk, self._context.disabled_rules),
            rules=sorted({finding.rule.id for finding in self._evaluation.findings if finding.service == name}),
            ci_overrides=self._ci_overrides(name, facts),
        )

    def _is_known(self, name: str | None) -> bool:
        """Return True if everything that users deploy was evaluated, and if the service is not only in other files."""
        return self._is_shipped_known and (
            any(name in variant.services for variant in (*self._shipped, *self._ci))
            or any(finding.service == name for finding in self._findings)
        )

    def _ci_overrides(self, name: str | None, shipped: Mapping[str, Fact]) -> dict[str, str]:
        ci = self._ci[0].services.get(name) if self._ci and name is not None else None
        if ci is None or not shipped:
            return {}
        return {
            path.rpartition(".")[2]: format_fact(path, ci[path])
            for path in UPDATE_POLICY
            if ci[path].value != shipped[path].value
        }

    def _risk(self, name: str | None, findings: list[Finding]) -> Risk:
        """Return the risk of a service with these risky findings; a suppressed one is no risk.

        A suppressed finding of a CI variant still shows that the overlay does not fix it. A variant with errors fixes
        nothing.
        """
        active = [finding for finding in findings if finding.suppressed is None]
        shipped = [finding for finding in active if not self._is_in_ci(finding)]
        if shipped and self._ci and self._is_whole and not any(map(self._is_in_ci, findings)):
            unfixed = self._without_default_rules(shipped)
            return self._latent(unfixed) if unfixed else self._mitigated(shipped)
        if shipped:
            return self._latent(shipped)
        if active:
            risk = self._latent(active)
            is_only_in_ci = self._is_shipped_known and all(map(self._is_in_ci, findings))
            return replace(risk, text=f"{risk.text}, by the CI overlay only") if is_only_in_ci else risk
        if findings:
            return Risk(RiskLevel.NOT_AT_RISK, "not at risk", _describe_findings(findings))
        return self._without_risk(name)

    def _is_in_ci(self, finding: Finding) -> bool:
        return finding.variant in self._ci_names

    def _without_default_rules(self, shipped: list[Finding]) -> list[Finding]:
        """Return the findings that only options of the recipe have: a CI overlay is merged onto the default only."""
        default = self._shipped[0].variant.name
        fixed = {finding.rule.id for finding in shipped if finding.variant == default}
        return [finding for finding in shipped if finding.rule.id not in fixed]

    def _mitigated(self, shipped: list[Finding]) -> Risk:
        grade = self._worst_grade(shipped)
        level = "blocked" if grade.level is RiskLevel.BLOCKED else "latent"
        names = " and ".join(variant.variant.files[-1].name for variant in self._ci)
        because = [*_describe_findings(shipped), f"{names} {'fixes' if len(self._ci) == 1 else 'fix'} it"]
        because += [f"as shipped: {grade.because}"] if grade.because else []
        return Risk(RiskLevel.MITIGATED, f"fixed in CI only; {level} as shipped", because)

    def _latent(self, findings: list[Finding]) -> Risk:
        grade = self._worst_grade(findings)
        because = [*_describe_findings(findings), *filter(None, [grade.because])]
        if grade.level is RiskLevel.BLOCKED:
            return Risk(RiskLevel.BLOCKED, "blocked: the next update cannot complete", because)
        if self._evidence.upgrade_tests is False:
            return Risk(RiskLevel.LATENT_UNEXPOSED, "latent, no CI exposure", because)
        return Risk(grade.level, f"latent, {grade.level.removeprefix('latent-')}{grade.detail}", because)

    def _without_risk(self, name: str | None) -> Risk:
        for variant in self._shipped:
            facts = variant.services.get(name) if name is not None else None
            if facts is not None and facts[FAILURE_ACTION].value == "rollback":
                policy = (_with_location(str(facts[path].value), facts[path]) for path in (FAILURE_ACTION, ORDER))
                return Risk(RiskLevel.SAFE, "safe", [f"{name}: {', '.join(policy)}"])
        return Risk(RiskLevel.NOT_AT_RISK, "not at risk", ["no service rolls back an update"])

    def _worst_grade(self, findings: list[Finding]) -> Grade:
        return min(map(self._grade, findings), key=lambda grade: grade.level.rank)

    def _grade(self, finding: Finding) -> Grade:
        if finding.risk == "latent":
            variant = next(each for each in self._evaluation.variants if each.variant.name == finding.variant)
            facts = variant.facts(finding.service) or {}
            return grade_by_memory(finding.service, facts, self._evidence, self._context)
        return Grade(RiskLevel(finding.risk or ""), "", f"assumes: {finding.assumes}" if finding.assumes else "")


def _with_suppressions(risk: Risk, suppressed: list[str]) -> Risk:
    """Return the risk with the reasons that name suppressed rules, also in its text if there is no other risk."""
    text = risk.text
    if suppressed and risk.level.is_without_risk:
        rules = dict.fromkeys(reason.partition(" ")[0] for reason in suppressed)
        text = f"{text.partition(';')[0]}; {', '.join(rules)} suppressed"
    return replace(risk, text=text, because=list(dict.fromkeys([*risk.because, *suppressed])), suppressed=suppressed)


def _with_disabled_rules(risk: Risk, disabled: tuple[str, ...]) -> Risk:
    """Return the risk; if no risk was found, with the disabled rules that could have found one."""
    rules = " and ".join(disabled) if len(disabled) < 3 else f"{len(disabled)} rules"
    suffix = f"; {rules} not checked"
    if not disabled or risk.level.is_at_risk or risk.text.endswith(suffix):
        return risk
    reason = f"not checked (disabled in the config): {', '.join(disabled)}"
    return replace(risk, text=risk.text + suffix, because=list(dict.fromkeys([*risk.because, reason])))


def _suppression_reasons(findings: list[Finding]) -> list[str]:
    reasons = []
    for finding in findings:
        if finding.suppressed is not None:
            until = f" until {finding.suppressed.until}" if finding.suppressed.until else ""
            reasons.append(f"{finding.rule.id} is suppressed{until}: {finding.suppressed.reason}")
    return list(dict.fromkeys(reasons))


def _describe_findings(findings: Iterable[Finding]) -> list[str]:
    """Return the rule and the values of each finding, or its message if it has other facts than those of a file."""
    return list(dict.fromkeys(f"{finding.rule.id} {_describe_finding(finding)}" for finding in findings))


def _describe_finding(finding: Finding) -> str:
    if finding.facts.keys() <= FACTS.keys():
        values = (_with_location(format_fact(path, fact), fact) for path, fact in finding.facts.items())
        return f"{finding.subject}: {', '.join(values)}"
    return f"{finding.message} ({finding.location.file}:{finding.location.line})"


def _explicit_value(fact: Fact | None) -> str | None:
    return None if fact is None or fact.default else str(fact.value)


def _with_location(text: str, fact: Fact) -> str:
    source = "default" if fact.location is None else f"{fact.location.file}:{fact.location.line}"
    return f"{text} ({source})"
