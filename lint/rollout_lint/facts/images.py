"""Image data of `rules/images.yaml`: images that lock their data, runtimes and their weight."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from rollout_lint.discovery.filesystem import read_bytes
from rollout_lint.packaged import compiled_data, rules_directory
from rollout_lint.record import Record
from rollout_lint.stack.units import parse_size
from rollout_lint.stack.unknown import Unknown
from rollout_lint.syntax.node import Mapping, Sequence, to_value
from rollout_lint.syntax.parser import MAX_BYTES, parse

if TYPE_CHECKING:
    from collections import abc
    from pathlib import Path

    from rollout_lint.syntax.node import Node
    from rollout_lint.syntax.source import Source


class Weight(StrEnum):
    """Memory of one task in a word."""

    HEAVY = "heavy"
    MEDIUM = "medium"
    LIGHT = "light"


HEAVY_FROM = 2 << 30
LIGHT_UP_TO = 512 << 20


def weigh(memory: int) -> Weight:
    """Return the weight of a task that typically takes this memory in bytes."""
    if memory >= HEAVY_FROM:
        return Weight.HEAVY
    return Weight.LIGHT if memory <= LIGHT_UP_TO else Weight.MEDIUM


class Image(Record):
    """Known properties of one image.

    `locks` is the folder of the data that it locks, `locks_with` the key or environment variable of a service without
    which it does not. `memory`, in bytes, is what one task typically takes, if it differs from that of `runtime`.
    `weight` is what a config says. `healthcheck` is None if it is unknown whether the image has one. `one_shot` is True
    for a tool that does its work and ends. `singleton` is True for a scheduler that must run only once.
    """

    name: str
    locks: str | None = None
    locks_with: str | None = None
    runtime: str | None = None
    memory: int | None = None
    weight: Weight | None = None
    healthcheck: bool | None = None
    one_shot: bool = False
    singleton: bool = False


_PROPERTIES = ("name", "locks", "locks_with", "runtime", "healthcheck", "one_shot", "singleton")

Claims: TypeAlias = "abc.Mapping[str, abc.Mapping[str, Any]]"
"""Properties that a config or manifest sets, by image reference.

They are `healthcheck`, `locks`, `one_shot`, `runtime`, `singleton` and `weight`.
"""


class ImageData(Record):
    """Entries of images by repository, and the memory of a task in bytes by the name of the runtime in lower case.

    An entry becomes an Image when it is looked up, because a stack has few images.
    """

    by_repository: abc.Mapping[str, dict[str, Any]]
    memory_of_runtimes: abc.Mapping[str, int]


class Images:
    """Known images, and claims of a config or manifest that override their properties.

    Without data, the packaged `images.yaml` is read at the first look-up, because many checks look up no image.
    """

    def __init__(self, data: ImageData | None = None, claims: Claims | None = None) -> None:
        """Use this data, and these claims by repository."""
        self._data = data
        self._claims = claims or {}
        self._found: dict[str, Image] = {}

    def find(self, reference: str | Unknown) -> Image | None:
        """Return the image of a reference, ignoring registry, tag and digest. Only these may be unknown.

        `docker.io/library/postgres:16`, `postgres@sha256:...` and `postgres` are one; `me/postgres` is another. Mirrors
        put their own folders before a name: `registry.example.com/hub/bitnami/mongodb` is `bitnami/mongodb`, and
        `registry.example.com/hub/library/mongo` is `mongo`.
        """
        if isinstance(reference, Unknown):
            if not has_known_repository(reference):
                return None
            reference = reference.start
        name = repository(reference)
        last_two = "/".join(name.split("/")[-2:])
        return self._find(name) or self._find(last_two.removeprefix("library/"))

    def _find(self, name: str) -> Image | None:
        if name in self._found:
            return self._found[name]
        entry = (self._data or packaged_images()).by_repository.get(name)
        claim = self._claims.get(name)
        if entry is None and claim is None:
            return None
        image = Image(name) if entry is None else _image(entry)
        self._found[name] = image if claim is None else image._replace(**claim)
        return self._found[name]

    def with_claims(self, claims: Claims) -> Images:
        """Return a copy in which the claims override the known properties."""
        merged = dict(self._claims)
        for reference, claim in claims.items():
            name = repository(reference)
            merged[name] = {**merged.get(name, {}), **claim}
        return Images(self._data, merged)

    def memory_of_runtime(self, runtime: str) -> int | None:
        """Return the memory that a task of the runtime typically takes, ignoring letter case."""
        return (self._data or packaged_images()).memory_of_runtimes.get(runtime.lower())


def has_known_repository(reference: Unknown) -> bool:
    """Return True if only the tag or the digest of an image reference is unknown."""
    return not {":", "@"}.isdisjoint(reference.start.rpartition("/")[2])


def repository(reference: str) -> str:
    """Return the repository of an image reference, without registry, `library/`, tag and digest."""
    name = reference.partition("@")[0]
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        name = rest
    head, slash, last = name.rpartition("/")
    return (head + slash + last.partition(":")[0]).removeprefix("library/")


@cache
def packaged_images() -> ImageData:
    """Return the data of the packaged `images.yaml`."""
    compiled = compiled_data()
    return read_images(rules_directory() / "images.yaml") if compiled is None else _images(compiled.images)


def read_images(path: Path) -> ImageData:
    """Read a file of images. Raises ValueError with the location of each error."""
    return _images(read_image_document(path))


def read_image_document(path: Path) -> dict[str, Any]:
    """Return the document of a file of images. Raises ValueError with the location of each error."""
    source = parse(read_bytes(path, MAX_BYTES + 1), str(path))
    if isinstance(source.root, Mapping):
        _report_duplicates(source, source.root)
    if source.root is None or source.problems:
        raise ValueError("; ".join(f"{p.file}:{p.line}:{p.column}: {p.message}" for p in source.problems))
    document: dict[str, Any] = to_value(source.root)
    return document


def _report_duplicates(source: Source, root: Mapping) -> None:
    seen: set[str] = set()
    for entry in _items(root, "images"):
        for node in _items(entry, "repositories"):
            name = to_value(node)
            if name in seen:
                source.report(node, f"{name} is in two entries")
            seen.add(name)


def _items(node: Node, key: str) -> list[Node]:
    items = node.get(key) if isinstance(node, Mapping) else None
    return items.items if isinstance(items, Sequence) else []


def _images(document: dict[str, Any]) -> ImageData:
    images = {name: entry for entry in document["images"] for name in entry["repositories"]}
    runtimes = ((name, _memory(entry)) for entry in document["runtimes"] for name in entry["names"])
    return ImageData(images, {name.lower(): memory for name, memory in runtimes if memory is not None})


def _image(entry: dict[str, Any]) -> Image:
    return Image(**{key: entry[key] for key in _PROPERTIES if key in entry}, memory=_memory(entry))


def _memory(entry: dict[str, Any]) -> int | None:
    return parse_size(entry["memory"]) if "memory" in entry else None
