"""What `rules/images.yaml` knows of images: which lock their data, and which runtime weighs how much."""

from __future__ import annotations

from collections import abc
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from rollout_lint.node import Mapping, Sequence, plain
from rollout_lint.source import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.node import Node
    from rollout_lint.source import Source


T = TypeVar("T")


class Image(NamedTuple):
    """One image, as far as it is known: the folder of the data that it locks, and the key of a service without which it
    does not; its runtime; its weight (`heavy` or `light`) where that is not the runtime's; whether it brings a
    healthcheck.
    """

    name: str
    locks: str | None = None
    locks_with: str | None = None
    runtime: str | None = None
    weight: str | None = None
    healthcheck: bool = False


Claims: TypeAlias = "abc.Mapping[str, abc.Mapping[str, Any]]"
"""What somebody says of images, by reference: any of `healthcheck`, `locks`, `runtime` and `weight`."""


class Images(NamedTuple):
    """The images by repository, and the weight (`heavy` or `light`) of runtimes by name."""

    by_repository: abc.Mapping[str, Image]
    weights: abc.Mapping[str, str]

    def find(self, reference: str) -> Image | None:
        """The image that a reference names; registry, tag and digest do not matter.

        `docker.io/library/postgres:16`, `postgres@sha256:...` and `postgres` are one; `me/postgres` is another. Mirrors
        put their own folders before a name: `registry.example.com/hub/bitnami/mongodb` is `bitnami/mongodb`, and
        `registry.example.com/hub/library/mongo` is `mongo`.
        """
        name = repository(reference)
        of_a_mirror = "/".join(name.split("/")[-2:])
        return self.by_repository.get(name) or self.by_repository.get(of_a_mirror.removeprefix("library/"))

    def with_claims(self, claims: Claims) -> Images:
        """These images, and over them what somebody says of some."""
        if not claims:
            return self
        changed = dict(self.by_repository)
        for reference, claim in claims.items():
            name = repository(reference)
            changed[name] = changed.get(name, Image(name))._replace(**claim)
        return self._replace(by_repository=changed)

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


@cache
def rules_directory() -> Path:
    """Where the rules are: in the installed package, else in the checkout."""
    packaged = Path(__file__).with_name("rules")
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "rules"


class _WhenAsked(abc.Mapping[str, T]):
    """A mapping that is made when somebody asks it for something."""

    def __init__(self, make: Callable[[], abc.Mapping[str, T]]) -> None:
        self._make = make

    def __getitem__(self, key: str) -> T:
        return self._make()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._make())

    def __len__(self) -> int:
        return len(self._make())


@cache
def load_images() -> Images:
    """The packaged `images.yaml`, which is read once an image is asked for."""
    read = cache(lambda: read_images(rules_directory() / "images.yaml"))
    return Images(_WhenAsked(lambda: read().by_repository), _WhenAsked(lambda: read().weights))


def read_images(path: Path) -> Images:
    """A file of images; ValueError with the places where it does not read."""
    source = parse(path.read_bytes(), str(path))
    if isinstance(source.root, Mapping):
        _refuse_twins(source, source.root)
    if source.root is None or source.problems:
        raise ValueError("; ".join(f"{p.file}:{p.line}:{p.column}: {p.message}" for p in source.problems))
    return _images(plain(source.root))


def _refuse_twins(source: Source, root: Mapping) -> None:
    seen: set[str] = set()
    for entry in _items(root, "images"):
        for node in _items(entry, "repositories"):
            name = plain(node)
            if name in seen:
                source.report(node, f"{name} is in two entries")
            seen.add(name)


def _items(node: Node, key: str) -> list[Node]:
    held = node.get(key) if isinstance(node, Mapping) else None
    return held.items if isinstance(held, Sequence) else []


def _images(document: dict[str, Any]) -> Images:
    claims = ("name", "locks", "locks_with", "runtime", "weight", "healthcheck")
    images = {
        name: Image(**{claim: entry[claim] for claim in claims if claim in entry})
        for entry in document["images"]
        for name in entry["repositories"]
    }
    weights = {name.lower(): entry["weight"] for entry in document["runtimes"] for name in entry["names"]}
    return Images(images, weights)
