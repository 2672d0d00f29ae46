"""Results of `check` and `show`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.facts.format import mask_value
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.common.groups import list_recipe_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.errors import ExitCode
    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation
    from rollout_lint.location import Problem
    from rollout_lint.rules.finding import Finding
    from rollout_lint.stack.model import Setting


@dataclass(frozen=True, slots=True)
class CheckedVariant:
    """Variant of a recipe: its files in the order of the merge, its services, and why it was not evaluated.

    `is_ci` is True for a variant with a CI overlay. `deployed_by` is the file and line of the command that deploys
    these files, None without such a command.
    """

    name: str
    files: tuple[str, ...]
    status: EvaluationStatus
    services: tuple[str, ...]
    problems: tuple[Problem, ...]
    is_ci: bool
    deployed_by: str | None


@dataclass(frozen=True, slots=True)
class CheckedRecipe:
    """Result of checking one recipe.

    `path` is the path from the caller; files of problems and findings are relative to it. `problems` say why the recipe
    was not or only partly evaluated. `findings` are those of each variant, also suppressed and superseded ones.
    `unknown_variables` limited the check. `exit_code` is that of a check of this recipe alone.
    """

    name: str
    path: str
    status: EvaluationStatus
    variants: tuple[CheckedVariant, ...]
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    unknown_variables: tuple[str, ...]
    exit_code: ExitCode

    @property
    def is_evaluated(self) -> bool:
        """True if every variant was evaluated."""
        return self.status is EvaluationStatus.EVALUATED

    @property
    def active_findings(self) -> tuple[Finding, ...]:
        """Findings that are neither suppressed nor superseded."""
        return tuple(finding for finding in self.findings if finding.is_active)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of a check: the recipes, and the stack files that were not checked.

    `exit_code` is that of the command. It is OK only if every recipe was evaluated. `obsolete_entries` is the number of
    entries of the baseline that no longer occur.
    """

    recipes: tuple[CheckedRecipe, ...]
    skipped: tuple[SkippedFile, ...]
    exit_code: ExitCode
    obsolete_entries: int = 0

    def __iter__(self) -> Iterator[CheckedRecipe]:
        """Return the recipes."""
        return iter(self.recipes)


@dataclass(frozen=True, slots=True)
class ShownVariant:
    """Effective values of a variant: the facts of each service by their path, such as `deploy.update_config.order`."""

    name: str
    files: tuple[str, ...]
    status: EvaluationStatus
    problems: tuple[Problem, ...]
    services: Mapping[str, Mapping[str, Fact]]


@dataclass(frozen=True, slots=True)
class ShownRecipe:
    """Effective values of a recipe. `problems` say why it was not or only partly evaluated."""

    name: str
    path: str
    status: EvaluationStatus
    variants: tuple[ShownVariant, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ShowResult:
    """Result of `show`. `exit_code` is OK only if every recipe was evaluated."""

    recipes: tuple[ShownRecipe, ...]
    exit_code: ExitCode

    def __iter__(self) -> Iterator[ShownRecipe]:
        """Return the recipes."""
        return iter(self.recipes)


def to_checked_recipe(evaluation: Evaluation, exit_code: ExitCode) -> CheckedRecipe:
    """Return the public result of an evaluation, with the findings that its filter includes."""
    return CheckedRecipe(
        evaluation.recipe.name,
        evaluation.recipe.path,
        evaluation.status,
        tuple(map(_to_checked_variant, evaluation.variants)),
        tuple(list_recipe_problems(evaluation)),
        tuple(_mask_finding(each) for each in evaluation.findings if evaluation.filter.includes(each)),
        tuple(evaluation.unknown_variables),
        exit_code,
    )


def _to_checked_variant(evaluation: VariantEvaluation) -> CheckedVariant:
    variant = evaluation.variant
    files = tuple(layer.name for layer in variant.files)
    services, problems = tuple(evaluation.services), tuple(evaluation.problems)
    return CheckedVariant(
        variant.name, files, evaluation.status, services, problems, variant.is_ci, variant.deployed_by
    )


def to_shown_recipe(evaluation: Evaluation) -> ShownRecipe:
    """Return the public result of an evaluation."""
    variants = tuple(map(_to_shown_variant, evaluation.variants))
    problems = tuple(list_recipe_problems(evaluation))
    return ShownRecipe(evaluation.recipe.name, evaluation.recipe.path, evaluation.status, variants, problems)


def _to_shown_variant(evaluation: VariantEvaluation) -> ShownVariant:
    files = tuple(layer.name for layer in evaluation.variant.files)
    services = {name: _mask_facts(dict(sorted(facts.items()))) for name, facts in evaluation.services.items()}
    return ShownVariant(evaluation.variant.name, files, evaluation.status, tuple(evaluation.problems), services)


def _mask_finding(finding: Finding) -> Finding:
    return finding._replace(facts=_mask_facts(finding.facts))


def _mask_facts(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return facts without words that may be a secret: a caller may print them."""
    return {path: _mask_fact(path, fact) for path, fact in facts.items()}


def _mask_fact(path: str, fact: Fact) -> Fact:
    overrides = tuple(_mask_setting(path, each) for each in fact.overrides)
    return fact._replace(
        value=mask_value(path, fact.value), written=_mask_written(fact.value, fact.written), overrides=overrides
    )


def _mask_setting(path: str, setting: Setting) -> Setting:
    written = _mask_written(setting.value, setting.written)
    overrides = tuple(_mask_setting(path, each) for each in setting.overrides)
    return setting._replace(value=mask_value(path, setting.value), written=written, overrides=overrides)


def _mask_written(value: object, written: str) -> str:
    """Return the text of a single value; that of a list may have a secret that its value does not have."""
    return written if isinstance(value, str | int | float) else ""
