"""Networks of a service that matter to an update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived
from rollout_lint.facts.model import Fact, UnknownFactError
from rollout_lint.stack.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.stack.model import Resource


@derived("boolean")
def on_host_network(facts: ServiceFacts) -> Derivation:
    """True if the service is on the network `host`, so that its tasks bind their ports on the node itself.

    A stack uses it as an external network of that name. Swarm ignores `network_mode`.
    """
    answers = [
        (_is_host(item.value, facts.resources.get("networks", {})), item.location)
        for item in facts.service.lists.get("networks", [])
    ]
    for answer, location in answers:
        if answer is True:
            return True, location
    for answer, location in answers:
        if isinstance(answer, Unknown):
            raise UnknownFactError(Fact(answer, default=False, location=location, unset=answer.variables))
    return False, None


def _is_host(name: str | Unknown, networks: Mapping[str, Resource]) -> bool | Unknown:
    if isinstance(name, Unknown):
        return name
    network = networks.get(name)
    if network is None:
        return False
    if isinstance(network.engine_name, Unknown):
        return network.engine_name if network.is_external else False
    return network.is_external if (network.engine_name or name) == "host" else False
