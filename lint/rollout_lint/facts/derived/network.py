"""Networks of a service that matter to an update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts


@derived("boolean")
def on_host_network(facts: ServiceFacts) -> Derivation:
    """True if the service is on the network `host`, so that its tasks bind their ports on the node itself.

    A stack uses it as an external network of that name. Swarm ignores `network_mode`.
    """
    networks = facts.resources.get("networks", {})
    for item in facts.service.lists.get("networks", []):
        network = networks.get(item.value)
        if network is not None and network.is_external and network.engine_name == "host":
            return True, item.location
    return False, None
