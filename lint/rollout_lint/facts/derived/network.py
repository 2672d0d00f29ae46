"""Which networks a service is on, as far as it matters to an update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts


@derived("boolean")
def on_host_network(facts: ServiceFacts) -> Derivation:
    """Whether the service is on the network `host`, so that its tasks bind their ports on the node itself.

    A stack reaches it as an external network of that name; `network_mode` is passed over by Swarm.
    """
    networks = facts.stack.resources.get("networks", {})
    for item in facts.service.lists.get("networks", []):
        network = networks.get(item.value)
        if network is not None and network.external and network.known_as == "host":
            return True, item.place
    return False, None
