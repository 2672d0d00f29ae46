"""The entries of a manifest to the recipes that they name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.collect import add_overlay, base_of, recipe_from_file, recipes_in
from rollout_lint.files import below, is_file, is_folder, matching, real
from rollout_lint.fleet.entry import Entry, Overlay, absent_member
from rollout_lint.fleet.patterns import PatternError, recipe_folders
from rollout_lint.node import Mapping, Sequence
from rollout_lint.place import Problem
from rollout_lint.revision import (
    RevisionError,
    RevisionPath,
    moves,
    newest_before,
    open_revision,
    refusal,
    resolves,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.files import AnyPath
    from rollout_lint.fleet.checked import Mention
    from rollout_lint.fleet.gather import Gatherer
    from rollout_lint.fleet.model import Member, UpgradeResult
    from rollout_lint.recipe import Recipe


@dataclass(slots=True)
class Entries:
    """The recipes of a fleet in the folder `root`; `problems` are those of entries that name no recipe of their own."""

    root: AnyPath
    overlays: tuple[Overlay, ...]
    gatherer: Gatherer
    problems: list[Problem] = field(default_factory=list)

    def members(self, manifest: AnyPath, nodes: Sequence) -> Iterator[Member]:
        """In the order of the manifest; a recipe that an entry names by itself is not a pattern's too."""
        entries = [Entry.of(manifest, node) for node in nodes.items if isinstance(node, Mapping)]
        found = [(entry, list(self._folders(entry))) for entry in entries]
        alone = {real(folder) for entry, folders in found if not entry.is_pattern for _, folder in folders}
        names: dict[object, Entry] = {}
        for entry, folders in found:
            if entry.absent is not None:
                yield entry.absent
            for name, folder in folders:
                if entry.is_pattern and real(folder) in alone:
                    continue
                if not self._is_twin(entry, name, folder, names):
                    yield from self._named(entry, name, folder)

    def found(self, folder: AnyPath) -> Iterator[Member]:
        """The recipes of a folder that was only found: its own, and the stacks of their own that stand beside it."""
        name = None if folder == self.root else below(folder, self.root)
        yield from self._with_beside(folder, name, self.root)

    def _with_beside(
        self, folder: AnyPath, name: str | None, tree: AnyPath, entry: Entry | None = None
    ) -> Iterator[Member]:
        """What the entry, the overlays and the recipe's own settings say is about the first."""
        recipe, *beside = recipes_in(folder, name, self.patterns(folder), tree=tree)
        yield self._member(recipe, folder, entry)
        for each in beside:
            member = self.gatherer.member(each, None)
            file = each.variants[0].files[0].path if each.variants else folder
            yield self._with_earlier(member, _Earlier(self, each.name, file, None))

    def patterns(self, folder: AnyPath) -> list[str]:
        """What is looked for in a recipe's folder; in the fleet's own, other recipes have theirs below it."""
        found = [overlay.pattern for overlay in self.overlays if overlay.ci]
        here = [each for each in found if "/" not in each]
        return here if len(here) < len(found) and real(folder) == real(self.root) else found

    def _folders(self, entry: Entry) -> Iterator[tuple[str, AnyPath]]:
        """Each name and folder that an entry stands for; where there is none, that is a problem."""
        path, ref = split_revision(self.root, entry.path)
        try:
            root = at_revision(self.root, ref) if ref else self.root
            if not entry.is_pattern:
                yield entry.name, root / path
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

    def _named(self, entry: Entry, name: str, folder: AnyPath) -> Iterator[Member]:
        """The recipe of a folder, or of a file; then the stacks of their own that stand beside it.

        What the entry says is about the first.
        """
        if is_file(folder):
            recipe = recipe_from_file(folder, self.patterns(folder.parent))
            recipe.name = name
            yield self._member(recipe, folder.parent, entry, folder)
        elif base_of(folder) is None:
            yield absent_member(name, str(folder), entry.problem("path", f"{folder} has no compose.yml"))
        else:
            yield from self._with_beside(folder, name, folder, entry)

    def _member(
        self, recipe: Recipe, folder: AnyPath, entry: Entry | None = None, file: AnyPath | None = None
    ) -> Member:
        self.with_overlays(recipe, folder, entry)
        for mention in self._given(entry):
            if not is_file(self.root / mention.name):
                recipe.problems.append(mention.problem(f"the overlay {self.root / mention.name} does not exist"))
        member = self.gatherer.member(recipe, folder, entry)
        return self._with_earlier(member, _Earlier(self, recipe.name, file or folder, entry))

    @staticmethod
    def _with_earlier(member: Member, earlier: _Earlier) -> Member:
        """With what its repository tells of its results' revisions, or why it does not."""
        if member.evidence.results:
            member.earlier = earlier
            why = refusal(on_disk(earlier.place))
            if why is not None:
                doubt = f"whether the policy has changed since its results cannot be known: {why}"
                member.evidence = replace(member.evidence, doubts=(*member.evidence.doubts, doubt))
        return member

    def _is_twin(self, entry: Entry, name: str, folder: AnyPath, names: dict[object, Entry]) -> bool:
        first = next((names[key] for key in (name, real(folder)) if key in names), entry)
        names[name] = names[real(folder)] = first
        if first is not entry:
            message = f"the recipe {name} is listed twice, first on line {first.node.line}"
            self.problems.append(entry.problem("name", message))
        return first is not entry

    def with_overlays(self, recipe: Recipe, folder: AnyPath, entry: Entry | None) -> Recipe:
        """The recipe with the variants that its overlays make, of which those that do not exist make none."""
        for overlay in self.overlays:
            for path in self._elsewhere(overlay, recipe, folder):
                add_overlay(recipe, folder, path, ci=overlay.ci)
        given = self._given(entry)
        paths = [self.root / mention.name for mention in given] if given else self._by_settings(recipe, folder)
        for path in filter(is_file, paths):
            add_overlay(recipe, folder, path)
        return recipe

    @staticmethod
    def _given(entry: Entry | None) -> list[Mention]:
        return entry.mentions("overlay") if entry else []

    def _by_settings(self, recipe: Recipe, folder: AnyPath) -> list[AnyPath]:
        """The overlay that the CI's settings name, where the manifest names none."""
        mention = self.gatherer.overlay(recipe, folder)
        if mention is None:
            return []
        path = folder / mention.name
        if self.gatherer.leads_out(path, folder):
            recipe.problems.append(mention.problem(f"{mention.name} lies outside the given folder, and is not read"))
            return []
        if not is_file(path):
            recipe.problems.append(mention.problem(f"the overlay {mention.name} does not exist"))
        return [path]

    def _elsewhere(self, overlay: Overlay, recipe: Recipe, folder: AnyPath) -> Iterator[AnyPath]:
        """Those beside the manifest, where `*` stands for the recipe's name; shipped ones also in its folder."""
        for path in [] if overlay.ci else filter(is_file, matching(folder, overlay.pattern)):
            if self.gatherer.leads_out(path, folder):
                message = f"{below(path, folder)} lies outside the given folder, and is not read"
                recipe.problems.append(Problem(below(path, folder), 1, 1, message))
            else:
                yield path
        if "/" in overlay.pattern:
            path = self.root / overlay.pattern.replace("*", recipe.name)
            if is_file(path):
                yield path


@dataclass(frozen=True, slots=True)
class _Earlier:
    """A recipe, at a folder or a file, as it was in its repository when a CI had a result."""

    entries: Entries
    name: str
    place: AnyPath
    entry: Entry | None

    def __call__(self, result: UpgradeResult) -> Recipe | None:
        """None where the repository does not have it, or where nobody can tell which revision that was."""
        try:
            commit = self._commit(result)
            place = None if commit is None else at_revision(self.place, commit)
        except RevisionError:
            return None
        if commit is None or place is None:
            return None
        then = replace(self.entries, root=self._root(commit))
        if is_file(place):
            recipe, folder = recipe_from_file(place, then.patterns(place.parent)), place.parent
            recipe.name = self.name
        elif base_of(place) is not None:
            recipe, folder = next(recipes_in(place, self.name, then.patterns(place), tree=place)), place
        else:
            return None
        return then.with_overlays(recipe, folder, self.entry)

    def _root(self, commit: str) -> AnyPath:
        """The fleet's folder then; as it is now where the recipe's repository is another one."""
        try:
            return at_revision(self.entries.root, commit)
        except RevisionError:
            return self.entries.root

    def _commit(self, result: UpgradeResult) -> str | None:
        """The revision that the result names; where it names none, the one that was newest then.

        One that this repository does not know is another's, whose changes may have come here at any later time: then
        a failure is held to be about what is here now. So it is with a branch, which has moved on since.
        """
        folder = on_disk(self.place)
        commit = resolves(folder, result.ref) if result.ref else None
        if commit and result.ref and moves(folder, result.ref):
            commit = None
        if commit is None and (result.ref is None or result.upgrade == "pass"):
            return newest_before(folder, result.date)
        return commit


def split_revision(root: AnyPath, path: str) -> tuple[str, str | None]:
    """`keycloak@v1.2` as path and revision; a folder that is called so is one."""
    before, _, ref = path.rpartition("@")
    if not before or not ref or is_folder(root / path):
        return path, None
    return before, ref


def at_revision(folder: AnyPath, ref: str) -> RevisionPath:
    """The folder in a revision of the repository that holds it. Raises RevisionError."""
    place = on_disk(folder)
    return open_revision(place, ref).path(place)


def on_disk(folder: AnyPath) -> Path:
    """The folder, or where one of a revision would lie."""
    return Path(folder.place) if isinstance(folder, RevisionPath) else folder
