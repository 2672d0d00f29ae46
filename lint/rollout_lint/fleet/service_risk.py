"""Risk of each service of a recipe, from the findings of the variants that were evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rollout_lint.facts.format import format_fact
from rollout_lint.facts.stated import FACTS
from rollout_lint.fleet.memory_risk import Grade, grade_by_memory
from rollout_lint.fleet.policy import UPDATE_POLICY
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rollout_lint.facts.model import Fact
    from rollout_lint.fleet.model import Evidence
    from rollout_lint.linter.context import LintContext
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding

FAILURE_ACTION = "deploy.update_config.failure_action"
ORDER = "deploy.update_config.order"
_MAX_VARIANTS = 4
"""Maximum number of variants that a text names."""


@dataclass(frozen=True, slots=True)
class Risk:
    """Risk level, its text, and the reasons.

    `suppressed` are the reasons that name a suppressed rule. `unevaluated` are the variants of the recipe that could
    not be evaluated. `rule` is the rule that set the level of the files, None if no rule did.
    """

    level: RiskLevel
    text: str
    because: list[str] = field(default_factory=list)
    suppressed: list[str] = field(default_factory=list)
    unevaluated: tuple[str, ...] = ()
    rule: str | None = None

    @property
    def is_known(self) -> bool:
        """True if the risk comes from evaluated variants."""
        return self.level is not RiskLevel.NOT_EVALUATED

    @property
    def is_partly_known(self) -> bool:
        """True if the risk is known, and a variant of the recipe could not be evaluated."""
        return self.is_known and bool(self.unevaluated)


@dataclass(frozen=True, slots=True)
class ServiceAssessment:
    """Risk and update policy of a service, or of the stack itself (`service` None).

    `failure_action` and `order` are the values as shipped, None if no file sets them. `ci_overrides` are the values of
    update_config, by key, that the first CI overlay changes. The risk ignores results, because they are the recipe's.
    Only `rules` includes variants that could not be evaluated.
    """

    service: str | None
    failure_action: str | None
    order: str | None
    risk: Risk
    rules: list[str]
    ci_overrides: dict[str, str] = field(default_factory=dict)


class GradedFinding(Record):
    """Finding with the risk level that it causes, and the reason for the level."""

    finding: Finding
    grade: Grade


class ServiceAssessor:
    """Assessor of the services of one recipe."""

    def __init__(self, evaluation: Evaluation, evidence: Evidence, context: LintContext) -> None:
        """Take the evaluation of the recipe, its evidence and its context."""
        self._evaluation = evaluation
        self._evidence = evidence
        self._context = context
        self._is_whole = evaluation.status is EvaluationStatus.EVALUATED
        self._is_shipped_known = evaluation.is_shipped_evaluated
        variants = evaluation.evaluated_variants
        self._shipped = [variant for variant in variants if not variant.variant.is_ci]
        self._ci = [variant for variant in variants if variant.variant.is_ci]
        self._ci_names = {variant.variant.name for variant in self._ci}
        self._evaluated = {variant.variant.name for variant in variants}
        self._findings = evaluation.group_by_service()

    def assess(self) -> list[ServiceAssessment]:
        """Return the services in the order of the files, after the stack itself if a finding is about it.

        A service that only a variant with errors has is included if it has a finding.
        """
        names: dict[str | None, None] = {}
        for variant in self._evaluation.evaluated_variants:
            names |= dict.fromkeys(variant.services)
        names |= dict.fromkeys(self._findings)
        return [self._assess_service(name) for name in sorted(names, key=lambda name: name is not None)]

    def _assess_service(self, name: str | None) -> ServiceAssessment:
        facts: Mapping[str, Fact] = {}
        if name is not None:
            facts = next((each.services[name] for each in self._shipped if name in each.services), {})
        findings = self._findings.get(name, [])
        risky = [finding for finding in findings if finding.risk and finding.variant in self._evaluated]
        risk = with_suppressions(self._risk(name, risky), _suppression_reasons(risky))
        if not risk.level.is_at_risk and not self._is_known(name):
            text, because = describe_unevaluated(self._evaluation), problem_reasons(self._evaluation)
            risk = Risk(RiskLevel.NOT_EVALUATED, text, because, risk.suppressed)
        return ServiceAssessment(
            service=name,
            failure_action=_explicit_value(facts.get(FAILURE_ACTION)),
            order=_explicit_value(facts.get(ORDER)),
            risk=with_disabled_rules(risk, self._context.disabled_rules),
            rules=sorted({finding.rule.id for finding in findings}),
            ci_overrides=self._ci_overrides(name, facts),
        )

    def _is_known(self, name: str | None) -> bool:
        """Return True if everything that users deploy was evaluated, and if the service is not only in other files."""
        return self._is_shipped_known and (
            any(name in variant.services for variant in (*self._shipped, *self._ci))
            or any(finding.variant in self._evaluated for finding in self._findings.get(name, []))
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
        graded = self._grade_all(shipped)
        rule = graded[0].finding.rule.id
        level = "blocked" if graded[0].grade.level is RiskLevel.BLOCKED else "latent"
        names = " and ".join(variant.variant.files[-1].name for variant in self._ci)
        because = [*_describe_findings(each.finding for each in graded)]
        because += [f"{names} {'fixes' if len(self._ci) == 1 else 'fix'} it"]
        because += [f"as shipped: {each.grade.because}" for each in graded[:1] if each.grade.because]
        return Risk(RiskLevel.MITIGATED, f"fixed in CI only; {level} as shipped", because, rule=rule)

    def _latent(self, findings: list[Finding]) -> Risk:
        """Return the risk with the reasons of its level first."""
        graded = self._grade_all(findings)
        rule, level = graded[0].finding.rule.id, graded[0].grade.level
        because: list[str] = []
        for finding, grade in graded:
            because += _describe_findings([finding])
            because += [grade.because] if grade.because and grade.level is level else []
        because = list(dict.fromkeys(because))
        if level is RiskLevel.BLOCKED:
            return Risk(level, "blocked: the next update cannot complete", because, rule=rule)
        if self._evidence.upgrade_tests is False:
            return Risk(RiskLevel.LATENT_UNEXPOSED, "latent, no CI exposure", because, rule=rule)
        detail = next((each.grade.detail for each in graded if each.grade.detail and each.grade.level is level), "")
        return Risk(level, f"latent, {level.removeprefix('latent-')}{detail}", because, rule=rule)

    def _without_risk(self, name: str | None) -> Risk:
        because = "no service rolls back an update"
        for variant in self._shipped:
            facts = variant.services.get(name) if name is not None else None
            if facts is None:
                continue
            policy = ", ".join(_with_location(str(facts[path].value), facts[path]) for path in (FAILURE_ACTION, ORDER))
            if facts[FAILURE_ACTION].is_unknown or facts[ORDER].is_unknown:
                because = f"{name}: {policy}"
            elif facts[FAILURE_ACTION].value == "rollback":
                return Risk(RiskLevel.SAFE, "safe", [f"{name}: {policy}", *self._silent_rollback()])
        return Risk(RiskLevel.NOT_AT_RISK, "not at risk", [because])

    def _silent_rollback(self) -> list[str]:
        """Return a reason if a rollback can go unnoticed, which `docker stack deploy` does not report."""
        if self._context.cluster.deploys_verified:
            return []
        return ["a rollback is silent unless deploys are verified (rollout-lint await)"]

    def _grade_all(self, findings: list[Finding]) -> list[GradedFinding]:
        """Return the findings with their grades, with the one that decides the risk first."""
        graded = [GradedFinding(finding, self._grade(finding)) for finding in findings]
        return sorted(graded, key=_decisive_order)

    def _grade(self, finding: Finding) -> Grade:
        if finding.risk == "latent":
            variant = next(each for each in self._evaluation.variants if each.variant.name == finding.variant)
            facts = variant.facts(finding) or {}
            return grade_by_memory(finding.service, facts, self._evidence, self._context)
        return Grade(RiskLevel(finding.risk or ""), "", f"assumes: {finding.assumes}" if finding.assumes else "")


def with_suppressions(risk: Risk, suppressed: list[str]) -> Risk:
    """Return the risk with the reasons that name suppressed rules, also in its text if there is no other risk."""
    text = risk.text
    if suppressed and risk.level.is_without_risk:
        rules = dict.fromkeys(reason.partition(" ")[0] for reason in suppressed)
        text = f"{text.partition(';')[0]}; {', '.join(rules)} suppressed"
    return replace(risk, text=text, because=list(dict.fromkeys([*risk.because, *suppressed])), suppressed=suppressed)


def with_disabled_rules(risk: Risk, disabled: tuple[str, ...]) -> Risk:
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


def _decisive_order(graded: GradedFinding) -> tuple[int, bool, int]:
    """Return the sort key: the worst level, then findings that no other one covers, then the severity."""
    finding = graded.finding
    return (graded.grade.level.rank, finding.superseded_by is not None, finding.severity.rank)


def describe_unevaluated(evaluation: Evaluation) -> str:
    """Return a text that names the variants that could not be evaluated, if the recipe has several."""
    names = evaluation.unevaluated_variants if len(evaluation.variants) > 1 else []
    shown = names if len(names) <= _MAX_VARIANTS else names[: _MAX_VARIANTS - 1]
    more = f" and {len(names) - len(shown)} more" if len(shown) < len(names) else ""
    return f"{', '.join(shown)}{more} not evaluated".lstrip()


def problem_reasons(evaluation: Evaluation) -> list[str]:
    """Return the errors of a recipe as reasons."""
    return [problem.text for problem in evaluation.problems]
