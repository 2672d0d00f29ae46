"""Findings of a check since a revision: those in changed files, and those about changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.export import RevisionError
from rollout_lint.errors import OptionError
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.history import HistoryFinder
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rollout_lint.api.selection import Target
    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.linter.history import RecipeHistory
    from rollout_lint.rules.finding import Finding


class ChangedRecipe(Record):
    """Evaluation of a recipe with its revision, and the names of its changed files."""

    evaluation: Evaluation
    history: RecipeHistory
    files: set[str]

    def has(self, finding: Finding) -> bool:
        """Return True for a finding in a changed file, or about a change."""
        return finding.location.file in self.files or self.history.is_about_change(self.evaluation, finding)

    def remove_other_findings(self) -> None:
        """Remove the findings in files that did not change, except those about changes."""
        self.evaluation.findings = list(filter(self.has, self.evaluation.findings))


class ChangeFilter:
    """Evaluation of the recipes that changed since the revision `ref`."""

    def __init__(self, ref: str) -> None:
        """Take the name of a commit."""
        self._ref = ref
        self._finder = HistoryFinder(ref)

    def evaluate(self, target: Target, *, applies_ignores: bool) -> ChangedRecipe | None:
        """Evaluate a recipe, compared with the revision; None without a change. Raises OptionError."""
        recipe, context = target
        try:
            history = self._finder.find(recipe.variants[0].files[0].path if recipe.variants else Path(recipe.path))
            evaluation = evaluate(recipe, context.with_suppressions(applies_ignores), earlier=history.find_earlier)
            changed = ChangedRecipe(evaluation, history, history.find_changed_files(evaluation))
        except RevisionError as error:
            raise self._error(recipe.path, error) from error
        if not changed.files and not any(map(changed.has, evaluation.findings)):
            return None
        return changed

    def select_skipped(self, skipped: Iterable[SkippedFile]) -> tuple[SkippedFile, ...]:
        """Return the files that changed. Raises OptionError if the revision does not exist."""
        return tuple(each for each in skipped if self._has_changed(each.file))

    def _has_changed(self, file: str) -> bool:
        path = Path(file)
        try:
            return self._finder.find(path).files.differs(path, path, is_secret=False) is not False
        except RevisionError as error:
            raise self._error(file, error) from error

    def _error(self, path: str, error: RevisionError) -> OptionError:
        return OptionError(f"{path}: --since {self._ref}: {error}")


def reject_combinations(ref: str | None, others: Mapping[str, object]) -> None:
    """Raise OptionError if `--since` is set together with one of the other options, by their name in messages."""
    for name, value in others.items():
        if ref is not None and value:
            raise OptionError(f"--since and {name} cannot be combined")
