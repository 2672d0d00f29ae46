"""Ports that services of several recipes publish, although only one service of a Swarm or of a node can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.nodes import node_range, pinned_node
from rollout_lint.facts.model import UnknownFactError
from rollout_lint.record import Record
from rollout_lint.rules.model import Severity
from rollout_lint.stack.unknown import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.facts.derived import ServiceFacts
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location

_HOST = "host"
_ONLY_NODE = "of the Swarm"
_SAME_SWARM = "the recipes are deployed to the same Swarm (list the nodes in the config)"


class PublishedPort(Record):
    """Port of a service.

    `home` is the path of the recipe without a revision, because two revisions are not deployed side by side. `swarm`
    are the names of the nodes that the config lists, or empty if they are unknown. `node` is the only node on which
    tasks may run, None if there may be others.
    """

    port: int
    protocol: str
    mode: str
    recipe: str
    home: str
    service: str
    location: Location
    swarm: tuple[str, ...]
    node: str | None


class PortConflict(Record):
    """Port that services of several recipes publish. Without an assumption, they are deployed to one Swarm."""

    port: int
    protocol: str
    severity: Severity
    message: str
    assumes: str | None
    users: tuple[PublishedPort, ...]


def list_published_ports(evaluation: Evaluation, home: str) -> Iterator[PublishedPort]:
    """Yield the known published ports of the first variant, which users of a recipe deploy."""
    variant = next(iter(evaluation.variants), None)
    for service, facts in variant.services.items() if variant is not None and variant.is_evaluated else ():
        ports = {item.value: item.location for item in facts.service.lists.get("ports", [])}
        swarm = tuple(sorted(node.name.lower() for node in facts.cluster.described))
        known = [each for each in ports if each.published and not is_unknown(each)]
        node = _only_node(facts) if known else None
        for each in known:
            yield PublishedPort(
                int(each.published),
                str(each.protocol),
                str(each.mode),
                evaluation.recipe.name,
                home,
                service,
                ports[each],
                swarm,
                node,
            )


def _only_node(facts: ServiceFacts) -> str | None:
    """Return the node on which all tasks run, None if there may be several."""
    try:
        nodes = node_range(facts)
    except UnknownFactError:
        return None
    if nodes.possible:
        return nodes.possible[0].name if len(nodes.possible) == 1 else None
    if facts.cluster.nodes == 1:
        return _ONLY_NODE
    pin = pinned_node(facts)
    return None if pin is None else pin[1]


def find_port_conflicts(ports: Iterable[PublishedPort]) -> list[PortConflict]:
    """Return the ports that several recipes publish, the most severe first.

    A port of the ingress network belongs to one service of the Swarm (swarmkit `manager/controlapi/service.go
    checkPortConflicts`). Services with `mode: host` conflict only on the same node. Recipes whose config lists other
    nodes are on another Swarm, and those without nodes are compared with each other.
    """
    by_port: dict[tuple[tuple[str, ...], int, str], list[PublishedPort]] = {}
    for each in ports:
        by_port.setdefault((each.swarm, each.port, each.protocol), []).append(each)
    conflicts = [conflict for users in by_port.values() for conflict in _conflicts(users)]
    return sorted(conflicts, key=lambda each: (each.severity.rank, each.port, each.protocol))


def _conflicts(users: list[PublishedPort]) -> Iterator[PortConflict]:
    """Yield the conflicts of the services that publish one port."""
    if any(user.mode != _HOST for user in users):
        yield from _conflict(users, "Swarm rejects the second service")
        return
    by_node: dict[str, list[PublishedPort]] = {}
    for user in users:
        if user.node is not None:
            by_node.setdefault(user.node.lower(), []).append(user)
    for name, each in by_node.items():
        yield from _conflict(each, f"only one task can use it on the node {name}, and the others stay pending")


def _conflict(users: list[PublishedPort], message: str) -> Iterator[PortConflict]:
    if len({user.home for user in users}) > 1:
        first = users[0]
        severity, assumes = (Severity.HIGH, None) if first.swarm else (Severity.INFO, _SAME_SWARM)
        yield PortConflict(first.port, first.protocol, severity, message, assumes, tuple(users))
