"""Keys of a service that `docker stack deploy` accepts and does not pass on to Swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.stack.model import Setting
from rollout_lint.syntax.node import Mapping, Node, Scalar

if TYPE_CHECKING:
    from rollout_lint.stack.layer import Layer

_UNSUPPORTED = (
    *("build", "cgroup_parent", "cgroupns_mode", "devices", "domainname", "external_links", "ipc", "links"),
    *("mac_address", "network_mode", "pid", "privileged", "security_opt", "shm_size", "userns_mode"),
)
"""Keys of docker/cli `cli/compose/types/types.go UnsupportedProperties`, without `restart`, which Swarm can use."""

_SILENTLY_DROPPED = ("container_name", "depends_on", "tmpfs")
"""Other keys that docker/cli `cli/compose/convert/service.go Service` does not read.

`expose` is left out: it has no effect on containers anywhere.
"""

_DROPPED = frozenset((*_UNSUPPORTED, *_SILENTLY_DROPPED))


def find_dropped_keys(service: Mapping, layer: Layer) -> dict[str, Setting]:
    """Return the keys with a value that is not empty or false, in file order, each at the location of the key.

    A setting has the value of a scalar; of a list or mapping it has True.
    """
    return {
        name: Setting(value, layer.location(key), name)
        for name, (key, node) in service.entries.items()
        if name in _DROPPED and (value := _value(node, layer, name))
    }


def _value(node: Node, layer: Layer, name: str) -> object:
    if isinstance(node, Scalar):
        return layer.value(node, "bool" if name == "privileged" else None)
    return bool(node.entries if isinstance(node, Mapping) else node.items)
