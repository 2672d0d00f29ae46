"""Image data of `rules/images.yaml`: images that lock their data, runtimes and their weight."""

from __future__ import annotations

from collections import abc
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from rollout_lint.node import Mapping, Sequence, plain
from rollout_lint.source import parse

if TYPE_CHECKING:
    from collections import abc

    from rollout_lint.node import Node
    from rollout_lint.source import Source


class Image(NamedTuple):
    """Known properties of one image.

    `locks` is the folder of the data that it locks, `locks_with` the key of a service without which it does not.
    `weight` (`heavy` or `light`) is set if it differs from that of `runtime`. `healthcheck` tells if it has one.
    """

    name: str
    locks: str | None = None
    locks_with: str | None = None
    runtime: str | None = None
    weight: str | None = None
    healthcheck: bool = False


Claims: TypeAlias = "abc.Mapping[str, abc.Mapping[str, Any]]"
"""Properties that a config or manifest sets, by image reference: `healthcheck`, `locks`, `runtime`, `weight`."""


class Images(NamedTuple):
    """Images by repository, and the weight (`heavy` or `light`) of runtimes by name."""

    by_repository: abc.Mapping[str, Image]
    weights: abc.Mapping[str, str]

    def find(self, reference: str) -> Image | None:
        """Return the image of a reference, ignoring registry, tag and digest.

        `docker.io/library/postgres:16`, `postgres@sha256:...` and `postgres` are one; `me/postgres` is another. Mirrors
        put their own folders before a name: `registry.example.com/hub/bitnami/mongodb` is `bitnami/mongodb`, and
        `registry.example.com/hub/library/mongo` is `mongo`.
        """
        name = repository(reference)
        of_a_mirror = "/".join(name.split("/")[-2:])
        return self.by_repository.get(name) or self.by_repository.get(of_a_mirror.removeprefix("library/"))

    def with_claims(self, claims: Claims) -> Images:
        """Return a copy in which the claims override the known properties."""
        if not claims:
            return self
        changed = dict(self.by_repository)
        for reference, claim in claims.items():
            name = repository(reference)
            changed[name] = changed.get(name, Image(name))._replace(**claim)
        return self._replace(by_repository=changed)

    def weight(self, runtime: str) -> str | None:
        """Return the weight of a runtime, ignoring letter case."""
        return self.weights.get(runtime.lower())


def repository(reference: str) -> str:
    """Return the repository of an image reference, without registry, `library/`, tag and digest."""
    name = reference.partition("@")[0]
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        name = rest
    head, slash, last = name.rpartition("/")
    return (head + slash + last.partition(":")[0]).removeprefix("library/")


@cache
def rules_directory() -> Path:
    """Return the folder of the packaged rules.

    The wheel puts them into `rollout_lint/rules`. A checkout has them in `rules`, beside `lint`.
    """
    packaged = Path(__file__).parents[1] / "rules"
    return packaged if (packaged / "images.yaml").is_file() else Path(__file__).parents[3] / "rules"


@cache
def load_images() -> Images:
    """Return the image data of the packaged `images.yaml`."""
    return read_images(rules_directory() / "images.yaml")


def read_images(path: Path) -> Images:
    """Read a file of images. Raises ValueError with the location of each error."""
    source = parse(path.read_bytes(), str(path))
    if isinstance(source.root, Mapping):
        _report_duplicates(source, source.root)
    if source.root is None or source.problems:
        raise ValueError("; ".join(f"{p.file}:{p.line}:{p.column}: {p.message}" for p in source.problems))
    return _images(plain(source.root))


def _report_duplicates(source: Source, root: Mapping) -> None:
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
