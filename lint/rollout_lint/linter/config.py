"""Configuration files: rules and severities, data of hosts and images, and the files to look for.

Every value keeps its location, so that reports can name it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.discovery.deployments import DeclaredStack
from rollout_lint.discovery.env_sample import parse_environment
from rollout_lint.discovery.exclude import Exclude, is_exclusion
from rollout_lint.discovery.filesystem import exists, glob_paths, is_file, is_folder, is_link, read_bytes
from rollout_lint.discovery.tree import is_found_outside, is_named_outside
from rollout_lint.errors import ConfigError
from rollout_lint.facts.images import repository
from rollout_lint.linter.suppression.directives import IgnoreEntry, parse_day
from rollout_lint.location import Location, Problem
from rollout_lint.stack.units import parse_size
from rollout_lint.stack.validator import FORMATS
from rollout_lint.syntax.parser import MAX_BYTES, parse
from rollout_lint.syntax.source import Source
from rollout_lint.syntax.wording import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.syntax.schema import Document, JsonSchema, KeyPath

SCHEMA = Path(__file__).with_name("config.schema.json")

TOML_NAME = "rollout-lint.toml"
YAML_NAMES = (".rollout-lint.yml", ".rollout-lint.yaml")
PYPROJECT = "pyproject.toml"
TABLE = ("tool", "rollout-lint")
_YAML_SUFFIXES = (".yml", ".yaml")
NAMES = (TOML_NAME, *YAML_NAMES, PYPROJECT)
"""Names of config files, in order of precedence within a folder."""

_FORMATS = FORMATS | {
    "day": (lambda text: parse_day(text) is not None, "a day such as 2027-01-31"),
    "filled": (lambda text: bool(text.strip()), "a string that is not blank"),
    "gitignore": (is_exclusion, "a pattern in gitignore's grammar, such as legacy/"),
    "reason": (lambda text: any(character.isalnum() for character in text), "a reason"),
}


class SourcedValue(NamedTuple):
    """A value and its location. `location` is the name of an option for a value of the command line."""

    value: Any
    location: Location | str


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Values of a config for all recipes, or of one of its overrides for some.

    `hosts` has memory in bytes, `nodes` the entries of the list as written, `deploys` how stacks are deployed, `images`
    claims by repository. `severity` and the lists have ids or names of rules as written. `variables` are those of
    `env_files` and `variables`. `paths` are the patterns of an override.
    """

    hosts: dict[str, SourcedValue] = field(default_factory=dict)
    nodes: tuple[SourcedValue, ...] = ()
    deploys: dict[str, SourcedValue] = field(default_factory=dict)
    images: dict[str, dict[str, SourcedValue]] = field(default_factory=dict)
    select: tuple[SourcedValue, ...] | None = None
    disable: tuple[SourcedValue, ...] = ()
    severity: dict[str, SourcedValue] = field(default_factory=dict)
    fail_on: SourcedValue | None = None
    print_severity: SourcedValue | None = None
    print_rules: tuple[SourcedValue, ...] | None = None
    variables: dict[str, SourcedValue] = field(default_factory=dict)
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Config:
    """Content of a config file; empty without a `folder`.

    `rules` are folders of additional rules, `ignores` suppressions. `overlays` and `exclude` are values as a whole.
    These four include the values of the `parent`, the config that `extends` names. Patterns are relative to `folder`,
    which is that of the extending config for a parent. `locked` are the ids, names or prefixes of locked rules.
    """

    folder: Path | None = None
    file: str | None = None
    base: Section = field(default_factory=Section)
    overrides: tuple[Section, ...] = ()
    rules: tuple[SourcedValue, ...] = ()
    overlays: SourcedValue | None = None
    exclude: SourcedValue | None = None
    stacks: tuple[DeclaredStack, ...] = ()
    ignores: tuple[IgnoreEntry, ...] = ()
    locked: tuple[SourcedValue, ...] = ()
    extends: SourcedValue | None = None
    parent: Config | None = None

    @property
    def lineage(self) -> tuple[Config, ...]:
        """This config, then the ones that it extends."""
        return (self, *(self.parent.lineage if self.parent is not None else ()))

    def sections(self, folder: Path) -> tuple[Section, ...]:
        """Return the sections for a recipe at or below the folder of the config; a later one overrides earlier ones."""
        inherited = self.parent.sections(folder) if self.parent is not None else ()
        if not self.overrides or self.folder is None or folder == self.folder:
            return (*inherited, self.base)
        path = folder.relative_to(self.folder).as_posix()
        return (*inherited, self.base, *(each for each in self.overrides if Exclude(each.paths).matches(path)))


def folder_of(path: Path) -> Path:
    """Return the folder of a path, absolute and without `..`, so that its parents are the folders above.

    Raises ConfigError if the current folder is gone.
    """
    return absolute_path(path if is_folder(path) else path.parent, path)


def absolute_path(path: Path, named: Path = Path()) -> Path:
    """Return the absolute path without `..`. Raises ConfigError about the named path if the current folder is gone."""
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100
    except OSError as error:
        raise ConfigError([Problem(str(named), 0, 0, "the current folder is gone")]) from error


def config_in(folder: Path) -> Config | None:
    """Return the config of a folder (an absolute path), or None without any of the files in NAMES.

    A second file with content is an error, because it would be ignored. Raises ConfigError.
    """
    found = [document for document in _documents(folder) if document.value is not None or document.problems]
    if not found:
        return None
    first, *others = [document for document in found if document.value != {}] or found
    why = f"is ignored because {Path(first.name).name} beside it takes precedence; keep one of them"
    problems = [Problem(other.name, 0, 0, why) for other in others if other.value != {}]
    if problems:
        raise ConfigError(problems)
    return _read(first, (folder / Path(first.name).name,), folder, is_found=True)


def read_config(path: Path, folder: Path) -> Config:
    """Return the config in this file (an absolute path). Patterns are relative to the folder. Raises ConfigError."""
    name = str(_relative_to_cwd(path))
    if not exists(path):
        raise ConfigError([Problem(name, 0, 0, "does not exist")])
    document = _document(path)
    if document.value is None and not document.problems:
        raise ConfigError([Problem(name, 0, 0, f"has no table [{'.'.join(TABLE)}]")])
    return _read(document, (path,), folder)


def _documents(folder: Path) -> Iterator[Document]:
    """Yield the files of a folder that could be its config; one without a config has no value and no problems."""
    for name in NAMES:
        path = folder / name
        if is_found_outside(path):
            why = "is a link to a file outside the given folder, not read; name it with --config"
            yield _invalid_document(str(_relative_to_cwd(path)), why)
        elif os.path.lexists(path):
            yield _document(path)


def _document(path: Path) -> Document:
    from rollout_lint.syntax.schema import yaml_document
    from rollout_lint.syntax.toml_source import parse_toml

    name = str(_relative_to_cwd(path))
    if not is_file(path):
        return _invalid_document(name, "is not a regular file")
    try:
        data = read_bytes(path, MAX_BYTES + 1)
    except OSError as error:
        return _invalid_document(name, f"cannot be read: {error.strerror}")
    if path.suffix in _YAML_SUFFIXES:
        source = parse(data, name)
        return yaml_document(source if source.root is not None or source.problems else parse(b"{}", name))
    if path.name == PYPROJECT:
        return parse_toml(data, name, TABLE) if TABLE[1].encode() in data else yaml_document(Source(name, b""))
    return parse_toml(data, name)


def _invalid_document(name: str, why: str) -> Document:
    from rollout_lint.syntax.schema import yaml_document

    source = Source(name, b"")
    source.problems.append(Problem(name, 0, 0, why))
    return yaml_document(source)


def _read(document: Document, chain: tuple[Path, ...], folder: Path, *, is_found: bool = False) -> Config:
    """Return the config of a document, whose file is the last of a chain of files that extend the next one.

    `folder` is that of the first file of the chain. If that file was found and not named by the user, a config in a
    repository can only name files of the repository.
    """
    problems = document.problems or _schema().problems(document.value, document.locate)
    if problems:
        raise ConfigError(list(problems))
    reader = _Reader(document, chain[-1].parent, folder, chain[-1] if is_found else None)
    extends = reader.extends
    if len(chain) > 1 and "stacks" in document.value:
        raise _error(
            SourcedValue(None, document.locate(("stacks",))), "a config that another one extends has no stacks"
        )
    return reader.config(extends, None if extends is None else _read_parent(extends, chain, folder, is_found))


def _read_parent(extends: SourcedValue, chain: tuple[Path, ...], folder: Path, is_found: bool) -> Config:
    """Return the config that `extends` names, relative to the last file of the chain."""
    path = Path(os.path.normpath(chain[-1].parent / extends.value))
    if path in chain:
        raise _error(extends, f"{quote(extends.value)} extends this file again: remove one extends")
    if not exists(path):
        raise _error(extends, f"config {quote(extends.value)} does not exist")
    if is_found and is_named_outside(path, chain[-1]):
        raise _outside_error(extends, "config", "--config")
    document = _document(path)
    if document.value is None and not document.problems:
        raise _error(extends, f"config {quote(extends.value)} has no table [{'.'.join(TABLE)}]")
    return _read(document, (*chain, path), folder, is_found=is_found)


@cache
def _schema() -> JsonSchema:
    from rollout_lint.syntax.schema import JsonSchema

    return JsonSchema(SCHEMA, _FORMATS)


class _Reader:
    """Reader of a document that is valid by the schema."""

    def __init__(self, document: Document, folder: Path, pattern_folder: Path, found_at: Path | None) -> None:
        """Take the folder of the document, and the folder that patterns of recipes are relative to.

        `found_at` is the path of a document that the user did not name.
        """
        self._file = document.name
        self._root: dict[str, Any] = document.value
        self._locate = document.locate
        self._folder = folder
        self._pattern_folder = pattern_folder
        self._found_at = found_at

    def _is_forbidden(self, path: Path) -> bool:
        """Return True for a path that the document must not name."""
        return self._found_at is not None and is_named_outside(path, self._found_at)

    @property
    def extends(self) -> SourcedValue | None:
        """Path of the config that this one extends."""
        return self._value(self._root, (), "extends")

    def config(self, extends: SourcedValue | None, parent: Config | None) -> Config:
        """Return the config, which inherits the values of the parent."""
        root, inherited = self._root, parent or Config()
        return Config(
            folder=self._pattern_folder,
            file=self._file,
            base=self._section(root, ()),
            overrides=tuple(
                self._section(each, ("overrides", number)) for number, each in enumerate(root.get("overrides", ()))
            ),
            rules=(*inherited.rules, *map(self._rule_folder, self._list(root, (), "rules") or ())),
            overlays=self._whole_list("overlays") or inherited.overlays,
            exclude=self._whole_list("exclude") or inherited.exclude,
            stacks=tuple(map(self._stack, range(len(root.get("stacks", ()))))),
            ignores=(*map(self._ignore, range(len(root.get("ignore", ())))), *inherited.ignores),
            locked=self._list(root, (), "locked") or (),
            extends=extends,
            parent=parent,
        )

    def _rule_folder(self, folder: SourcedValue) -> SourcedValue:
        path = self._folder / folder.value
        if any(map(self._is_forbidden, (path, *filter(is_link, glob_paths(path, "*.yaml"))))):
            raise _outside_error(folder, "folder", "--rules")
        return folder._replace(value=_relative_to_cwd(self._folder / folder.value))

    def _section(self, section: dict[str, Any], path: KeyPath) -> Section:
        printed = section.get("print", {})
        hosts = self._mapping(section.get("hosts", {}), (*path, "hosts"))
        return Section(
            hosts={
                key: SourcedValue(each.value if key == "nodes" else parse_size(each.value), each.location)
                for key, each in hosts.items()
            },
            nodes=self._nodes(section, path),
            deploys=self._mapping(section.get("deploys", {}), (*path, "deploys")),
            images=self._images(section.get("images", {}), (*path, "images")),
            select=self._list(section, path, "select"),
            disable=self._list(section, path, "disable") or (),
            severity=self._mapping(section.get("severity", {}), (*path, "severity")),
            fail_on=self._value(section, path, "fail-on"),
            print_severity=self._value(printed, (*path, "print"), "severity"),
            print_rules=self._list(printed, (*path, "print"), "rules"),
            variables=self._variables(section, path),
            paths=tuple(section.get("paths", ())),
        )

    def _nodes(self, section: dict[str, Any], path: KeyPath) -> tuple[SourcedValue, ...]:
        """Return the entries of `nodes`. Raises ConfigError if two have the same name."""
        nodes = self._list(section, path, "nodes") or ()
        names = [node.value["name"].lower() for node in nodes]
        for number, node in enumerate(nodes):
            if names.index(names[number]) < number:
                raise _error(node, f"node {quote(node.value['name'])} is listed twice")
        return nodes

    def _variables(self, section: dict[str, Any], path: KeyPath) -> dict[str, SourcedValue]:
        """Return the values by name, those of a file with the location that names it. Raises ConfigError."""
        variables: dict[str, SourcedValue] = {}
        for file in self._list(section, path, "env_files") or ():
            if self._is_forbidden(self._folder / file.value):
                raise _outside_error(file, "env file", "-c and --env-file")
            variables |= {
                name: file._replace(value=value) for name, value in _read_env_file(self._folder, file).items()
            }
        return variables | self._mapping(section.get("variables", {}), (*path, "variables"))

    def _images(self, claims: dict[str, dict[str, Any]], path: KeyPath) -> dict[str, dict[str, SourcedValue]]:
        """Return the claims by repository; of two references to one repository, the later takes precedence."""
        images: dict[str, dict[str, SourcedValue]] = {}
        for reference, claimed in claims.items():
            images.setdefault(repository(reference), {}).update(self._mapping(claimed, (*path, reference)))
        return images

    def _mapping(self, values: dict[str, Any], path: KeyPath) -> dict[str, SourcedValue]:
        return {key: SourcedValue(value, self._locate((*path, key), key=True)) for key, value in values.items()}

    def _value(self, section: dict[str, Any], path: KeyPath, key: str) -> SourcedValue | None:
        return SourcedValue(section[key], self._locate((*path, key))) if key in section else None

    def _list(self, section: dict[str, Any], path: KeyPath, key: str) -> tuple[SourcedValue, ...] | None:
        """Return the items of a list, or None if the section does not have it."""
        if key not in section:
            return None
        return tuple(SourcedValue(item, self._locate((*path, key, number))) for number, item in enumerate(section[key]))

    def _whole_list(self, key: str) -> SourcedValue | None:
        return SourcedValue(tuple(self._root[key]), self._locate((key,))) if key in self._root else None

    def _stack(self, number: int) -> DeclaredStack:
        entry: dict[str, Any] = self._root["stacks"][number]
        files = (entry["files"],) if isinstance(entry["files"], str) else tuple(entry["files"])
        stack = DeclaredStack(files, self._folder, self._locate(("stacks", number)), entry.get("name"))
        reason = stack.find_error(self._is_forbidden)
        if reason is not None:
            raise ConfigError([Problem(stack.location.file, stack.location.line, stack.location.column, reason)])
        return stack

    def _ignore(self, number: int) -> IgnoreEntry:
        entry: dict[str, Any] = self._root["ignore"][number]
        named = entry["rule"] if isinstance(entry["rule"], list) else [entry["rule"]]
        return IgnoreEntry(
            rules=tuple(rule.strip().upper() for rule in named),
            reason=" ".join(entry["reason"].split()),
            location=self._locate(("ignore", number)),
            folder=self._pattern_folder,
            path=entry.get("path"),
            service=entry.get("service"),
            until=parse_day(str(entry["until"])) if "until" in entry else None,
        )


def _read_env_file(folder: Path, file: SourcedValue) -> dict[str, str]:
    path = folder / file.value
    try:
        data = read_bytes(path, MAX_BYTES + 1) if is_file(path) or not exists(path) else None
    except OSError as error:
        raise _env_file_error(file, f"cannot be read: {error.strerror}") from error
    if data is None:
        raise _env_file_error(file, "is not a regular file")
    if len(data) > MAX_BYTES:
        raise _env_file_error(file, f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return parse_environment(data.decode("utf-8-sig", errors="replace"))


def _env_file_error(file: SourcedValue, reason: str) -> ConfigError:
    return _error(file, f"env file {quote(file.value)} {reason}")


def _outside_error(value: SourcedValue, what: str, options: str) -> ConfigError:
    return _error(value, f"{what} {quote(value.value)} is outside the repository, not read; name it with {options}")


def _error(value: SourcedValue, message: str) -> ConfigError:
    assert isinstance(value.location, Location)
    return ConfigError([Problem(value.location.file, value.location.line, value.location.column, message)])


def _relative_to_cwd(path: Path) -> Path:
    """Return the path relative to the current folder, for messages."""
    try:
        return path.relative_to(Path.cwd())
    except (OSError, ValueError):
        return path
