"""What a user says once for every run: the hosts, what is known of images, and rules of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.facts import Cluster
from rollout_lint.ignores import Ignore, day_of
from rollout_lint.place import Place, Problem
from rollout_lint.schema import PlainReader, compile_schema, validate
from rollout_lint.source import Mapping, Sequence, Source, parse, plain
from rollout_lint.stack.layer import FORMATS
from rollout_lint.stack.units import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.images import Claims
    from rollout_lint.schema import Formats, Schema

YAML_NAME = ".rollout-lint.yml"
TOML_NAME = "rollout-lint.toml"
PYPROJECT = "pyproject.toml"
TABLE = ("tool", "rollout-lint")


@dataclass(frozen=True, slots=True)
class Config:
    """What a file says, or nothing; `rules` are folders of further rules, `images` claims by repository.

    `ignores` are the findings that are to be silenced.
    """

    cluster: Cluster = field(default_factory=Cluster)
    images: Claims = field(default_factory=dict)
    rules: tuple[Path, ...] = ()
    ignores: tuple[Ignore, ...] = ()


class ConfigError(Exception):
    """A config that does not hold; `problems` has each place."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the places."""
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def config_for(folder: Path) -> Config:
    """The config of the nearest folder, upwards from this one, that has one; the empty one where none has.

    In one folder `rollout-lint.toml` comes before `.rollout-lint.yml`, and that before a pyproject.toml with a table
    `tool.rollout-lint`. Raises ConfigError, with places.
    """
    folder = folder.absolute()
    for each in (folder, *folder.parents):
        source = _config_in(each)
        if source is not None:
            return _read(source, each)
    return Config()


def _config_in(folder: Path) -> Source | None:
    for name in (TOML_NAME, YAML_NAME, PYPROJECT):
        path = folder / name
        if path.is_file():
            source = _source(path)
            if name != PYPROJECT or source.root is not None:
                return source
    return None


def _source(path: Path) -> Source:
    from rollout_lint.toml_source import parse_toml

    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, 0, f"cannot be read: {error.strerror}")]) from error
    if path.name == YAML_NAME:
        return parse(data, str(path))
    return parse_toml(data, str(path), TABLE if path.name == PYPROJECT else ())


def _read(source: Source, folder: Path) -> Config:
    if source.root is not None:
        validate(source.root, _schema(), PlainReader(source), FORMATS | _IGNORE_FORMATS)
    if source.problems:
        raise ConfigError(source.problems)
    document: dict[str, Any] = plain(source.root) if source.root is not None else {}
    hosts = document.get("hosts", {})
    return Config(
        cluster=Cluster(hosts.get("nodes"), size(hosts["memory"]) if "memory" in hosts else None),
        images=document.get("images", {}),
        rules=tuple(_from_here(folder / each) for each in document.get("rules", ())),
        ignores=tuple(_ignores(source, folder)),
    )


def _ignores(source: Source, folder: Path) -> Iterator[Ignore]:
    node = source.root.get("ignore") if isinstance(source.root, Mapping) else None
    file = str(_from_here(Path(source.name)))
    for item in node.items if isinstance(node, Sequence) else ():
        entry: dict[str, Any] = plain(item)
        named = entry["rule"] if isinstance(entry["rule"], list) else [entry["rule"]]
        yield Ignore(
            rules=tuple(rule.strip().upper() for rule in named),
            reason=" ".join(entry["reason"].split()),
            place=Place(file, item.line, item.column, item.end_line, item.end_column),
            folder=folder,
            path=entry.get("path"),
            service=entry.get("service"),
            until=day_of(str(entry["until"])) if "until" in entry else None,
        )


def _is_pattern(text: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        return bool(GitIgnoreSpec.from_lines([text]))
    except ValueError:
        return False


_IGNORE_FORMATS: Formats = {
    "day": (lambda text: day_of(text) is not None, "a day such as 2027-01-31"),
    "reason": (lambda text: any(character.isalnum() for character in text), "a reason"),
    "gitignore": (_is_pattern, "a pattern in gitignore's grammar, such as legacy/"),
}


def _from_here(path: Path) -> Path:
    """The path as somebody in the current folder would write it, so that messages can be read."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


@cache
def _schema() -> Schema:
    return compile_schema(json.loads(Path(__file__).with_name("config.schema.json").read_text("utf-8")))
