"""What a session works on: a recipe's own files, or the one overlay that is to repair it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.filesystem import is_file, is_link, resolve_links
from rollout_lint.discovery.recipe import LayerFile, Variant
from rollout_lint.discovery.recipes import recipe_with_overlay
from rollout_lint.facts.model import parse_value
from rollout_lint.fix.patch.edits import ways_to_set
from rollout_lint.fix.patch.text import Text
from rollout_lint.fix.verify import facts_beside
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.syntax.node import Mapping, Scalar
from rollout_lint.syntax.parser import parse

if TYPE_CHECKING:
    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.facts.model import Fact
    from rollout_lint.fix.model import Contents, Settings
    from rollout_lint.linter.context import LintContext
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding

_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


class Desk:
    """A recipe's own files: a finding is repaired in the one that decides, or failing that in one that comes later."""

    def __init__(self, recipe: Recipe, known: LintContext) -> None:
        """Read the files, once for the whole session."""
        self._recipe = recipe
        self._known = known
        self._layers = {layer.name: layer for variant in recipe.variants for layer in variant.files}
        self._read: dict[str, bytes] = {}
        self._read = {name: source.data for name, source in self.evaluation({}).sources.items()}

    def evaluation(self, contents: Contents) -> Evaluation:
        """The recipe as it would be with these contents."""
        return evaluate(self._recipe, self._known, {**self._read, **contents})

    def settings(self, evaluation: Evaluation, finding: Finding) -> Settings:
        """What of the rule's repair is not so yet."""
        facts = facts_beside(evaluation, finding)
        return {
            path: value for path, value in finding.rule.fix_settings.items() if not _is_so(path, facts.get(path), value)
        }

    def refusal(self, evaluation: Evaluation, finding: Finding, settings: Settings) -> str | None:
        """Why the settings cannot be made here, whatever is tried."""
        if finding.service is None or not settings:
            return finding.rule.advice or "there is nothing to write"
        facts = facts_beside(evaluation, finding)
        for path, value in settings.items():
            fact = facts.get(path)
            if fact is not None and fact.location is not None and self._may_write(fact.location.file):
                if "$" in fact.written:
                    return _by_variable(path, fact, value)
                if self._is_link(fact.location.file):
                    return f"{fact.location.file} is a link to a file elsewhere, which others may use"
        return None

    def why_not(self, reason: str) -> str:
        """Why nothing that was tried was a repair."""
        return reason

    def files_for(self, evaluation: Evaluation, finding: Finding, path: str) -> list[str]:
        """The names of the files in which a setting may be made, the best first."""
        facts = facts_beside(evaluation, finding)
        block = path.rpartition(".")[0]
        deciding = [facts[path].location] if path in facts else []
        beside = [fact.location for other, fact in facts.items() if other.rpartition(".")[0] == block]
        variant = next(each.variant for each in evaluation.variants if each.variant.name == finding.variant)
        named = [location.file for location in (*deciding, finding.location, *beside) if location is not None]
        names = dict.fromkeys((*named, *(layer.name for layer in reversed(variant.files))))
        return [name for name in names if name in self._layers and not self._is_link(name)]

    def data(self, name: str) -> bytes:
        """A file's bytes as the first repair finds them."""
        return self._read[name]

    def data_on_disk(self, name: str) -> bytes | None:
        """The same as they were read; None for a file that does not exist."""
        return self._read.get(name)

    def path(self, name: str) -> Path:
        """Where the file lies, with links followed."""
        return resolve_links(self._layers[name].path)

    def _may_write(self, name: str) -> bool:
        return name in self._layers

    def _is_link(self, name: str) -> bool:
        path = self._layers[name].path
        return is_link(path) and resolve_links(path).parent != resolve_links(path.parent)


class OverlayDesk(Desk):
    """One overlay on top of what the recipe ships by default; it may not exist yet."""

    def __init__(self, recipe: Recipe, known: LintContext, overlay: str) -> None:
        """Read the files; the recipe has a variant."""
        with_overlay = recipe_with_overlay(recipe, overlay)
        self._overlay = LayerFile(overlay, Path(recipe.path, overlay))
        self._without = replace(with_overlay, variants=[_without_last(with_overlay.variants[0])])
        self._exists = is_file(self._overlay.path)
        super().__init__(with_overlay, known)

    def evaluation(self, contents: Contents) -> Evaluation:
        """The recipe as it would be; without the overlay where there is none."""
        if not self._exists and self._overlay.name not in contents:
            return evaluate(self._without, self._known, {**self._read, **contents})
        prepared = {self._overlay.name: self._prepared} if self._read else {}
        return evaluate(self._recipe, self._known, {**self._read, **prepared, **contents})

    def why_not(self, reason: str) -> str:
        """An overlay cannot do everything, and the base can."""
        return f"no overlay can repair it: {reason}; try the file itself: rollout-lint fix"

    def files_for(self, evaluation: Evaluation, finding: Finding, path: str) -> list[str]:
        """The overlay."""
        del evaluation, finding, path
        return [] if self._is_link(self._overlay.name) else [self._overlay.name]

    def data(self, name: str) -> bytes:
        """The overlay with the version that Docker wants in it."""
        del name
        return self._prepared

    def _may_write(self, name: str) -> bool:
        return name == self._overlay.name

    @cached_property
    def _prepared(self) -> bytes:
        """Docker refuses layers of different versions (`cli/compose/loader/loader.go Load`)."""
        data = self._read.get(self._overlay.name, b"")
        version = _version(self._read[self._recipe.variants[0].files[0].name])
        if version is None or _version(data) is not None or parse(data, "").problems:
            return data
        ways = [*ways_to_set(Text.of(data), ("version",), version)]
        return ways[-1].encoded() if ways else data


def _without_last(variant: Variant) -> Variant:
    return replace(variant, files=variant.files[:-1])


def _version(data: bytes) -> str | None:
    root = parse(data, "").root
    version = root.get("version") if isinstance(root, Mapping) else None
    return version.text if isinstance(version, Scalar) else None


def _is_so(path: str, fact: Fact | None, value: object) -> bool:
    return fact is not None and fact.value == (parse_value(path, value) if isinstance(value, str) else value)


def _by_variable(path: str, fact: Fact, value: object) -> str:
    names = ", ".join(dict.fromkeys(_VARIABLE.findall(fact.written)))
    return f"{names or 'a variable'} decides {path}: give it what makes that {value} where the stack is deployed"
