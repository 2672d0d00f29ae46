"""The tree of a commit, and where a path in it leads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from rollout_lint import git

_MAX_LINKS = 40
"""How many links Linux follows before it says that they lead in a circle: path_resolution(7)."""

_LONGEST_TARGET = 4096


@dataclass(frozen=True, slots=True)
class Tree:
    """What a commit holds, by path from its root, which is the empty text: blobs, links' blobs, names in folders."""

    top: PurePath
    blobs: dict[str, str]
    links: dict[str, str]
    folders: dict[str, list[str]]

    def key(self, place: PurePath) -> str | None:
        """The path in the tree of what lies at a place once links are followed, None where the way there ends."""
        reached, whole = self.follow(place)
        return self._key(reached) if whole else None

    def follow(self, place: PurePath) -> tuple[PurePath, bool]:
        """Where a path leads, and whether each step on the way is a folder.

        Nothing above the root is a link, since git names the root by its real path.
        """
        here: PurePath = self.top if place.is_relative_to(self.top) else PurePath(place.anchor)
        waiting = list(reversed(place.relative_to(here).parts))
        whole, links = True, 0
        while waiting:
            step = waiting.pop()
            if step == "..":
                here = here.parent
                continue
            target = self._target(here / step)
            if target is None:
                here = here / step
                whole = whole and (not waiting or self._leads_on(here))
                continue
            links += 1
            if links > _MAX_LINKS:
                return PurePath(place.anchor), False
            here = PurePath(target.anchor) if target.is_absolute() else here
            waiting += reversed(target.parts[bool(target.anchor) :])
        return here, whole

    def _key(self, place: PurePath) -> str | None:
        if not place.is_relative_to(self.top):
            return None
        key = place.relative_to(self.top).as_posix()
        return "" if key == "." else key

    def _leads_on(self, place: PurePath) -> bool:
        return self.top.is_relative_to(place) or self._key(place) in self.folders

    def _target(self, place: PurePath) -> PurePath | None:
        link = self.links.get(self._key(place) or "")
        return None if link is None else _target_of(self.top, link)


@lru_cache(maxsize=16)
def tree_of(top: PurePath, commit: str) -> Tree:
    """The tree of a commit of the repository whose working tree is at `top`; raises GitError."""
    tree = Tree(top, {}, {}, {"": []})
    for entry in git.run(top, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
        about, _, name = entry.partition(b"\t")
        mode, kind, item = about.decode().split()
        if kind == "blob":
            path = os.fsdecode(name)
            (tree.links if mode == "120000" else tree.blobs)[path] = item
            _enter(tree.folders, path)
    return tree


@lru_cache(maxsize=1024)
def _target_of(top: PurePath, link: str) -> PurePath:
    return PurePath(os.fsdecode(git.read_blob(top, link, _LONGEST_TARGET)))


def _enter(folders: dict[str, list[str]], path: str) -> None:
    """Name a path in its folder, and each folder that is new in the one above."""
    while path:
        folder, _, name = path.rpartition("/")
        known = folder in folders
        folders.setdefault(folder, []).append(name)
        if known:
            return
        path = folder
