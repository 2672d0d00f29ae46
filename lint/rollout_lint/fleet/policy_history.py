"""Whether a recipe's policy is still the one that a CI's result is about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rollout_lint.fleet.policy import changes
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import EvaluationStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from rollout_lint.fleet.model import Member, UpgradeResult
    from rollout_lint.linter.context import LintContext
    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation


def policy_since(member: Member, now: Evaluation, known: LintContext) -> Callable[[UpgradeResult], str | None]:
    """How the policy that a CI deploys has changed after a result: None where it has not, or where nobody can tell.

    What it was then is read from the recipe's repository, at the revision that the result names. A failure may be that
    of any service, so it counts while one that is at risk has the policy that it had. A pass
    proves nothing of a service that is new.
    """

    def since(result: UpgradeResult) -> str | None:
        if now.status != EvaluationStatus.EVALUATED:
            return None
        with member.earlier(result) as recipe:
            then = None if recipe is None else evaluate(recipe, replace(known, rules=()))
        if then is None or then.status != EvaluationStatus.EVALUATED:
            return None
        before, at_risk = _deployed_by_ci(then), _at_risk(now)
        told = _changes(before, _deployed_by_ci(now))
        if result.upgrade == "pass":
            told |= {name: ["it is new, and at risk"] for name in at_risk - before.services.keys() - {None}}
        elif at_risk - told.keys():
            return None
        changed = (f"{name}: {', '.join(each)}" for name, each in told.items())
        return f"the policy has changed since: {'; '.join(changed)}" if told else None

    return since


def _deployed_by_ci(evaluation: Evaluation) -> VariantEvaluation:
    return next((each for each in evaluation.variants if each.variant.is_ci), evaluation.variants[0])


def _at_risk(evaluation: Evaluation) -> set[str | None]:
    """The services of what a CI deploys that are at risk; None for the stack."""
    variant = _deployed_by_ci(evaluation).variant.name
    return {finding.service for finding in evaluation.findings if finding.risk and finding.variant == variant}


def _changes(then: VariantEvaluation, now: VariantEvaluation) -> dict[str | None, list[str]]:
    return {
        name: told
        for name, facts in now.services.items()
        if name in then.services and (told := changes(then.services[name], facts))
    }
