"""Findings and evidence to one risk for a recipe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rollout_lint.engine import show_fact
from rollout_lint.evaluate import EVALUATED, NOT_EVALUATED, Evaluation
from rollout_lint.facts import FACTS
from rollout_lint.memory import Grade, grade_by_memory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.engine import Finding
    from rollout_lint.evaluate import Known, VariantEvaluation
    from rollout_lint.facts import Fact
    from rollout_lint.fleet.model import Evidence, UpgradeResult

LEVELS = (
    "not-evaluated",
    "blocked",
    "failing",
    "latent-high",
    "latent-medium",
    "latent-low",
    "latent-unexposed",
    "mitigated",
    "safe",
    "not-at-risk",
)
"""Worst first."""

FAILURE_ACTION = "deploy.update_config.failure_action"
ORDER = "deploy.update_config.order"


@dataclass(slots=True)
class Risk:
    """A level of LEVELS, the same for people, and the reasons."""

    level: str
    text: str
    because: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Verdict:
    """One row of the sweep.

    `failure_action` and `order` are the shipped recipe's, None where nothing sets them. `overlay` is the first CI
    overlay's file. `failed_before` is the newest upgrade that did not pass, where a later one did.
    """

    recipe: str
    service: str | None
    failure_action: str | None
    order: str | None
    overlay: str | None
    upgrade_tests: bool | None
    recent_upgrade: UpgradeResult | None
    failed_before: UpgradeResult | None
    risk: Risk
    rules: list[str]

    @property
    def rank(self) -> int:
        """The position of the level, 0 for the worst."""
        return LEVELS.index(self.risk.level)


def judge(evaluation: Evaluation, evidence: Evidence, known: Known) -> Verdict:
    """The row of one recipe: the worst service, the shipped policy, and the risk with its reasons."""
    shipped = [variant for variant in evaluation.variants if not variant.variant.ci]
    overlaid = [variant for variant in evaluation.variants if variant.variant.ci]
    risky = [finding for finding in evaluation.findings if finding.risk]
    ci_names = {variant.variant.name for variant in overlaid}
    in_shipped = [finding for finding in risky if finding.variant not in ci_names]
    in_ci = [finding for finding in risky if finding.variant in ci_names]
    judge = _Judge(evaluation, evidence, known)
    risk = judge.risk(in_shipped, in_ci, shipped, overlaid)
    service = judge.service(in_shipped or in_ci, shipped)
    facts = next((v.services[service] for v in shipped if service in v.services), {}) if service else {}
    recent, failed_before = _newest(evidence.results)
    return Verdict(
        recipe=evaluation.recipe.name,
        service=service,
        failure_action=_shown(facts.get(FAILURE_ACTION)),
        order=_shown(facts.get(ORDER)),
        overlay=overlaid[0].variant.files[-1].name if overlaid else None,
        upgrade_tests=evidence.upgrade_tests,
        recent_upgrade=recent,
        failed_before=failed_before,
        risk=risk,
        rules=sorted({finding.rule.id for finding in evaluation.findings}),
    )


def _shown(fact: Fact | None) -> str | None:
    return None if fact is None or fact.default else str(fact.value)


def _newest(results: tuple[UpgradeResult, ...]) -> tuple[UpgradeResult | None, UpgradeResult | None]:
    if not results:
        return None, None
    newest = results[-1]
    earlier = [result for result in results[:-1] if result.upgrade != "pass"]
    return newest, earlier[-1] if earlier and newest.upgrade == "pass" else None


class _Judge:
    """The evidence of one recipe, held against its findings."""

    def __init__(self, evaluation: Evaluation, evidence: Evidence, known: Known) -> None:
        self._evaluation = evaluation
        self._evidence = evidence
        self._known = known

    def risk(
        self,
        in_shipped: list[Finding],
        in_ci: list[Finding],
        shipped: list[VariantEvaluation],
        overlaid: list[VariantEvaluation],
    ) -> Risk:
        """The worst that holds, in the order of LEVELS."""
        if self._evaluation.status != EVALUATED:
            return self._not_evaluated()
        latent = self._worst(in_shipped)
        mitigated = bool(in_shipped and overlaid and not in_ci)
        newest = self._evidence.results[-1] if self._evidence.results else None
        if newest is not None and newest.upgrade != "pass" and not (latent and latent.level == "blocked"):
            return self._failing(newest, in_shipped + in_ci)
        if mitigated and latent:
            return self._mitigated(latent, in_shipped, overlaid)
        if latent is None:
            return self._only_in_ci(in_ci) if in_ci else self._without_risk(shipped)
        return self._latent(latent, in_shipped)

    def service(self, risky: list[Finding], shipped: list[VariantEvaluation]) -> str | None:
        """The service that the row is about: the one at the worst risk, else the one that says most of its policy."""
        of_services = [finding for finding in risky if finding.service is not None]
        if of_services:
            return min(of_services, key=lambda finding: _LATENT_ORDER.index(self._grade(finding).level)).service
        stated = [
            (sum(_shown(facts.get(path)) is not None for path in (FAILURE_ACTION, ORDER)), name)
            for variant in shipped
            for name, facts in variant.services.items()
        ]
        rolling_back = [
            name
            for variant in shipped
            for name, facts in variant.services.items()
            if _shown(facts.get(FAILURE_ACTION)) == "rollback"
        ]
        if rolling_back:
            return rolling_back[0]
        most, name = max(stated, key=lambda each: each[0], default=(0, None))
        return name if most else None

    def _not_evaluated(self) -> Risk:
        problems = [f"{p.file}:{p.line}:{p.column}: {p.message}" for p in self._evaluation.problems]
        if self._evaluation.status == NOT_EVALUATED:
            return Risk(NOT_EVALUATED, "not evaluated", problems or ["no stack file could be read"])
        what = {"template": "a template, not YAML", "not-a-stack": "not a stack"}[self._evaluation.status]
        return Risk(NOT_EVALUATED, f"not evaluated: {what}", [f"the recipe is {what}", *problems])

    def _failing(self, newest: UpgradeResult, risky: list[Finding]) -> Risk:
        how = "was rolled back" if newest.upgrade == "rolled-back" else "failed"
        text = f"failing: the newest upgrade {how}"
        return Risk("failing", text, [_told(newest), *self._policy(risky)])

    def _mitigated(self, latent: Grade, in_shipped: list[Finding], overlaid: list[VariantEvaluation]) -> Risk:
        names = ", ".join(variant.variant.files[-1].name for variant in overlaid)
        because = [*self._policy(in_shipped), f"{names} repairs it"]
        because += [f"as shipped: {latent.because}"] if latent.because else []
        return Risk("mitigated", "fixed in CI only; latent as shipped", because + self._evidence_told())

    def _only_in_ci(self, in_ci: list[Finding]) -> Risk:
        grade = self._worst(in_ci)
        assert grade is not None
        risk = self._latent(grade, in_ci)
        return Risk(risk.level, f"{risk.text}, by the CI overlay only", risk.because)

    def _latent(self, grade: Grade, findings: list[Finding]) -> Risk:
        because = [*self._policy(findings), *filter(None, [grade.because]), *self._evidence_told()]
        if grade.level == "blocked":
            return Risk("blocked", "blocked: the next update cannot complete", because)
        if self._evidence.upgrade_tests is False:
            return Risk("latent-unexposed", "latent, no CI exposure", because)
        return Risk(grade.level, f"latent, {grade.level.removeprefix('latent-')}{grade.words}", because)

    def _without_risk(self, shipped: list[VariantEvaluation]) -> Risk:
        for variant in shipped:
            for name, facts in variant.services.items():
                action = facts[FAILURE_ACTION]
                if action.value == "rollback":
                    order = facts[ORDER]
                    because = [f"{name}: {_stated('rollback', action)}, {_stated(order.value, order)}"]
                    return Risk("safe", "safe", because + self._evidence_told())
        return Risk("not-at-risk", "not at risk", ["no service rolls back an update", *self._evidence_told()])

    def _policy(self, findings: Iterable[Finding]) -> list[str]:
        """What each finding is about: the values that the files state, or its own words where it sums up others."""
        return list(dict.fromkeys(f"{finding.rule.id} {_about(finding)}" for finding in findings))

    def _evidence_told(self) -> list[str]:
        told = [_told(result) for result in reversed(self._evidence.results)]
        if not told:
            told = ["no upgrade test" if self._evidence.upgrade_tests is False else "no upgrade result is known"]
        return told

    def _worst(self, findings: list[Finding]) -> Grade | None:
        grades = [self._grade(finding) for finding in findings]
        return min(grades, key=lambda grade: _LATENT_ORDER.index(grade.level), default=None)

    def _grade(self, finding: Finding) -> Grade:
        if finding.risk == "latent":
            return grade_by_memory(self._facts(finding), self._evidence, self._known)
        return Grade(finding.risk or "", "", f"taken for granted: {finding.assumes}" if finding.assumes else "")

    def _facts(self, finding: Finding) -> dict[str, Fact]:
        variant = next(each for each in self._evaluation.variants if each.variant.name == finding.variant)
        return variant.facts(finding.service) or {}


_LATENT_ORDER = ("blocked", "latent-high", "latent-medium", "latent-low")


def _about(finding: Finding) -> str:
    if finding.facts.keys() <= FACTS.keys():
        values = (_stated(show_fact(path, fact), fact) for path, fact in finding.facts.items())
        return f"{finding.whose}: {', '.join(values)}"
    return f"{finding.message} ({finding.place.file}:{finding.place.line})"


def _stated(value: Any, fact: Fact) -> str:
    if fact.place is None:
        return f"{value} (default)"
    return f"{value} ({fact.place.file}:{fact.place.line})"


def _told(result: UpgradeResult) -> str:
    level = "" if result.level is None else f", level {result.level}"
    ref = "" if result.ref is None else f" at {result.ref}"
    return f"upgrade {result.upgrade}{level} on {result.date}{ref}"
