"""Findings and evidence to one risk for a recipe, and for each of its services."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.format import format_fact
from rollout_lint.facts.stated import FACTS
from rollout_lint.fleet.memory_risk import Grade, grade_by_memory
from rollout_lint.fleet.policy import UPDATE_POLICY
from rollout_lint.fleet.result_age import Seen, failed_before, intermittent, newest_upgrade, told
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

_TOLD = 5
"""How many results a row tells of; the rest is counted."""


@dataclass(slots=True)
class Risk:
    """A level, the same for people, and the reasons.

    `silenced` are those of the reasons that tell what is passed over since somebody has silenced it.
    """

    level: RiskLevel
    text: str
    because: list[str] = field(default_factory=list)
    silenced: list[str] = field(default_factory=list)

    @property
    def rank(self) -> int:
        """The position of the level, 0 for the worst."""
        return self.level.rank


@dataclass(slots=True)
class ServiceVerdict:
    """One service of a recipe, or the stack itself where `service` is None.

    `failure_action` and `order` are the shipped recipe's, None where nothing sets them. `in_ci` is what the first CI
    overlay makes of its update_config, by key, where that is something else. Of the evidence only what grades a risk
    is in it: results are the recipe's.
    """

    service: str | None
    failure_action: str | None
    order: str | None
    risk: Risk
    rules: list[str]
    in_ci: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Verdict:
    """One row of the sweep.

    `service`, `failure_action` and `order` are those of the service that the row is about. `overlay` is the first CI
    overlay's file. `failed_before` is the newest upgrade that did not pass, where a later one did. `evidence` is what
    the CI's results say, oldest first. `reasons` are those of the risk that are no results. `problems` are why it was
    not evaluated.
    """

    recipe: str
    service: str | None
    failure_action: str | None
    order: str | None
    overlay: str | None
    upgrade_tests: bool | None
    recent_upgrade: Seen | None
    failed_before: Seen | None
    risk: Risk
    rules: list[str]
    services: list[ServiceVerdict] = field(default_factory=list)
    evidence: list[Seen] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def rank(self) -> int:
        """The position of the level, 0 for the worst."""
        return self.risk.rank


def judge(evaluation: Evaluation, evidence: Evidence, known: LintContext, seen: Sequence[Seen] = ()) -> Verdict:
    """The row of one recipe: the worst service, the shipped policy, and the risk with its reasons."""
    services = (
        _Services(evaluation, evidence, known).verdicts() if evaluation.status == EvaluationStatus.EVALUATED else []
    )
    about = _of_the_row(services)
    ci = [variant for variant in evaluation.variants if variant.variant.is_ci]
    newest = newest_upgrade(seen)
    risk = _as_far_as_judged(_recipe_risk(evaluation, services, about, newest, evidence.expect), known.disabled_rules)
    reasons = [*risk.because, *_remarks(evidence, newest)]
    return Verdict(
        recipe=evaluation.recipe.name,
        service=about.service if about else None,
        failure_action=about.failure_action if about else None,
        order=about.order if about else None,
        overlay=ci[0].variant.files[-1].name if ci else None,
        upgrade_tests=evidence.upgrade_tests,
        recent_upgrade=newest,
        failed_before=failed_before(seen),
        risk=Risk(risk.level, risk.text, _because(risk, reasons, evidence, seen), risk.silenced),
        rules=sorted({finding.rule.id for finding in evaluation.findings}),
        services=services,
        evidence=list(seen),
        reasons=reasons,
        problems=evaluation.problems,
    )


def _of_the_row(services: list[ServiceVerdict]) -> ServiceVerdict | None:
    """The service at the worst risk, else one that rolls back, else the one that says most of its policy."""
    named = [each for each in services if each.service is not None]
    risky = [each for each in named if not each.risk.level.is_without_risk]
    if risky:
        return min(risky, key=lambda each: each.risk.rank)
    rolling_back = [each for each in named if each.failure_action == "rollback"]
    most = max(rolling_back or named, key=_stated_values, default=None)
    return most if most is not None and _stated_values(most) else None


def _stated_values(service: ServiceVerdict) -> int:
    return (service.failure_action is not None) + (service.order is not None)


def _recipe_risk(
    evaluation: Evaluation,
    services: list[ServiceVerdict],
    about: ServiceVerdict | None,
    newest: Seen | None,
    expect: str | None,
) -> Risk:
    """The worst that holds, in the order of RiskLevel, for reasons that are none of the results themselves."""
    if evaluation.status != EvaluationStatus.EVALUATED:
        return _not_evaluated(evaluation)
    ordered = sorted(services, key=lambda each: each.risk.rank)
    worst = ordered[0].risk
    risky = [each for each in ordered if not each.risk.level.is_without_risk]
    telling = [reason for each in risky or [about or ordered[0]] for reason in each.risk.because]
    silenced = list(dict.fromkeys(told for each in ordered for told in each.risk.silenced))
    reasons = list(dict.fromkeys([*telling, *silenced]))
    if newest is not None and not newest.passed and not newest.changed and worst.level is not RiskLevel.BLOCKED:
        how = "was rolled back" if newest.result.upgrade == "rolled-back" else "failed"
        expected = ", as expected" if expect == newest.result.upgrade else ""
        return Risk(RiskLevel.FAILING, f"failing: the newest upgrade {how}{expected}", reasons, silenced)
    return _passing_over(Risk(worst.level, worst.text, reasons), silenced)


def _not_evaluated(evaluation: Evaluation) -> Risk:
    problems = [problem.told for problem in evaluation.problems]
    if evaluation.status == EvaluationStatus.NOT_EVALUATED:
        return Risk(RiskLevel.NOT_EVALUATED, "not evaluated", problems or ["no stack file could be read"])
    what = {EvaluationStatus.TEMPLATE: "a template, not YAML", EvaluationStatus.NOT_A_STACK: "not a stack"}[
        evaluation.status
    ]
    return Risk(RiskLevel.NOT_EVALUATED, f"not evaluated: {what}", [f"the recipe is {what}", *problems])


def _because(risk: Risk, reasons: list[str], evidence: Evidence, seen: Sequence[Seen]) -> list[str]:
    """The reasons and the results together; where the newest upgrade is what fails, down to that one first."""
    if risk.level is RiskLevel.NOT_EVALUATED:
        return reasons
    results = [told(each) for each in reversed(seen)]
    if len(results) > _TOLD:
        results[_TOLD:] = [f"and {len(results) - _TOLD} earlier results"]
    ref = intermittent(seen)
    if ref is not None:
        results.append(f"intermittent: at {ref} an upgrade has passed and another has not")
    newest = newest_upgrade(seen)
    if newest is None:
        results.append("no upgrade test" if evidence.upgrade_tests is False else "no upgrade result is known")
    positions = (position for position, each in enumerate(reversed(seen), 1) if each is newest)
    first = next(positions) if risk.level is RiskLevel.FAILING else 0
    return [*results[:first], *risk.because, *results[first:], *reasons[len(risk.because) :]]


def _remarks(evidence: Evidence, newest: Seen | None) -> list[str]:
    """What else is to be said of the evidence: that it was expected to be otherwise, and what nobody can know."""
    unexpected = newest is not None and evidence.expect not in (None, newest.result.upgrade)
    return [f"the upgrade was expected to be {evidence.expect}"] * unexpected + list(evidence.doubts)


class _Services:
    """The services of one recipe, held against what is known of memory and of upgrade tests."""

    def __init__(self, evaluation: Evaluation, evidence: Evidence, known: LintContext) -> None:
        self._evaluation = evaluation
        self._evidence = evidence
        self._known = known
        self._shipped = [variant for variant in evaluation.variants if not variant.variant.is_ci]
        self._overlaid = [variant for variant in evaluation.variants if variant.variant.is_ci]

    def verdicts(self) -> list[ServiceVerdict]:
        """Each service in the order of the files; before them the stack itself, where a finding is about that."""
        names: dict[str | None, None] = {}
        if any(finding.service is None for finding in self._evaluation.findings):
            names[None] = None
        for variant in self._evaluation.variants:
            names |= dict.fromkeys(variant.services)
        return [self._verdict(name) for name in names]

    def _verdict(self, name: str | None) -> ServiceVerdict:
        facts: Mapping[str, Fact] = (
            next((v.services[name] for v in self._shipped if name in v.services), {}) if name is not None else {}
        )
        return ServiceVerdict(
            service=name,
            failure_action=_shown(facts.get(FAILURE_ACTION)),
            order=_shown(facts.get(ORDER)),
            risk=_as_far_as_judged(self._risk(name), self._known.disabled_rules),
            rules=sorted({finding.rule.id for finding in self._evaluation.findings if finding.service == name}),
            in_ci=self._in_ci(name, facts),
        )

    def _in_ci(self, name: str | None, shipped: Mapping[str, Fact]) -> dict[str, str]:
        in_ci = self._overlaid[0].services.get(name) if self._overlaid and name is not None else None
        if in_ci is None or not shipped:
            return {}
        return {
            path.rpartition(".")[2]: format_fact(path, in_ci[path])
            for path in UPDATE_POLICY
            if in_ci[path].value != shipped[path].value
        }

    def _risky(self, name: str | None) -> list[Finding]:
        """The findings that are a risk for a service, silenced or not."""
        return [finding for finding in self._evaluation.findings if finding.risk and finding.service == name]

    def _risk(self, name: str | None) -> Risk:
        """What is silenced is no risk, and repairs none."""
        return _passing_over(self._unsilenced_risk(name), _silenced(self._risky(name)))

    def _unsilenced_risk(self, name: str | None) -> Risk:
        every = self._risky(name)
        risky = [finding for finding in every if finding.suppressed is None]
        ci_names = {variant.variant.name for variant in self._overlaid}
        in_shipped = [finding for finding in risky if finding.variant not in ci_names]
        if in_shipped and self._overlaid and all(finding.variant not in ci_names for finding in every):
            beyond = self._beyond_overlays(in_shipped)
            return self._latent(beyond) if beyond else self._mitigated(in_shipped)
        if in_shipped:
            return self._latent(in_shipped)
        if risky:
            found_as_shipped = any(finding.variant not in ci_names for finding in every)
            return self._latent(risky) if found_as_shipped else self._only_in_ci(risky)
        if every:
            return Risk(RiskLevel.NOT_AT_RISK, "not at risk", _policy(every))
        return self._without_risk(name)

    def _beyond_overlays(self, in_shipped: list[Finding]) -> list[Finding]:
        """What only an option of the recipe has: a CI overlay lies on the default, and repairs nothing elsewhere."""
        default = self._shipped[0].variant.name
        repaired = {finding.rule.id for finding in in_shipped if finding.variant == default}
        return [finding for finding in in_shipped if finding.rule.id not in repaired]

    def _mitigated(self, in_shipped: list[Finding]) -> Risk:
        grade = self._worst(in_shipped)
        how = "blocked" if grade.level is RiskLevel.BLOCKED else "latent"
        names = " and ".join(variant.variant.files[-1].name for variant in self._overlaid)
        repaired = f"{names} repair{'s' if len(self._overlaid) == 1 else ''} it"
        because = [*_policy(in_shipped), repaired]
        because += [f"as shipped: {grade.because}"] if grade.because else []
        return Risk(RiskLevel.MITIGATED, f"fixed in CI only; {how} as shipped", because)

    def _only_in_ci(self, in_ci: list[Finding]) -> Risk:
        risk = self._latent(in_ci)
        return Risk(risk.level, f"{risk.text}, by the CI overlay only", risk.because)

    def _latent(self, findings: list[Finding]) -> Risk:
        grade = self._worst(findings)
        because = [*_policy(findings), *filter(None, [grade.because])]
        if grade.level is RiskLevel.BLOCKED:
            return Risk(RiskLevel.BLOCKED, "blocked: the next update cannot complete", because)
        if self._evidence.upgrade_tests is False:
            return Risk(RiskLevel.LATENT_UNEXPOSED, "latent, no CI exposure", because)
        return Risk(grade.level, f"latent, {grade.level.removeprefix('latent-')}{grade.words}", because)

    def _without_risk(self, name: str | None) -> Risk:
        for variant in self._shipped:
            facts = variant.services.get(name) if name is not None else None
            if facts is not None and facts[FAILURE_ACTION].value == "rollback":
                policy = (_stated(facts[path].value, facts[path]) for path in (FAILURE_ACTION, ORDER))
                return Risk(RiskLevel.SAFE, "safe", [f"{name}: {', '.join(policy)}"])
        return Risk(RiskLevel.NOT_AT_RISK, "not at risk", ["no service rolls back an update"])

    def _worst(self, findings: list[Finding]) -> Grade:
        return min((self._grade(finding) for finding in findings), key=lambda grade: grade.level.rank)

    def _grade(self, finding: Finding) -> Grade:
        if finding.risk == "latent":
            return grade_by_memory(finding.service, self._facts(finding), self._evidence, self._known)
        return Grade(
            RiskLevel(finding.risk or ""), "", f"taken for granted: {finding.assumes}" if finding.assumes else ""
        )

    def _facts(self, finding: Finding) -> Mapping[str, Fact]:
        variant = next(each for each in self._evaluation.variants if each.variant.name == finding.variant)
        return variant.facts(finding.service) or {}


def _passing_over(risk: Risk, silenced: list[str]) -> Risk:
    """The risk, and where it says that there is none, what it passes over."""
    text = risk.text
    if silenced and risk.level.is_without_risk:
        rules = dict.fromkeys(told.partition(" ")[0] for told in silenced)
        text = f"{text.partition(';')[0]}; {', '.join(rules)} silenced"
    return Risk(risk.level, text, list(dict.fromkeys([*risk.because, *silenced])), silenced)


def _as_far_as_judged(risk: Risk, disabled_rules: tuple[str, ...]) -> Risk:
    """The risk, and where it says that there is none, the rules that would have told and are off."""
    which = " and ".join(disabled_rules) if len(disabled_rules) < 3 else f"{len(disabled_rules)} rules"
    told = f"; {which} not judged"
    if not disabled_rules or risk.level.is_at_risk or risk.text.endswith(told):
        return risk
    because = dict.fromkeys([*risk.because, f"not judged, for a config switches it off: {', '.join(disabled_rules)}"])
    return Risk(risk.level, risk.text + told, list(because), risk.silenced)


def _silenced(risky: list[Finding]) -> list[str]:
    """Which rules are silenced, until when, and why."""
    told = []
    for finding in risky:
        if finding.suppressed is not None:
            until = f" until {finding.suppressed.until}" if finding.suppressed.until else ""
            told.append(f"{finding.rule.id} is silenced{until}: {finding.suppressed.reason}")
    return list(dict.fromkeys(told))


def _policy(findings: Iterable[Finding]) -> list[str]:
    """What each finding is about: the values that the files state, or its own words where it sums up others."""
    return list(dict.fromkeys(f"{finding.rule.id} {_about(finding)}" for finding in findings))


def _about(finding: Finding) -> str:
    if finding.facts.keys() <= FACTS.keys():
        values = (_stated(format_fact(path, fact), fact) for path, fact in finding.facts.items())
        return f"{finding.subject}: {', '.join(values)}"
    return f"{finding.message} ({finding.location.file}:{finding.location.line})"


def _shown(fact: Fact | None) -> str | None:
    return None if fact is None or fact.default else str(fact.value)


def _stated(value: Any, fact: Fact) -> str:
    if fact.location is None:
        return f"{value} (default)"
    return f"{value} ({fact.location.file}:{fact.location.line})"
