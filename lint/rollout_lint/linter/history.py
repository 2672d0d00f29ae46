"""Earlier revision of a recipe, over which its files may be deployed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.env_sample import ENV_SAMPLES
from rollout_lint.discovery.revision import open_revision
from rollout_lint.discovery.revision_files import RevisionFiles
from rollout_lint.discovery.stack_file import is_yaml
from rollout_lint.discovery.tree import find_tree
from rollout_lint.facts.derived.changes import COMPARED_WITH
from rollout_lint.linter.reader import parse_source
from rollout_lint.stack.merge import load_stack
from rollout_lint.stack.model import EarlierStack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.discovery.recipe import Variant
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding
    from rollout_lint.stack.model import Stack
    from rollout_lint.syntax.source import Source


@dataclass(slots=True)
class HistoryFinder:
    """Finder of the revision `ref` of recipes, which may be in several repositories."""

    ref: str
    _files: dict[Path, RevisionFiles] = field(default_factory=dict)

    def find(self, file: Path) -> RecipeHistory:
        """Return the revision of the recipe of a file. Raises RevisionError if the revision does not exist."""
        tree, _ = find_tree(Path(os.path.abspath(file)))  # noqa: PTH100
        if tree not in self._files:
            self._files[tree] = RevisionFiles(open_revision(file.parent, self.ref))
        files = self._files[tree]
        return RecipeHistory(files, f"at {files.revision.short}")


@dataclass(frozen=True, slots=True)
class RecipeHistory:
    """Earlier revision of a recipe, and its name in messages, such as `at main`."""

    files: RevisionFiles
    name: str

    def find_earlier(
        self, variant: Variant, stack: Stack, sources: list[Source], environment: Mapping[str, str]
    ) -> EarlierStack | None:
        """Return the stack of a variant's files at the revision; None if the first file is new, or was rejected.

        A later file that is new is left out. Variables have their present values. Raises RevisionError.
        """
        paths = [layer.path for layer in variant.files]
        if not self.files.has(paths[0]):
            return None
        known = [(path, source) for path, source in zip(paths, sources, strict=True) if self.files.has(path)]
        changed = [path for path, source in known if not self.files.holds(path, source.data)]
        contents = dict(zip(changed, self.files.read(changed), strict=True))
        if None in contents.values():
            return None
        before = stack
        if changed or len(known) < len(paths):
            earlier = [parse_source(contents.get(path) or source.data, source.name) for path, source in known]
            before, problems = load_stack(earlier, environment, variant.is_exact, client=stack.client)
            if problems:
                return None
        folder = paths[0].parent
        return EarlierStack(before, self.name, True, frozenset(self._find_changed_contents(folder, before, stack)))

    def _find_changed_contents(self, folder: Path, before: Stack, now: Stack) -> Iterator[tuple[str, str]]:
        """Yield the section and key of the configs and secrets whose file differs."""
        private = set(_private_files(folder, now))
        for section in ("configs", "secrets"):
            entries = now.resources.get(section, {})
            for key, earlier in before.resources.get(section, {}).items():
                files = (earlier.file, entries[key].file if key in entries else None)
                paths = [folder / each.value for each in files if each is not None and isinstance(each.value, str)]
                if len(paths) == len(files):
                    is_secret = section == "secrets" or os.path.realpath(paths[-1]) in private
                    if self.files.differs(*paths, is_secret=is_secret):
                        yield section, key

    def find_changed_files(self, evaluation: Evaluation) -> set[str]:
        """Return the names of the recipe's files that differ from the revision.

        These are all files if a sample of the environment differs, or if a YAML file is gone, because either can change
        the findings of all.
        """
        layers = evaluation.recipe.layers
        for folder in {layer.path.parent for layer in layers}:
            samples = [folder / name for name in ENV_SAMPLES if os.path.lexists(folder / name)]
            removed = any(is_yaml(name) or name in ENV_SAMPLES for name in self.files.list_removed(folder))
            if removed or any(self.files.differs(path, path, is_secret=False) is not False for path in samples):
                return {layer.name for layer in layers}
        sources = evaluation.sources
        read = (layer for layer in layers if layer.name in sources)
        return {layer.name for layer in read if not self.files.holds(layer.path, sources[layer.name].data)}

    def is_about_change(self, evaluation: Evaluation, finding: Finding) -> bool:
        """Return True if a finding is about a difference from the revision."""
        variant = next((each for each in evaluation.variants if each.variant.name == finding.variant), None)
        facts = variant.facts(finding) if variant is not None else None
        path = next((COMPARED_WITH[each] for each in finding.facts if each in COMPARED_WITH), None)
        fact = facts.get(path) if facts and path else None
        return fact is not None and fact.value == self.name


def _private_files(folder: Path, stack: Stack) -> Iterator[str]:
    """Yield the files that are never opened, also not for a config: env_files, `.env`, and files of secrets."""
    yield os.path.realpath(folder / ".env")
    names = [item.value for service in stack.services.values() for item in service.lists.get("env_file", [])]
    names += [secret.file.value for secret in stack.resources.get("secrets", {}).values() if secret.file is not None]
    yield from (os.path.realpath(folder / name) for name in names if isinstance(name, str))
