"""Reading of config files: the one of a folder, or one that the user names."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.exclude import is_exclusion
from rollout_lint.discovery.filesystem import exists, is_file, read_bytes
from rollout_lint.discovery.tree import is_found_outside, is_named_outside
from rollout_lint.errors import ConfigError
from rollout_lint.linter.config import Config, SourcedValue
from rollout_lint.linter.config_paths import NAMES, PYPROJECT
from rollout_lint.linter.config_reader import ConfigReader, error_at, outside_error, relative_to_cwd
from rollout_lint.linter.suppression.directives import parse_day
from rollout_lint.location import Problem
from rollout_lint.stack.docker_version import VERSION_WORDS, parse_docker_version
from rollout_lint.stack.validator import FORMATS
from rollout_lint.syntax.parser import MAX_BYTES, parse
from rollout_lint.syntax.source import Source
from rollout_lint.syntax.wording import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.syntax.schema import Document, JsonSchema

SCHEMA = Path(__file__).with_name("config.schema.json")

_TABLE = ("tool", "rollout-lint")
_YAML_SUFFIXES = (".yml", ".yaml")

_FORMATS = FORMATS | {
    "docker-version": (lambda text: parse_docker_version(text) is not None, VERSION_WORDS),
    "day": (lambda text: parse_day(text) is not None, "a day such as 2027-01-31"),
    "filled": (lambda text: bool(text.strip()), "a string that is not blank"),
    "gitignore": (is_exclusion, "a pattern in gitignore's grammar, such as legacy/"),
    "reason": (lambda text: any(character.isalnum() for character in text), "a reason"),
}


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
    name = str(relative_to_cwd(path))
    if not exists(path):
        raise ConfigError([Problem(name, 0, 0, "does not exist")])
    document = _document(path)
    if document.value is None and not document.problems:
        raise ConfigError([Problem(name, 0, 0, f"has no table [{'.'.join(_TABLE)}]")])
    return _read(document, (path,), folder)


def _documents(folder: Path) -> Iterator[Document]:
    """Yield the files of a folder that could be its config; one without a config has no value and no problems."""
    for name in NAMES:
        path = folder / name
        if is_found_outside(path):
            why = "is a link to a file outside the given folder, not read; name it with --config"
            yield _invalid_document(str(relative_to_cwd(path)), why)
        elif os.path.lexists(path):
            yield _document(path)


def _document(path: Path) -> Document:
    from rollout_lint.syntax.schema import yaml_document
    from rollout_lint.syntax.toml_source import parse_toml

    name = str(relative_to_cwd(path))
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
        return parse_toml(data, name, _TABLE) if _TABLE[1].encode() in data else yaml_document(Source(name, b""))
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
    reader = ConfigReader(document, chain[-1].parent, folder, chain[-1] if is_found else None)
    extends = reader.extends
    if len(chain) > 1 and "stacks" in document.value:
        raise error_at(
            SourcedValue(None, document.locate(("stacks",))), "a config that another one extends has no stacks"
        )
    return reader.config(extends, None if extends is None else _read_parent(extends, chain, folder, is_found))


def _read_parent(extends: SourcedValue, chain: tuple[Path, ...], folder: Path, is_found: bool) -> Config:
    """Return the config that `extends` names, relative to the last file of the chain."""
    path = Path(os.path.normpath(chain[-1].parent / extends.value))
    if path in chain:
        raise error_at(extends, f"{quote(extends.value)} extends this file again: remove one extends")
    if not exists(path):
        raise error_at(extends, f"config {quote(extends.value)} does not exist")
    if is_found and is_named_outside(path, chain[-1]):
        raise outside_error(extends, "config", "--config")
    document = _document(path)
    if document.value is None and not document.problems:
        raise error_at(extends, f"config {quote(extends.value)} has no table [{'.'.join(_TABLE)}]")
    return _read(document, (*chain, path), folder, is_found=is_found)


@cache
def _schema() -> JsonSchema:
    from rollout_lint.syntax.schema import JsonSchema

    return JsonSchema(SCHEMA, _FORMATS)
