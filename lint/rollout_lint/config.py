"""What a user says once for every run: the hosts, what is known of images, and rules of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.facts import Cluster
from rollout_lint.place import Problem
from rollout_lint.schema import PlainReader, compile_schema, validate
from rollout_lint.source import Source, parse, plain
from rollout_lint.stack.layer import FORMATS
from rollout_lint.stack.units import size

if TYPE_CHECKING:
    from rollout_lint.images import Claims
    from rollout_lint.schema import Schema

YAML_NAME = ".rollout-lint.yml"
TOML_NAME = "rollout-lint.toml"
PYPROJECT = "pyproject.toml"
TABLE = ("tool", "rollout-lint")


@dataclass(frozen=True, slots=True)
class Config:
    """What a file says, or nothing; `rules` are folders of further rules, `images` claims by repository."""

    cluster: Cluster = field(default_factory=Cluster)
    images: Claims = field(default_factory=dict)
    rules: tuple[Path, ...] = ()


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
        validate(source.root, _schema(), PlainReader(source), FORMATS)
    if source.problems:
        raise ConfigError(source.problems)
    document: dict[str, Any] = plain(source.root) if source.root is not None else {}
    hosts = document.get("hosts", {})
    return Config(
        cluster=Cluster(hosts.get("nodes"), size(hosts["memory"]) if "memory" in hosts else None),
        images=document.get("images", {}),
        rules=tuple(_from_here(folder / each) for each in document.get("rules", ())),
    )


def _from_here(path: Path) -> Path:
    """The path as somebody in the current folder would write it, so that messages can be read."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


@cache
def _schema() -> Schema:
    return compile_schema(json.loads(Path(__file__).with_name("config.schema.json").read_text("utf-8")))
