"""What is to be said of a stack and of no service in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.derived.registry import listed, of_the_stack

if TYPE_CHECKING:
    from rollout_lint.derived.registry import Made
    from rollout_lint.stack.setting import Stack


@of_the_stack("array")
def replaced_resources(stack: Stack) -> Made:
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


@of_the_stack("array")
def versions(stack: Stack) -> Made:
    """The versions of the layers where they differ, the latest for one that states none."""
    differing = [version for version in stack.versions if version.value != stack.versions[0].value]
    if not differing:
        return [], None
    return list(dict.fromkeys(version.value for version in stack.versions)), differing[0].place


@of_the_stack("array")
def dropped_services(stack: Stack) -> Made:
    """The services in a file's second document, or a later one, of which Docker reads none (docker/cli
    `cli/compose/loader/loader.go ParseYAML`).
    """
    return listed(stack.dropped_services)
