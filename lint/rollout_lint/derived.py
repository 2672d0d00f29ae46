"""Facts that compare or sum up others, so that a rule can name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from rollout_lint.facts import Cluster, Fact, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from rollout_lint.images import Images
    from rollout_lint.place import Place
    from rollout_lint.stack.setting import Service

_ONE_NODE = re.compile(r"\s*node\.(?:hostname|id)\s*==\s*\S")


@dataclass(frozen=True, slots=True)
class Context:
    """What a derived fact is made from."""

    service: Service
    facts: dict[str, Fact]
    cluster: Cluster
    images: Images

    def value(self, path: str) -> Any:
        """The value of a stated fact, None where there is none."""
        fact = self.facts.get(path)
        return None if fact is None else fact.value


Derive: TypeAlias = "Callable[[Context], tuple[Any, Place | None]]"


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived fact: what it means, what its value may be, and how it is made."""

    about: str
    kind: Kind
    derive: Derive


DERIVED: dict[str, Derived] = {}
"""Every derived fact by its path."""


def _derived(*types: str) -> Callable[[Derive], Derive]:
    def register(derive: Derive) -> Derive:
        about = (derive.__doc__ or "").strip()
        DERIVED[f"derived.{derive.__name__}"] = Derived(about, Kind(frozenset(types)), derive)
        return derive

    return register


def derive_facts(service: Service, facts: dict[str, Fact], cluster: Cluster, images: Images) -> dict[str, Fact]:
    """`facts` and the derived ones."""
    context = Context(service, facts, cluster, images)
    derived = {}
    for path, each in DERIVED.items():
        value, place = each.derive(context)
        derived[path] = Fact(value, default=False, place=place)
    return facts | derived


@_derived("array")
def host_ports(context: Context) -> tuple[Any, Place | None]:
    """The published ports that the service binds on its node itself (`mode: host`).

    One that leaves the published port to Docker is not among them: any free one will do
    (swarmkit `manager/scheduler/filter.go HostPortFilter`).
    """
    bound = [
        item for item in context.service.lists.get("ports", []) if item.value.mode == "host" and item.value.published
    ]
    return [item.value.published for item in bound], bound[0].place if bound else None


@_derived("boolean")
def has_healthcheck(context: Context) -> tuple[Any, Place | None]:
    """Whether the file gives a healthcheck that runs; an image may bring one that the file does not show."""
    test = context.service.lists.get("healthcheck.test", [])
    disable = context.facts.get("healthcheck.disable")
    if disable is not None and disable.value:
        return False, disable.place
    if not test:
        return False, None
    return test[0].value not in ("", "NONE"), test[0].place


@_derived("boolean")
def tasks_share_a_node(context: Context) -> tuple[Any, Place | None]:
    """Whether the new task of an update can only run where an old one runs.

    So it is for a global service, whose every node has its task; for one pinned to a node by its name or id; and
    where the cluster is known to have one node.
    """
    if context.value("deploy.mode") == "global":
        return True, context.facts["deploy.mode"].place
    for item in context.service.lists.get("deploy.placement.constraints", []):
        if _ONE_NODE.match(item.value):
            return True, item.place
    return context.cluster.nodes == 1, None


@_derived("boolean")
def fills_max_replicas_per_node(context: Context) -> tuple[Any, Place | None]:
    """Whether as many tasks as max_replicas_per_node allows on a node are there before an update starts.

    The scheduler counts the old and the new task alike (swarmkit `manager/scheduler/filter.go MaxReplicasFilter`).
    With more nodes than the tasks need, another node may have room.
    """
    most = context.facts["deploy.placement.max_replicas_per_node"]
    if not most.value:
        return False, None
    if context.value("deploy.mode") == "global":
        return most.value == 1, most.place
    nodes = 1 if tasks_share_a_node(context)[0] else context.cluster.nodes or 1
    return (context.value("deploy.replicas") or 0) >= most.value * nodes, most.place


@_derived("string", "null")
def exclusive_store(context: Context) -> tuple[Any, Place | None]:
    """The name of the database, broker or search engine that locks its data in a volume it can write, else null.

    Which images lock their data, and where they keep it, is in `rules/images.yaml`.
    """
    image = context.facts.get("image")
    known = None if image is None else context.images.find(image.value)
    if known is None or not known.locks:
        return None, None
    for item in context.service.lists.get("volumes", []):
        volume = item.value
        if volume.type in ("volume", "bind") and not volume.read_only and _holds(volume.target, known.locks):
            return known.name, item.place
    return None, None


def _holds(target: str, data: str) -> bool:
    """Whether the data folder is, holds, or lies in what is mounted at the target."""
    target, data = target.rstrip("/") + "/", data.rstrip("/") + "/"
    return data.startswith(target) or target.startswith(data)
