"""Configuration files: rules and severities, data of hosts and images, and the files to look for.

Every value keeps its location, so that reports can name it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.errors import ConfigError
from rollout_lint.exclusion import Exclude, is_exclusion
from rollout_lint.facts.images import repository
from rollout_lint.files import is_file, is_folder, read
from rollout_lint.linter.suppression.directives import IgnoreEntry, parse_day
from rollout_lint.node import Mapping, Sequence, plain
from rollout_lint.place import Place, Problem
from rollout_lint.schema import PlainReader, compile_schema, validate
from rollout_lint.source import MAX_BYTES, Source, parse
from rollout_lint.stack.units import size
from rollout_lint.stack.validator import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.node import Node
    from rollout_lint.schema import Schema

SCHEMA = Path(__file__).with_name("config.schema.json")

TOML_NAME = "rollout-lint.toml"
YAML_NAMES = (".rollout-lint.yml", ".rollout-lint.yaml")
PYPROJECT = "pyproject.toml"
TABLE = ("tool", "rollout-lint")
NAMES = (TOML_NAME, *YAML_NAMES, PYPROJECT)
"""Names of config files, in order of precedence within a folder."""

_FORMATS = FORMATS | {
    "day": (lambda text: parse_day(text) is not None, "a day such as 2027-01-31"),
    "filled": (lambda text: bool(text.strip()), "more than nothing"),
    "gitignore": (is_exclusion, "a pattern in gitignore's grammar, such as legacy/"),
    "reason": (lambda text: any(character.isalnum() for character in text), "a reason"),
}


class Stated(NamedTuple):
    """A value and its location. `place` is the name of an option for a value of the command line."""

    value: Any
    place: Place | str


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Values of a config for all recipes, or of one of its overrides for some.

    `hosts` has memory in bytes, `images` claims by repository. `severity` and the lists have ids or names of rules as
    written. None means not set. `paths` are the patterns of an override.
    """

    hosts: dict[str, Stated] = field(default_factory=dict)
    images: dict[str, dict[str, Stated]] = field(default_factory=dict)
    select: tuple[Stated, ...] | None = None
    disable: tuple[Stated, ...] = ()
    severity: dict[str, Stated] = field(default_factory=dict)
    fail_on: Stated | None = None
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Config:
    """Content of a config file; empty if `folder` is None.

    `rules` are folders of additional rules, `ignores` suppressions. `overlays` and `exclude` are values as a whole.
    """

    folder: Path | None = None
    file: str | None = None
    everywhere: Section = field(default_factory=Section)
    overrides: tuple[Section, ...] = ()
    rules: tuple[Stated, ...] = ()
    overlays: Stated | None = None
    exclude: Stated | None = None
    ignores: tuple[IgnoreEntry, ...] = ()

    def sections(self, folder: Path) -> tuple[Section, ...]:
        """Return the sections for a recipe at or below the folder of the config; a later one overrides earlier ones."""
        if not self.overrides or self.folder is None or folder == self.folder:
            return (self.everywhere,)
        below = folder.relative_to(self.folder).as_posix()
        return (self.everywhere, *(each for each in self.overrides if Exclude(each.paths).names(below)))


def folder_of(path: Path) -> Path:
    """Return the folder of a path, absolute and without `..`, so that its parents are the folders above.

    Raises ConfigError if the current folder is gone.
    """
    try:
        return Path(os.path.abspath(path if is_folder(path) else path.parent))  # noqa: PTH100
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, 0, "the current folder is gone")]) from error


def config_in(folder: Path) -> Config | None:
    """Return the config of a folder (an absolute path), None if there is none.

    The names are those of NAMES, in their order. A second file with content is an error, because it would be ignored.
    Raises ConfigError.
    """
    found = [source for source in _sources(folder) if source.root is not None or source.problems]
    if not found:
        return None
    first, *others = [source for source in found if not _is_empty(source)] or found
    why = f"is not read, since {Path(first.name).name} beside it is the config; keep one of them"
    problems = [Problem(other.name, 0, 0, why) for other in others if not _is_empty(other)]
    if problems:
        raise ConfigError(problems)
    return _read(first, folder)


def _is_empty(source: Source) -> bool:
    return isinstance(source.root, Mapping) and not source.root.entries


def _sources(folder: Path) -> Iterator[Source]:
    """Yield the files of a folder that may be its config. One without a table for it has no root and no problems."""
    for name in NAMES:
        path = folder / name
        if os.path.lexists(path):
            yield _source(path)


def _source(path: Path) -> Source:
    from rollout_lint.toml_source import parse_toml

    name = str(_from_here(path))
    if not is_file(path):
        return _unread(name, "is not a regular file")
    try:
        data = read(path, MAX_BYTES + 1)
    except OSError as error:
        return _unread(name, f"cannot be read: {error.strerror}")
    if path.name in YAML_NAMES:
        source = parse(data, name)
        if source.root is None and not source.problems:
            source.root = parse(b"{}", name).root
        return source
    if path.name == PYPROJECT:
        return parse_toml(data, name, TABLE) if TABLE[1].encode() in data else Source(name, b"")
    return parse_toml(data, name)


def _unread(name: str, why: str) -> Source:
    source = Source(name, b"")
    source.problems.append(Problem(name, 0, 0, why))
    return source


def _read(source: Source, folder: Path) -> Config:
    if source.root is not None:
        validate(source.root, _schema(), PlainReader(source), _FORMATS)
    if source.problems:
        raise ConfigError(source.problems)
    assert isinstance(source.root, Mapping)
    return _Reader(source, folder).config(source.root)


class _Reader:
    """Reader of a file that is valid by the schema."""

    def __init__(self, source: Source, folder: Path) -> None:
        self._source = source
        self._folder = folder

    def config(self, root: Mapping) -> Config:
        overrides = root.get("overrides")
        return Config(
            folder=self._folder,
            file=self._source.name,
            everywhere=self._section(root),
            overrides=tuple(self._section(each) for each in _items(overrides)),
            rules=tuple(
                Stated(_from_here(self._folder / each.value), each.place) for each in self._list(root, "rules") or ()
            ),
            overlays=self._whole(root, "overlays"),
            exclude=self._whole(root, "exclude"),
            ignores=tuple(_ignores(root.get("ignore"), self._source, self._folder)),
        )

    def _section(self, node: Node) -> Section:
        assert isinstance(node, Mapping)
        fail_on = node.get("fail-on")
        hosts = self._mapping(node, "hosts")
        return Section(
            hosts={key: Stated(_of_host(key, each.value), each.place) for key, each in hosts.items()},
            images=self._images(node.get("images")),
            select=self._list(node, "select"),
            disable=self._list(node, "disable") or (),
            severity=self._mapping(node, "severity"),
            fail_on=self._stated(fail_on) if fail_on is not None else None,
            paths=tuple(plain(each) for each in _items(node.get("paths"))),
        )

    def _images(self, node: Node | None) -> dict[str, dict[str, Stated]]:
        """Return claims by repository. If it is written in two ways, the later one overrides the earlier one."""
        images: dict[str, dict[str, Stated]] = {}
        for reference in node.entries if isinstance(node, Mapping) else ():
            claims = images.setdefault(repository(reference), {})
            claims |= self._mapping(node, reference)
        return images

    def _mapping(self, node: Node | None, key: str) -> dict[str, Stated]:
        inner = node.get(key) if isinstance(node, Mapping) else None
        entries = inner.entries if isinstance(inner, Mapping) else {}
        return {name: Stated(plain(value), self._source.place(word)) for name, (word, value) in entries.items()}

    def _list(self, node: Mapping, key: str) -> tuple[Stated, ...] | None:
        """Return a list, None if it is missing."""
        inner = node.get(key)
        return None if inner is None else tuple(self._stated(each) for each in _items(inner))

    def _whole(self, node: Mapping, key: str) -> Stated | None:
        inner = node.get(key)
        return None if inner is None else Stated(tuple(map(plain, _items(inner))), self._source.place(inner))

    def _stated(self, node: Node) -> Stated:
        return Stated(plain(node), self._source.place(node))


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, Sequence) else []


def _of_host(key: str, value: Any) -> Any:
    return value if key == "nodes" else size(value)


def _ignores(node: Node | None, source: Source, folder: Path) -> Iterator[IgnoreEntry]:
    for item in _items(node):
        entry: dict[str, Any] = plain(item)
        named = entry["rule"] if isinstance(entry["rule"], list) else [entry["rule"]]
        yield IgnoreEntry(
            rules=tuple(rule.strip().upper() for rule in named),
            reason=" ".join(entry["reason"].split()),
            place=source.place(item),
            folder=folder,
            path=entry.get("path"),
            service=entry.get("service"),
            until=parse_day(str(entry["until"])) if "until" in entry else None,
        )


def _from_here(path: Path) -> Path:
    """Return the path relative to the current folder, for messages."""
    try:
        return path.relative_to(Path.cwd())
    except (OSError, ValueError):
        return path


@cache
def _schema() -> Schema:
    return compile_schema(json.loads(SCHEMA.read_text("utf-8")))
