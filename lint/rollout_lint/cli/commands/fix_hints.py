"""Commands that `check` offers to fix findings and errors. Each is planned, and offered only for what it fixes."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.api.selection import RecipeFinder
from rollout_lint.discovery.filesystem import is_folder
from rollout_lint.discovery.recipes import STDIN, NoRecipeError, find_recipes
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.printable import printable
from rollout_lint.record import Record
from rollout_lint.report.common.paths import recipe_path

if TYPE_CHECKING:
    from rollout_lint.api.given_files import GivenFiles
    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.linter.context import ContextLoader, LintContext
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import FindingKey

_MAX_EVALUATIONS = 20
"""Limit for one command, so that the check of a large stack stays fast. Later findings of a plan have no command."""
_MAX_FINDINGS = 500
"""Limit of findings of one recipe, because a plan for all of them takes longer than the check itself."""
_MAX_FILES = 20
"""Limit of files whose recipe is looked up, because each look-up reads the folders of the whole repository."""
_MAX_KEPT = 100
"""Limit of paths whose recipes are kept, so that the memory of a check does not grow with the fleet."""


class HintOptions(Record):
    """Options of a check that its commands repeat. `is_plain` is True if `fix` sees the same findings."""

    given: GivenFiles | None
    exclude: tuple[str, ...]
    rule_folders: tuple[Path, ...]
    config_file: Path | None
    is_plain: bool


class FixHints:
    """Finder of the commands that fix the findings of a check.

    Only the process that created it looks up recipes by a file: the first ones in the order of the check, however many
    processes there are. `is_incomplete` is True if another process could not look up one.
    """

    def __init__(self, options: HintOptions, loader: ContextLoader, found: dict[str, list[Recipe]]) -> None:
        """Create a finder that reads each folder once, and configs with the loader of the check.

        `found` are the recipes that the check found by path, as far as `fix` finds the same.
        """
        self._options = options
        self._finder = RecipeFinder((), options.exclude, loader)
        self._found = found
        self._files = 0
        self._owner = os.getpid()
        self.is_incomplete = False

    @property
    def can_find_by_file(self) -> bool:
        """True if more recipes are looked up by a file."""
        return self._files < _MAX_FILES

    def add_commands(self, evaluation: Evaluation, context: LintContext) -> None:
        """Add the commands to an evaluation."""
        self.is_incomplete = False
        evaluation.fix_commands = self.commands(evaluation, context)
        evaluation.error_fix_commands = self.error_commands(evaluation, context)

    def commands(self, evaluation: Evaluation, context: LintContext) -> dict[FindingKey, str]:
        """Return a command for each active finding that a command fixes, unless the recipe has too many findings."""
        findings = [each for each in evaluation.findings if each.is_active and each.rule.has_fix]
        is_evaluated = evaluation.status is EvaluationStatus.EVALUATED
        if not 0 < len(findings) <= _MAX_FINDINGS or not is_evaluated or not _is_on_disk(evaluation.recipe):
            return {}
        commands: dict[FindingKey, str] = {}
        for unsafe in sorted({each.needs_unsafe for each in findings}):
            if any(each.key not in commands for each in findings):
                commands = self._commands(evaluation, context, unsafe=unsafe) | commands
        return commands

    def error_commands(self, evaluation: Evaluation, context: LintContext) -> dict[str, str]:
        """Return a command for each file with errors that the command fixes."""
        recipe = evaluation.recipe
        is_rejected = evaluation.status is EvaluationStatus.NOT_EVALUATED and bool(recipe.variants)
        if not is_rejected or all(each.correction is None for each in evaluation.problems) or not _is_on_disk(recipe):
            return {}
        files = self._correctable_files(recipe, evaluation, context)
        selection = self._select(evaluation) if files else None
        if selection is None:
            return {}
        arguments, selected = selection
        if selected != recipe:
            files = self._correctable_files(selected, evaluation, context)
        command = self._format(arguments, unsafe=False)
        return dict.fromkeys(files, command) if printable(command) == command else {}

    def _correctable_files(self, recipe: Recipe, evaluation: Evaluation, context: LintContext) -> list[str]:
        from rollout_lint.fix.mechanical import correct_files
        from rollout_lint.fix.model import FixOptions
        from rollout_lint.fix.target import FixTarget

        target = FixTarget(recipe, context, evaluation if recipe == evaluation.recipe else None)
        return [file.name for file in correct_files(target, FixOptions()).files]

    def _commands(self, evaluation: Evaluation, context: LintContext, *, unsafe: bool) -> dict[FindingKey, str]:
        """Return the command for each finding that `fix` fixes with or without `--unsafe`.

        The plan comes first: without fixes, there is no need to look up what a command would select.
        """
        recipe = evaluation.recipe
        fixed = self._plan(recipe, evaluation, context, unsafe=unsafe)
        selection = self._select(evaluation) if fixed else None
        if selection is None:
            return {}
        arguments, selected = selection
        if selected != recipe:
            fixed = self._plan(selected, evaluation, context, unsafe=unsafe)
        command = self._format(arguments, unsafe=unsafe)
        return dict.fromkeys(fixed, command) if printable(command) == command else {}

    def _format(self, arguments: list[str], *, unsafe: bool) -> str:
        options = ["--write", *(["--unsafe"] if unsafe else [])]
        options += [part for each in self._options.exclude for part in ("--exclude", each)]
        options += [part for each in self._options.rule_folders for part in ("--rules", str(each))]
        options += ["--config", str(self._options.config_file)] if self._options.config_file is not None else []
        return shlex.join(["rollout-lint", "fix", *options, *arguments])

    def _select(self, evaluation: Evaluation) -> tuple[list[str], Recipe] | None:
        """Return arguments that select the recipe and no other, and the recipe as `fix` finds it."""
        recipe = evaluation.recipe
        if (given := self._options.given) is not None:
            files = [part for file in given.files for part in ("-c", file)]
            return [*files, *(part for file in given.env_files for part in ("--env-file", file))], recipe
        for path in dict.fromkeys((recipe.path, recipe_path(evaluation, recipe.variants[0].files[0].name))):
            match self._find(path):
                case [found] if found.variants and found.variants[0].files == recipe.variants[0].files:
                    return [] if path == "." else ["--", path] if path.startswith("-") else [path], found
        return None

    def _find(self, path: str) -> list[Recipe]:
        """Return the recipes that `fix` finds at a path."""
        if path not in self._found:
            if len(self._found) > _MAX_KEPT:
                self._found.clear()
            self._found[path] = self._find_in_folder(path) if is_folder(Path(path)) else self._find_by_file(path)
        return self._found[path]

    def _find_in_folder(self, path: str) -> list[Recipe]:
        finder = self._finder
        try:
            return find_recipes(path, finder.overlays(path), finder.exclude(path), finder.stacks(path)).recipes
        except NoRecipeError:
            return []

    def _find_by_file(self, path: str) -> list[Recipe]:
        if os.getpid() != self._owner:
            self.is_incomplete = True
            return []
        self._files += 1
        return self._finder.find((path,)).recipes if self._files <= _MAX_FILES else []

    def _plan(self, recipe: Recipe, evaluation: Evaluation, context: LintContext, *, unsafe: bool) -> list[FindingKey]:
        """Return the findings that `fix` fixes in variants that the check has too."""
        # Imported here because a check without findings needs no planner.
        from rollout_lint.fix.model import FixOptions
        from rollout_lint.fix.planner import FixPlanner
        from rollout_lint.fix.target import FixTarget

        is_same = self._options.is_plain and recipe == evaluation.recipe
        target = FixTarget(recipe, context, evaluation if is_same else None)
        result = FixPlanner(target, FixOptions(unsafe=unsafe, max_evaluations=_MAX_EVALUATIONS)).run()
        remaining = {each.key for each in result.after.findings if each.is_active}
        checked = {variant.name: variant.files for variant in evaluation.recipe.variants}
        same = {variant.name for variant in recipe.variants if checked.get(variant.name) == variant.files}
        fixed = [finding for fix in result.applied for finding in (fix.finding, *fix.others)]
        return [each.key for each in fixed if each.key not in remaining and each.variant in same]


def _is_on_disk(recipe: Recipe) -> bool:
    return all(layer.contents is None and str(layer.path) != STDIN for layer in recipe.layers)
