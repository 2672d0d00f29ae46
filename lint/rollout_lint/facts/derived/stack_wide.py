"""Facts of the stack itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived_of_stack, values_of
from rollout_lint.stack.unknown import is_unknown

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation
    from rollout_lint.stack.model import Setting, Stack

_OLDER_VERSIONS = ("1", "2")


@derived_of_stack(
    "array", words={"is not empty": "a later file has a network, volume, config or secret of the same name"}
)
def replaced_resources(stack: Stack) -> Derivation:
    """Settings of networks, volumes, secrets and configs that are lost because a later layer has the same name.

    The later entry replaces the earlier one (docker/cli `cli/compose/loader/merge.go`, mergo over a map of structs).
    """
    lost = {
        f"{section}.{key}.{path}": resource.location
        for section, resources in stack.resources.items()
        for key, resource in resources.items()
        for earlier in resource.overrides
        for path in earlier.set_paths
        if path not in resource.set_paths
    }
    return list(lost), next(iter(lost.values()), None)


@derived_of_stack("array", words={"has at least 2 items": "the files set different versions"})
def versions(stack: Stack) -> Derivation:
    """Versions of the layers if they differ. A layer without a version has the latest."""
    differing = [version for version in stack.versions if version.value != stack.versions[0].value]
    if not differing:
        return [], None
    return list(dict.fromkeys(version.value for version in stack.versions)), differing[0].location


@derived_of_stack("array", words={"is not empty": "two services publish the same port"})
def contested_ports(stack: Stack) -> Derivation:
    """Ports that two services publish, at least one of them on the ingress network, each with those services.

    The daemon gives the port to the first and rejects the second. Only tasks with host ports can share a number, on
    different nodes (swarmkit `manager/controlapi/service.go checkPortConflicts`). Services in profiles and stacks of an
    older version are left out: they are for docker compose, and Docker rejects them.
    """
    if any(version.value.startswith(_OLDER_VERSIONS) for version in stack.versions):
        return [], None
    holders: dict[tuple[int, str], dict[str, Setting]] = {}
    ingress: set[tuple[int, str]] = set()
    for name, service in stack.services.items():
        if "profiles" in service.blocks:
            continue
        for item in service.lists.get("ports", []):
            if item.value.published and not item.unset and not is_unknown(item.value):
                key = (item.value.published, item.value.protocol)
                holders.setdefault(key, {})[name] = item
                if item.value.mode != "host":
                    ingress.add(key)
    contested = {key: by_name for key, by_name in holders.items() if len(by_name) > 1 and key in ingress}
    names = [f"{port}/{protocol} of {' and '.join(by_name)}" for (port, protocol), by_name in contested.items()]
    return names, next((list(by_name.values())[1].location for by_name in contested.values()), None)


@derived_of_stack("array", words={"is not empty": "a second document of a file has services"})
def dropped_services(stack: Stack) -> Derivation:
    """Services in the second or a later document of a file, which Docker does not read.

    See docker/cli `cli/compose/loader/loader.go ParseYAML`.
    """
    return values_of(stack.dropped_services)
