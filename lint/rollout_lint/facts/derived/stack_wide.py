"""What is to be said of a stack and of no service in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived_of_stack, values_of

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation
    from rollout_lint.stack.setting import Setting, Stack


@derived_of_stack("array")
def replaced_resources(stack: Stack) -> Derivation:
    """The settings of networks, volumes, secrets and configs that are lost where a later layer gives the same name.

    Nothing is left of the earlier entry (docker/cli `cli/compose/loader/merge.go`, mergo over a map of structs).
    """
    lost = {
        f"{section}.{key}.{path}": resource.place
        for section, resources in stack.resources.items()
        for key, resource in resources.items()
        for earlier in resource.overrides
        for path in earlier.stated
        if path not in resource.stated
    }
    return list(lost), next(iter(lost.values()), None)


@derived_of_stack("array")
def versions(stack: Stack) -> Derivation:
    """The versions of the layers where they differ, the latest for one that states none."""
    differing = [version for version in stack.versions if version.value != stack.versions[0].value]
    if not differing:
        return [], None
    return list(dict.fromkeys(version.value for version in stack.versions)), differing[0].place


@derived_of_stack("array")
def contested_ports(stack: Stack) -> Derivation:
    """The ports that two services publish, one of them at least on the ingress network, each with those services.

    The engine gives one to the first and refuses the second; only tasks with host ports can share a number, on
    different nodes (swarmkit `manager/controlapi/service.go checkPortConflicts`).
    """
    holders: dict[tuple[int, str], dict[str, Setting]] = {}
    ingress: set[tuple[int, str]] = set()
    for name, service in stack.services.items():
        for item in service.lists.get("ports", []):
            if item.value.published and not item.unset:
                key = (item.value.published, item.value.protocol)
                holders.setdefault(key, {})[name] = item
                if item.value.mode != "host":
                    ingress.add(key)
    contested = {key: by_name for key, by_name in holders.items() if len(by_name) > 1 and key in ingress}
    told = [f"{port}/{protocol} of {' and '.join(by_name)}" for (port, protocol), by_name in contested.items()]
    return told, next((list(by_name.values())[1].place for by_name in contested.values()), None)


@derived_of_stack("array")
def dropped_services(stack: Stack) -> Derivation:
    """The services in a file's second document, or a later one, of which Docker reads none (docker/cli
    `cli/compose/loader/loader.go ParseYAML`).
    """
    return values_of(stack.dropped_services)
