"""Files that a planner edits: a recipe's own files, or one overlay on top of them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.filesystem import is_file, is_link, resolve_links
from rollout_lint.discovery.recipe import LayerFile, Recipe
from rollout_lint.discovery.recipes import recipe_with_overlay
from rollout_lint.facts.model import parse_value
from rollout_lint.fix.patch.text import SourceText
from rollout_lint.fix.settings import settings_of
from rollout_lint.fix.verify import facts_of
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.pattern import compile_lazily
from rollout_lint.syntax.node import Mapping, Scalar
from rollout_lint.syntax.parser import parse

if TYPE_CHECKING:
    from rollout_lint.facts.model import Fact
    from rollout_lint.fix.model import Contents, Settings
    from rollout_lint.linter.context import LintContext
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding

_VARIABLE = compile_lazily(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


class FixTarget:
    """A recipe's own files. A value is set in the file that sets it now, or else in a later one."""

    has_mechanical_fixes = True
    """True if errors are corrected in the files themselves."""

    def __init__(self, recipe: Recipe, context: LintContext, evaluation: Evaluation | None = None) -> None:
        """Read the files once, or take them from an evaluation of the recipe as it is."""
        self._recipe = recipe
        self._context = context
        self._first = evaluation
        self._layers = {layer.name: layer for variant in recipe.variants for layer in variant.files}
        self._data: dict[str, bytes] = {}
        self._first = self.evaluate({})
        self._data = {name: source.data for name, source in self._first.sources.items()}

    def evaluate(self, contents: Contents) -> Evaluation:
        """Evaluate the recipe with these contents instead of those on disk."""
        if self._first is not None and not contents:
            return self._first
        return evaluate(self._recipe, self._context, {**self._data, **contents}, before=self._first)

    def settings(self, evaluation: Evaluation, finding: Finding) -> Settings:
        """Return the settings of the finding's fix that are not effective yet."""
        facts = facts_of(evaluation, finding)
        return {
            path: value
            for path, value in settings_of(evaluation, finding).items()
            if not _is_effective(path, facts.get(path), value)
        }

    def find_blocker(self, evaluation: Evaluation, finding: Finding, settings: Settings) -> str | None:
        """Return the reason if the settings cannot be made here at all."""
        if finding.service is None or not settings:
            return finding.rule.advice or "all settings of the fix are effective already"
        facts = facts_of(evaluation, finding)
        for path, value in settings.items():
            fact = facts.get(path)
            if fact is not None and fact.location is not None and self._is_writable(fact.location.file):
                if "$" in fact.written:
                    return _explain_variable(path, fact, value)
                if self._is_foreign_link(fact.location.file):
                    return f"{fact.location.file} is a link to a file that other recipes may use"
        return None

    def explain(self, reason: str) -> str:
        """Return the reason for an unfixed finding, given the first rejection."""
        return reason

    def files_for(self, evaluation: Evaluation, finding: Finding, path: str) -> list[str]:
        """Return the names of the files in which a setting can be made, the best first.

        Only a file that sets the value, its block or a cause of the finding is edited, never an unrelated layer.
        """
        facts = facts_of(evaluation, finding)
        block = path.rpartition(".")[0]
        current = [facts[path].location] if path in facts else []
        siblings = [fact.location for other, fact in facts.items() if other.rpartition(".")[0] == block]
        causes = [fact.location for fact in finding.facts.values()]
        locations = (*current, finding.location, *siblings, *causes)
        names = dict.fromkeys(location.file for location in locations if location is not None)
        return [name for name in names if self.is_editable(name)]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files, each after those that it is merged onto."""
        return tuple(self._layers)

    def is_editable(self, name: str) -> bool:
        """Return True for a stack file of the recipe that is not a link to a file elsewhere."""
        return name in self._layers and not self._is_foreign_link(name)

    def data(self, name: str) -> bytes:
        """Return the contents of a file before the first fix."""
        return self._data[name]

    def data_on_disk(self, name: str) -> bytes | None:
        """Return the contents of a file as read, or None if it does not exist."""
        return self._data.get(name)

    def path(self, name: str) -> Path:
        """Return the resolved path of a file."""
        return resolve_links(self._layers[name].path)

    def _is_writable(self, name: str) -> bool:
        return name in self._layers

    def _is_foreign_link(self, name: str) -> bool:
        path = self._layers[name].path
        return is_link(path) and resolve_links(path).parent != resolve_links(path.parent)


class OverlayTarget(FixTarget):
    """One overlay, which may not exist yet, on top of the recipe's default variant."""

    has_mechanical_fixes = False

    def __init__(self, recipe: Recipe, context: LintContext, overlay: str) -> None:
        """Read the files; the recipe must have a variant."""
        with_overlay = recipe_with_overlay(recipe, overlay)
        variant = with_overlay.variants[0]
        self._overlay = LayerFile(overlay, Path(recipe.path, overlay))
        self._recipe_without_overlay = Recipe(
            with_overlay.name, with_overlay.path, [variant._replace(files=variant.files[:-1])], with_overlay.problems
        )
        self._exists = is_file(self._overlay.path)
        super().__init__(with_overlay, context)

    def evaluate(self, contents: Contents) -> Evaluation:
        """Evaluate the recipe with these contents, without the overlay if it does not exist yet."""
        if not self._exists and self._overlay.name not in contents:
            return evaluate(self._recipe_without_overlay, self._context, {**self._data, **contents})
        overlay = {self._overlay.name: self._versioned_overlay} if self._data else {}
        return evaluate(self._recipe, self._context, {**self._data, **overlay, **contents})

    def explain(self, reason: str) -> str:
        """Return the reason with a hint that the file itself can be fixed."""
        return f"an overlay cannot fix the finding: {reason}; fix the file itself with rollout-lint fix"

    def files_for(self, evaluation: Evaluation, finding: Finding, path: str) -> list[str]:
        """Return the overlay."""
        del evaluation, finding, path
        return [] if self._is_foreign_link(self._overlay.name) else [self._overlay.name]

    def data(self, name: str) -> bytes:
        """Return the overlay with the version of the recipe."""
        del name
        return self._versioned_overlay

    def _is_writable(self, name: str) -> bool:
        return name == self._overlay.name

    @cached_property
    def _versioned_overlay(self) -> bytes:
        # Docker rejects layers of different versions (`cli/compose/loader/loader.go Load`).
        data = self._data.get(self._overlay.name, b"")
        version = _version(self._data[self._recipe.variants[0].files[0].name])
        if version is None or _version(data) is not None or parse(data, "").problems:
            return data
        from rollout_lint.fix.patch.mechanical_edits import set_version

        versioned = set_version(SourceText.decode(data), version)
        return data if versioned is None else versioned.encode()


def _version(data: bytes) -> str | None:
    root = parse(data, "").root
    version = root.get("version") if isinstance(root, Mapping) else None
    return version.text if isinstance(version, Scalar) else None


def _is_effective(path: str, fact: Fact | None, value: object) -> bool:
    return fact is not None and fact.value == (parse_value(path, value) if isinstance(value, str) else value)


def _explain_variable(path: str, fact: Fact, value: object) -> str:
    names = ", ".join(dict.fromkeys(_VARIABLE.findall(fact.written)))
    return f"{names or 'a variable'} sets {path}: change the variable so that the value is {value}"
