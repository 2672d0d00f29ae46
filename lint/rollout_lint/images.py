"""What `rules/images.yaml` knows of images: which lock their data, and which runtime weighs how much."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from rollout_lint.schema import PlainReader, compile_schema, validate
from rollout_lint.source import parse, plain

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Image:
    """One image: the path of the data that it locks, if it does, its runtime, and whether it brings a healthcheck, each
    if known.
    """

    name: str
    locks: str | None = None
    runtime: str | None = None
    healthcheck: bool = False


Claims: TypeAlias = "Mapping[str, Mapping[str, Any]]"
"""What somebody says of images, by reference: any of `healthcheck`, `locks` and `runtime`."""


@dataclass(frozen=True, slots=True)
class Images:
    """The images by the end of their repository path, and the weight (`heavy` or `light`) of runtimes by name."""

    by_repository: Mapping[str, Image]
    weights: Mapping[str, str]

    def find(self, reference: str) -> Image | None:
        """The image that a reference names; registry, tag and digest do not matter.

        `docker.io/library/postgres:16`, `postgres@sha256:...` and `postgres` are one; `me/postgres` is another.
        """
        return self.by_repository.get(repository(reference))

    def with_claims(self, claims: Claims) -> Images:
        """These images, and over them what somebody says of some."""
        changed = dict(self.by_repository)
        for reference, claim in claims.items():
            name = repository(reference)
            changed[name] = replace(changed.get(name, Image(name)), **claim)
        return replace(self, by_repository=changed) if claims else self

    def weight(self, runtime: str) -> str | None:
        """How heavy a runtime is held to be; letter case does not matter."""
        return self.weights.get(runtime.lower())


def repository(reference: str) -> str:
    """The repository of an image reference, without registry, `library/`, tag and digest."""
    name = reference.partition("@")[0]
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        name = rest
    head, slash, last = name.rpartition("/")
    return (head + slash + last.partition(":")[0]).removeprefix("library/")


def rules_directory() -> Path:
    """Where the rules are: in the installed package, else in the checkout."""
    packaged = Path(__file__).with_name("rules")
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "rules"


@cache
def load_images() -> Images:
    """The packaged `images.yaml`; ValueError with the places where it does not read."""
    directory = rules_directory()
    path = directory / "images.yaml"
    source = parse(path.read_bytes(), str(path))
    if source.root is not None:
        schema = compile_schema(json.loads((directory / "images.schema.json").read_text("utf-8")))
        validate(source.root, schema, PlainReader(source), {})
    if source.root is None or source.problems:
        raise ValueError("; ".join(f"{p.file}:{p.line}:{p.column}: {p.message}" for p in source.problems))
    return _images(plain(source.root))


def _images(document: dict[str, Any]) -> Images:
    images = {
        name: Image(entry["name"], entry.get("locks"), entry.get("runtime"), entry.get("healthcheck", False))
        for entry in document["images"]
        for name in entry["repositories"]
    }
    weights = {name.lower(): entry["weight"] for entry in document["runtimes"] for name in entry["names"]}
    return Images(images, weights)
