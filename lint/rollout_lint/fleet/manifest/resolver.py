"""Recipes that the entries of a manifest name."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rollout_lint.discovery.deployments import find_deployments
from rollout_lint.discovery.exclude import Exclude
from rollout_lint.discovery.export import RevisionError
from rollout_lint.discovery.file_search import FileSearch
from rollout_lint.discovery.filesystem import glob_paths, is_file, is_folder, relative_path, resolve_links
from rollout_lint.discovery.layout import Layout
from rollout_lint.discovery.recipes import add_overlay, find_folder_recipes
from rollout_lint.discovery.repositories import Repositories
from rollout_lint.discovery.revision import (
    Revision,
    find_commit_before,
    is_branch_or_head,
    open_revision,
    resolve_commit,
)
from rollout_lint.discovery.revision_paths import format_path, get_commit, join_path, to_working_tree
from rollout_lint.discovery.skipped import skip_unlisted
from rollout_lint.discovery.tree import walk_tree
from rollout_lint.fleet.manifest.entry import ManifestEntry, Overlay, make_missing_member
from rollout_lint.fleet.manifest.patterns import PatternError, find_recipe_folders
from rollout_lint.fleet.model import UpgradeOutcome
from rollout_lint.fleet.result_files import OUTSIDE_REPOSITORY
from rollout_lint.location import Problem
from rollout_lint.syntax.node import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rollout_lint.discovery.deployments import DeclaredStack, Deployment
    from rollout_lint.discovery.layout import FolderRecipes
    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.fleet.evidence_loader import EvidenceLoader
    from rollout_lint.fleet.manifest.schema import FileReference
    from rollout_lint.fleet.model import Member, UpgradeResult


@dataclass(slots=True)
class RecipeResolver:
    """Resolver of the recipes of a fleet in `root`. `problems` are errors that belong to no single recipe."""

    root: Path
    overlays: tuple[Overlay, ...]
    evidence_loader: EvidenceLoader
    problems: list[Problem] = field(default_factory=list)
    repositories: Repositories = field(default_factory=Repositories)
    _deployments: list[Deployment] = field(default_factory=list)

    def listed_members(
        self,
        manifest: Path,
        nodes: Sequence,
        exclude: Iterable[str] | Exclude = (),
        stacks: Iterable[DeclaredStack] = (),
    ) -> tuple[list[Member], list[SkippedFile]]:
        """Return the recipes and stacks of a manifest in order, and the stack files that it does not list."""
        folders = list(walk_tree(self.root, Exclude.create(exclude)))
        self._deployments = find_deployments(folders, self.root)
        members = list(self._listed_members(manifest, nodes))
        declared = [each for stack in stacks for each in stack.deployments(self.root)]
        for group in Layout(self.root, self.ci_patterns, declared).find([]).groups:
            members += self.found_members(group)
        known = {to_working_tree(path) for member in members for path in member.recipe.paths}
        layout = Layout(self.root, lambda _: (), self._deployments, known=known)
        found = layout.find(folders)
        unlisted = {path for recipe in found.recipes for path in recipe.paths} - known
        entries = [*found.skipped, *(skip_unlisted(format_path, path) for path in unlisted)]
        return members, sorted(entries)

    def _listed_members(self, manifest: Path, nodes: Sequence) -> Iterator[Member]:
        """Yield the recipes of a manifest; a pattern skips recipes that another entry names by itself."""
        entries = [ManifestEntry(manifest, node) for node in nodes.items if isinstance(node, Mapping)]
        folders = [(entry, list(self._folders(entry))) for entry in entries]
        single = {_identity(folder) for entry, found in folders if not entry.is_pattern for _, folder in found}
        first_entries: dict[object, ManifestEntry] = {}
        for entry, found in folders:
            if entry.missing is not None:
                yield entry.missing
            for name, folder in found:
                if entry.is_pattern and _identity(folder) in single:
                    continue
                if not self._is_duplicate(entry, name, folder, first_entries):
                    yield from self._members(entry, name, folder)

    def found_members(self, group: FolderRecipes) -> Iterator[Member]:
        """Yield the recipes of a folder that no entry names, the main one first."""
        if group.folder != self.root:
            group.rename(relative_path(group.folder, self.root))
        yield from self._folder_members(group)

    def _folder_members(self, group: FolderRecipes, entry: ManifestEntry | None = None) -> Iterator[Member]:
        """Yield the main recipe of a folder, to which the entry and the CI settings apply, then the others."""
        folder = group.folder
        for each in group.recipes:
            each.path = format_path(folder)
        if group.main is not None:
            yield self._member(group.main, folder, entry)
        for each in group.further:
            member = self.evidence_loader.load_member(each, None)
            file = each.variants[0].files[0].path if each.variants else folder
            yield _with_history(member, _RecipeHistory(self, each.name, file, None))

    def ci_patterns(self, folder: Path) -> list[str]:
        """Return the patterns of CI overlays in a recipe's folder.

        In the fleet's own folder, a pattern with a slash would match overlays of other recipes.
        """
        patterns = [overlay.pattern for overlay in self.overlays if overlay.is_ci]
        names = [each for each in patterns if "/" not in each]
        return names if len(names) < len(patterns) and resolve_links(folder) == resolve_links(self.root) else patterns

    def _folders(self, entry: ManifestEntry) -> Iterator[tuple[str, Path]]:
        """Yield name and folder of each recipe that an entry names; report an entry that names none."""
        path, ref = split_revision(self.root, entry.path)
        try:
            tree = to_working_tree(self.root)
            root = open_revision(tree, ref).export(tree).path if ref else self.root
            first = join_path(root, path if not entry.is_pattern else path.partition("*")[0])
            if reason := self.evidence_loader.find_path_error(first, entry.path):
                entry.report_path_error(reason, self.problems)
                return
            if not entry.is_pattern:
                yield entry.name, first
                return
            folders = list(find_recipe_folders(root, path))
        except (PatternError, RevisionError) as error:
            entry.report_path_error(str(error), self.problems)
            return
        if not folders:
            self.problems.append(entry.make_problem("path", f'no folder with a compose.yml matches "{entry.path}"'))
        has_name = "name" in entry.values
        if has_name and len(folders) > 1:
            message = f'"{entry.path}" matches {len(folders)} recipes, which cannot all have the name "{entry.name}"'
            self.problems.append(entry.make_problem("name", message))
        own_name = entry.name if has_name and len(folders) == 1 else None
        yield from ((own_name or (f"{name}@{ref}" if ref else name), folder) for name, folder in folders)

    def _members(self, entry: ManifestEntry, name: str, path: Path) -> Iterator[Member]:
        """Yield the recipe of a file or a folder, then the further stacks in the folder."""
        if is_file(path):
            yield self._member_of_file(entry, name, path)
            return
        group = find_folder_recipes(path, self.ci_patterns(path), path, self._deployments)
        if not group.recipes:
            location = format_path(path)
            yield make_missing_member(name, location, entry.make_problem("path", f"{location} has no stack file"))
        group.rename(name)
        yield from self._folder_members(group, entry)

    def _member_of_file(self, entry: ManifestEntry, name: str, path: Path) -> Member:
        found = self.find_recipe_of_file(path)
        if found is None:
            location = format_path(path)
            return make_missing_member(name, location, entry.make_problem("path", f"{location}: its base is unknown"))
        found.name, found.path = name, format_path(path.parent)
        return self._member(found, path.parent, entry, path)

    def find_recipe_of_file(self, file: Path) -> Recipe | None:
        """Return the first recipe that a file is part of, or None for an overlay whose base is unknown."""
        return next(iter(FileSearch(file, self.ci_patterns(file.parent)).find().recipes), None)

    def _member(
        self, recipe: Recipe, folder: Path, entry: ManifestEntry | None = None, file: Path | None = None
    ) -> Member:
        self.add_overlays(recipe, folder, entry)
        for reference in _entry_overlays(entry):
            path = join_path(self.root, reference.name)
            if reason := self.evidence_loader.find_path_error(path, reference.name):
                recipe.problems.append(reference.make_problem(reason))
            elif not is_file(path):
                recipe.problems.append(reference.make_problem(f"overlay {format_path(path)} does not exist"))
        member = self.evidence_loader.load_member(recipe, folder, entry)
        return _with_history(member, _RecipeHistory(self, recipe.name, file or folder, entry))

    def _is_duplicate(
        self, entry: ManifestEntry, name: str, folder: Path, first_entries: dict[object, ManifestEntry]
    ) -> bool:
        keys = (name, _identity(folder))
        first = next((first_entries[key] for key in keys if key in first_entries), entry)
        first_entries |= dict.fromkeys(keys, first)
        if first is not entry:
            message = f'recipe "{name}" is listed twice, first on line {first.node.line}'
            self.problems.append(entry.make_problem("name", message))
        return first is not entry

    def add_overlays(self, recipe: Recipe, folder: Path, entry: ManifestEntry | None) -> None:
        """Add a variant to the recipe for each overlay that exists."""
        for overlay in self.overlays:
            for path in self._overlay_files(overlay, recipe, folder):
                add_overlay(recipe, folder, path, is_ci=overlay.is_ci)
        references = _entry_overlays(entry)
        paths = [join_path(self.root, reference.name) for reference in references]
        for path in filter(is_file, paths or self._overlays_of_settings(recipe, folder)):
            if not self.evidence_loader.is_forbidden(path):
                add_overlay(recipe, folder, path)

    def _overlays_of_settings(self, recipe: Recipe, folder: Path) -> list[Path]:
        reference = self.evidence_loader.find_overlay(recipe, folder)
        path = self.evidence_loader.resolve_reference(recipe, folder, reference) if reference else None
        if reference is None or path is None:
            return []
        if not is_file(path):
            recipe.problems.append(reference.make_problem(f"overlay {reference.name} does not exist"))
        return [path]

    def _overlay_files(self, overlay: Overlay, recipe: Recipe, folder: Path) -> Iterator[Path]:
        """Yield the overlay beside the manifest, with the recipe's name for `*`; if shipped, also in its folder."""
        for path in [] if overlay.is_ci else filter(is_file, glob_paths(folder, overlay.pattern)):
            if self.evidence_loader.is_outside_fleet(path, folder):
                name = relative_path(path, folder)
                recipe.problems.append(Problem(name, 1, 1, f"{name} is outside the given folder and is not read"))
            else:
                yield path
        if "/" in overlay.pattern:
            path = join_path(self.root, overlay.pattern.replace("*", recipe.name))
            if not overlay.is_named and self.evidence_loader.is_forbidden(path):
                recipe.problems.append(
                    Problem(
                        format_path(self.evidence_loader.found_manifest or self.root),
                        1,
                        1,
                        f"{overlay.pattern} is {OUTSIDE_REPOSITORY}",
                    )
                )
            elif is_file(path):
                yield path


@dataclass(frozen=True, slots=True)
class _RecipeHistory:
    """Versions of a recipe, at a folder or a file, in its git repository."""

    resolver: RecipeResolver
    name: str
    location: Path
    entry: ManifestEntry | None
    _revisions: dict[UpgradeResult, Revision | None] = field(default_factory=dict)

    @contextmanager
    def __call__(self, result: UpgradeResult) -> Iterator[Recipe | None]:
        """Open the recipe as it was at a result; None if the repository does not have it, or if that is unknown."""
        with ExitStack() as exports:
            try:
                recipe = self._recipe(result, exports)
            except RevisionError:
                recipe = None
            yield recipe

    def find_revision(self, result: UpgradeResult) -> Revision | None:
        """Return the revision of a result, None if that is unknown. Raises RevisionError."""
        if result not in self._revisions:
            commit = self._commit(result)
            self._revisions[result] = None if commit is None else self._revision(commit)
        return self._revisions[result]

    def _revision(self, commit: str) -> Revision:
        return Revision(self.resolver.repositories.find_top(to_working_tree(self.location)), commit, commit)

    def _recipe(self, result: UpgradeResult, exports: ExitStack) -> Recipe | None:
        revision = self.find_revision(result)
        if revision is None:
            return None
        location = join_path(_export(revision, self.location, exports), "")
        resolver = replace(self.resolver, root=self._root(revision, exports))
        if is_file(location):
            folder = join_path(location.parent, "")
            recipe = resolver.find_recipe_of_file(location)
        else:
            folder = location
            recipe = find_folder_recipes(folder, resolver.ci_patterns(folder)).main
        if recipe is None:
            return None
        recipe.name = self.name
        resolver.add_overlays(recipe, folder, self.entry)
        return recipe

    def _root(self, revision: Revision, exports: ExitStack) -> Path:
        """Return the fleet's folder in the revision, or as it is now if the recipe has a repository of its own."""
        try:
            folder = to_working_tree(self.resolver.root)
            is_same = self.resolver.repositories.find_top(folder) == revision.top
            of_fleet = revision if is_same else open_revision(folder, revision.commit)
            return _export(of_fleet, self.resolver.root, exports)
        except RevisionError:
            return self.resolver.root

    def _commit(self, result: UpgradeResult) -> str | None:
        """Return the commit that a result is about: its revision, or else the newest commit at its date.

        A branch has moved on since, and an unknown revision is one of another repository, whose changes may have come
        here later. Then a failure is treated as one of the current files.
        """
        folder = to_working_tree(self.location)
        commit = resolve_commit(folder, result.ref) if result.ref else None
        if commit and result.ref and is_branch_or_head(folder, result.ref):
            commit = None
        if commit is None and (result.ref is None or result.upgrade is UpgradeOutcome.PASSED):
            return find_commit_before(folder, result.date)
        return commit


def _with_history(member: Member, history: _RecipeHistory) -> Member:
    """Return the member with the versions at its results, or with a warning if git cannot read its repository."""
    if member.evidence.results:
        member.open_recipe_at, member.find_revision = history, history.find_revision
        reason = history.resolver.repositories.find_error(to_working_tree(history.location))
        if reason is not None:
            warning = f"unknown if the policy has changed since the results: {reason}"
            member.evidence = replace(member.evidence, warnings=(*member.evidence.warnings, warning))
    return member


def _entry_overlays(entry: ManifestEntry | None) -> list[FileReference]:
    return entry.collect_file_references("overlay") if entry else []


def _identity(folder: Path) -> tuple[str | None, Path]:
    """Return the commit and the real path of a folder."""
    return get_commit(folder), to_working_tree(resolve_links(folder))


def split_revision(root: Path, path: str) -> tuple[str, str | None]:
    """Return path and revision of `keycloak@v1.2`; an existing folder with that name has no revision."""
    before, _, ref = path.rpartition("@")
    if not before or not ref or is_folder(join_path(root, path)):
        return path, None
    return before, ref


def _export(revision: Revision, folder: Path, exports: ExitStack) -> Path:
    """Return the folder in a revision; its files exist until `exports` end. Raises RevisionError."""
    export = revision.export(to_working_tree(folder))
    exports.callback(export.close)
    return export.path
