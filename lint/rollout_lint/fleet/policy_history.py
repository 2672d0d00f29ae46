"""Changes of a recipe's update policy since a CI result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.fleet.model import UpgradeOutcome
from rollout_lint.fleet.policy import find_policy_changes
from rollout_lint.linter.evaluate import evaluate

if TYPE_CHECKING:
    from rollout_lint.fleet.model import Member, UpgradeResult
    from rollout_lint.linter.context import LintContext
    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation


def find_change_since(
    member: Member, evaluation: Evaluation, context: LintContext, result: UpgradeResult
) -> str | None:
    """Return how the policy that CI deploys changed since a result; None if it did not, or if that is unknown.

    The earlier policy is read from the recipe's repository. A failure can be that of any service, so it stays valid
    while one service at risk has its earlier policy. A pass proves nothing about a new service.
    """
    after = _variant_in_ci(evaluation)
    if after is None:
        return None
    with member.open_recipe_at(result) as recipe:
        earlier = None if recipe is None else evaluate(recipe, context._replace(rules=()))
    variant = None if earlier is None else _variant_in_ci(earlier)
    if variant is None:
        return None
    before = variant.services
    changes: dict[str | None, list[str]] = {
        name: each
        for name, facts in after.services.items()
        if name in before and (each := find_policy_changes(before[name], facts))
    }
    at_risk = {each.service for each in evaluation.findings if each.risk and each.variant == after.variant.name}
    if result.upgrade is UpgradeOutcome.PASSED:
        changes |= {name: ["it is new, and at risk"] for name in at_risk - before.keys() - {None}}
    elif at_risk - changes.keys():
        return None
    lines = (f"{name}: {', '.join(each)}" for name, each in changes.items())
    return f"the policy has changed since: {'; '.join(lines)}" if changes else None


def _variant_in_ci(evaluation: Evaluation) -> VariantEvaluation | None:
    """Return the variant that CI deploys, or None if it could not be evaluated."""
    first = next(iter(evaluation.variants), None)
    variant = next((each for each in evaluation.variants if each.variant.is_ci), first)
    is_known = variant is not None and variant.is_evaluated and not evaluation.recipe.problems
    return variant if is_known else None
