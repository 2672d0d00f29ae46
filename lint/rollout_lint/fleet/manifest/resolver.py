"""The entries of a manifest to the recipes that they name."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rollout_lint.discovery.export import RevisionError, format_path, get_commit, join_path, to_working_tree
from rollout_lint.discovery.filesystem import glob_paths, is_file, is_folder, relative_path, resolve_links
from rollout_lint.discovery.recipes import add_overlay, find_base, find_folder_recipes, recipe_from_file
from rollout_lint.discovery.revision import (
    find_commit_before,
    find_git_error,
    is_branch_or_head,
    open_revision,
    resolve_commit,
)
from rollout_lint.fleet.manifest.entry import Entry, Overlay, absent_member
from rollout_lint.fleet.manifest.patterns import PatternError, recipe_folders
from rollout_lint.location import Problem
from rollout_lint.syntax.node import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.discovery.revision import Revision
    from rollout_lint.fleet.evidence_loader import Gatherer
    from rollout_lint.fleet.manifest.schema import Mention
    from rollout_lint.fleet.model import Member, UpgradeResult


@dataclass(slots=True)
class Entries:
    """The recipes of a fleet in the folder `root`; `problems` are those of entries that name no recipe of their own."""

    root: Path
    overlays: tuple[Overlay, ...]
    gatherer: Gatherer
    problems: list[Problem] = field(default_factory=list)

    def members(self, manifest: Path, nodes: Sequence) -> Iterator[Member]:
        """In the order of the manifest; a recipe that an entry names by itself is not a pattern's too."""
        entries = [Entry.of(manifest, node) for node in nodes.items if isinstance(node, Mapping)]
        found = [(entry, list(self._folders(entry))) for entry in entries]
        alone = {_identity(folder) for entry, folders in found if not entry.is_pattern for _, folder in folders}
        names: dict[object, Entry] = {}
        for entry, folders in found:
            if entry.absent is not None:
                yield entry.absent
            for name, folder in folders:
                if entry.is_pattern and _identity(folder) in alone:
                    continue
                if not self._is_twin(entry, name, folder, names):
                    yield from self._named(entry, name, folder)

    def found(self, folder: Path) -> Iterator[Member]:
        """The recipes of a folder that was only found: its own, and the stacks of their own that stand beside it."""
        name = None if folder == self.root else relative_path(folder, self.root)
        yield from self._with_beside(folder, name, self.root)

    def _with_beside(self, folder: Path, name: str | None, tree: Path, entry: Entry | None = None) -> Iterator[Member]:
        """What the entry, the overlays and the recipe's own settings say is about the first."""
        recipe, *beside = find_folder_recipes(folder, name, self.patterns(folder), tree=tree)
        for each in (recipe, *beside):
            each.path = format_path(folder)
        yield self._member(recipe, folder, entry)
        for each in beside:
            member = self.gatherer.member(each, None)
            file = each.variants[0].files[0].path if each.variants else folder
            yield self._with_earlier(member, _Earlier(self, each.name, file, None))

    def patterns(self, folder: Path) -> list[str]:
        """What is looked for in a recipe's folder; in the fleet's own, other recipes have theirs below it."""
        found = [overlay.pattern for overlay in self.overlays if overlay.ci]
        here = [each for each in found if "/" not in each]
        return here if len(here) < len(found) and resolve_links(folder) == resolve_links(self.root) else found

    def _folders(self, entry: Entry) -> Iterator[tuple[str, Path]]:
        """Each name and folder that an entry stands for; where there is none, that is a problem."""
        path, ref = split_revision(self.root, entry.path)
        try:
            root = (
                open_revision(to_working_tree(self.root), ref).export(to_working_tree(self.root)).path
                if ref
                else self.root
            )
            if not entry.is_pattern:
                yield entry.name, join_path(root, path)
                return
            folders = list(recipe_folders(root, path))
        except (PatternError, RevisionError) as error:
            entry.refuse(str(error), self.problems)
            return
        if not folders:
            self.problems.append(entry.problem("path", f"no folder with a compose.yml is called {entry.path}"))
        if "name" in entry.values and len(folders) > 1:
            message = f"{entry.path} names {len(folders)} recipes, which cannot all be called {entry.name}"
            self.problems.append(entry.problem("name", message))
        alone = entry.name if "name" in entry.values and len(folders) == 1 else None
        yield from ((alone or (f"{name}@{ref}" if ref else name), folder) for name, folder in folders)

    def _named(self, entry: Entry, name: str, folder: Path) -> Iterator[Member]:
        """The recipe of a folder, or of a file; then the stacks of their own that stand beside it.

        What the entry says is about the first.
        """
        if is_file(folder):
            recipe = recipe_from_file(folder, self.patterns(folder.parent))
            recipe.name, recipe.path = name, format_path(folder.parent)
            yield self._member(recipe, folder.parent, entry, folder)
        elif find_base(folder) is None:
            yield absent_member(
                name, format_path(folder), entry.problem("path", f"{format_path(folder)} has no compose.yml")
            )
        else:
            yield from self._with_beside(folder, name, folder, entry)

    def _member(self, recipe: Recipe, folder: Path, entry: Entry | None = None, file: Path | None = None) -> Member:
        self.with_overlays(recipe, folder, entry)
        for mention in self._given(entry):
            path = join_path(self.root, mention.name)
            if not is_file(path):
                recipe.problems.append(mention.problem(f"the overlay {format_path(path)} does not exist"))
        member = self.gatherer.member(recipe, folder, entry)
        return self._with_earlier(member, _Earlier(self, recipe.name, file or folder, entry))

    @staticmethod
    def _with_earlier(member: Member, earlier: _Earlier) -> Member:
        """With what its repository tells of its results' revisions, or why it does not."""
        if member.evidence.results:
            member.earlier = earlier
            why = find_git_error(to_working_tree(earlier.location))
            if why is not None:
                doubt = f"whether the policy has changed since its results cannot be known: {why}"
                member.evidence = replace(member.evidence, doubts=(*member.evidence.doubts, doubt))
        return member

    def _is_twin(self, entry: Entry, name: str, folder: Path, names: dict[object, Entry]) -> bool:
        first = next((names[key] for key in (name, _identity(folder)) if key in names), entry)
        names[name] = names[_identity(folder)] = first
        if first is not entry:
            message = f"the recipe {name} is listed twice, first on line {first.node.line}"
            self.problems.append(entry.problem("name", message))
        return first is not entry

    def with_overlays(self, recipe: Recipe, folder: Path, entry: Entry | None) -> Recipe:
        """The recipe with the variants that its overlays make, of which those that do not exist make none."""
        for overlay in self.overlays:
            for path in self._elsewhere(overlay, recipe, folder):
                add_overlay(recipe, folder, path, is_ci=overlay.ci)
        given = self._given(entry)
        paths = (
            [join_path(self.root, mention.name) for mention in given] if given else self._by_settings(recipe, folder)
        )
        for path in filter(is_file, paths):
            add_overlay(recipe, folder, path)
        return recipe

    @staticmethod
    def _given(entry: Entry | None) -> list[Mention]:
        return entry.mentions("overlay") if entry else []

    def _by_settings(self, recipe: Recipe, folder: Path) -> list[Path]:
        """The overlay that the CI's settings name, where the manifest names none."""
        mention = self.gatherer.overlay(recipe, folder)
        if mention is None:
            return []
        path = join_path(folder, mention.name)
        if self.gatherer.leads_out(path, folder):
            recipe.problems.append(mention.problem(f"{mention.name} lies outside the given folder, and is not read"))
            return []
        if not is_file(path):
            recipe.problems.append(mention.problem(f"the overlay {mention.name} does not exist"))
        return [path]

    def _elsewhere(self, overlay: Overlay, recipe: Recipe, folder: Path) -> Iterator[Path]:
        """Those beside the manifest, where `*` stands for the recipe's name; shipped ones also in its folder."""
        for path in [] if overlay.ci else filter(is_file, glob_paths(folder, overlay.pattern)):
            if self.gatherer.leads_out(path, folder):
                message = f"{relative_path(path, folder)} lies outside the given folder, and is not read"
                recipe.problems.append(Problem(relative_path(path, folder), 1, 1, message))
            else:
                yield path
        if "/" in overlay.pattern:
            path = join_path(self.root, overlay.pattern.replace("*", recipe.name))
            if is_file(path):
                yield path


@dataclass(frozen=True, slots=True)
class _Earlier:
    """A recipe, at a folder or a file, as it was in its repository when a CI had a result."""

    entries: Entries
    name: str
    location: Path
    entry: Entry | None

    @contextmanager
    def __call__(self, result: UpgradeResult) -> Iterator[Recipe | None]:
        """None where the repository does not have it, or where nobody can tell which revision that was."""
        with ExitStack() as exports:
            try:
                recipe = self._recipe(result, exports)
            except RevisionError:
                recipe = None
            yield recipe

    def _recipe(self, result: UpgradeResult, exports: ExitStack) -> Recipe | None:
        commit = self._commit(result)
        if commit is None:
            return None
        revision = open_revision(to_working_tree(self.location), commit)
        location = join_path(_exported(revision, self.location, exports), "")
        then = replace(self.entries, root=self._root(revision, exports))
        if is_file(location):
            folder = join_path(location.parent, "")
            recipe = recipe_from_file(location, then.patterns(folder))
            recipe.name = self.name
        elif find_base(location) is not None:
            recipe, folder = (
                next(find_folder_recipes(location, self.name, then.patterns(location), tree=location)),
                location,
            )
        else:
            return None
        return then.with_overlays(recipe, folder, self.entry)

    def _root(self, revision: Revision, exports: ExitStack) -> Path:
        """The fleet's folder then; as it is now where the recipe's repository is another one."""
        try:
            of_fleet = open_revision(to_working_tree(self.entries.root), revision.commit, known=revision)
            return _exported(of_fleet, self.entries.root, exports)
        except RevisionError:
            return self.entries.root

    def _commit(self, result: UpgradeResult) -> str | None:
        """The revision that the result names; where it names none, the one that was newest then.

        One that this repository does not know is another's, whose changes may have come here at any later time: then
        a failure is held to be about what is here now. So it is with a branch, which has moved on since.
        """
        folder = to_working_tree(self.location)
        commit = resolve_commit(folder, result.ref) if result.ref else None
        if commit and result.ref and is_branch_or_head(folder, result.ref):
            commit = None
        if commit is None and (result.ref is None or result.upgrade == "pass"):
            return find_commit_before(folder, result.date)
        return commit


def _identity(folder: Path) -> tuple[str | None, Path]:
    """Return the commit and the place, by which a folder is known as the same whatever it is called."""
    return get_commit(folder), to_working_tree(resolve_links(folder))


def split_revision(root: Path, path: str) -> tuple[str, str | None]:
    """`keycloak@v1.2` as path and revision; a folder that is called so is one."""
    before, _, ref = path.rpartition("@")
    if not before or not ref or is_folder(join_path(root, path)):
        return path, None
    return before, ref


def _exported(revision: Revision, folder: Path, exports: ExitStack) -> Path:
    """Return the folder in a revision, until `exports` end. Raises RevisionError."""
    export = revision.export(to_working_tree(folder))
    exports.callback(export.close)
    return export.path
