"""Reader of the values of a config file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.deployments import DeclaredStack
from rollout_lint.discovery.env_sample import parse_environment
from rollout_lint.discovery.filesystem import exists, glob_paths, is_file, is_link, read_bytes
from rollout_lint.discovery.tree import is_named_outside
from rollout_lint.errors import ConfigError
from rollout_lint.facts.images import repository
from rollout_lint.linter.config import Config, Section, SourcedValue
from rollout_lint.linter.suppression.directives import IgnoreEntry, parse_day
from rollout_lint.location import Location, Problem
from rollout_lint.stack.units import parse_size
from rollout_lint.syntax.parser import MAX_BYTES
from rollout_lint.syntax.wording import quote

if TYPE_CHECKING:
    from rollout_lint.syntax.schema import Document, KeyPath


class ConfigReader:
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
            raise outside_error(folder, "folder", "--rules")
        return folder._replace(value=relative_to_cwd(self._folder / folder.value))

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
            engine=self._value(section, path, "engine"),
            client=self._value(section, path, "client"),
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
                raise error_at(node, f"node {quote(node.value['name'])} is listed twice")
        return nodes

    def _variables(self, section: dict[str, Any], path: KeyPath) -> dict[str, SourcedValue]:
        """Return the values by name, those of a file with the location that names it. Raises ConfigError."""
        variables: dict[str, SourcedValue] = {}
        for file in self._list(section, path, "env_files") or ():
            if self._is_forbidden(self._folder / file.value):
                raise outside_error(file, "env file", "-c and --env-file")
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
    return error_at(file, f"env file {quote(file.value)} {reason}")


def outside_error(value: SourcedValue, what: str, options: str) -> ConfigError:
    """Return the error about a path outside the repository, with the options that name it."""
    return error_at(value, f"{what} {quote(value.value)} is outside the repository, not read; name it with {options}")


def error_at(value: SourcedValue, message: str) -> ConfigError:
    """Return an error at a value of a config."""
    assert isinstance(value.location, Location)
    return ConfigError([Problem(value.location.file, value.location.line, value.location.column, message)])


def relative_to_cwd(path: Path) -> Path:
    """Return the path relative to the current folder, for messages."""
    try:
        return path.relative_to(Path.cwd())
    except (OSError, ValueError):
        return path
