"""Merge of layers, as docker/cli merges its structs (`cli/compose/loader/merge.go`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from rollout_lint.location import Correction, CorrectionKind, Problem
from rollout_lint.stack.decode import decode_services
from rollout_lint.stack.layer import Layer
from rollout_lint.stack.merge_losses import find_ignored_values, find_lost_ports, merge_quirks
from rollout_lint.stack.model import ALIASES, Quirks, Resource, Service, Setting, Stack
from rollout_lint.stack.quirks import find_quirks
from rollout_lint.stack.resources import decode_resources, report_conflicts
from rollout_lint.stack.unknown import Unknown
from rollout_lint.stack.validator import validate_layer
from rollout_lint.syntax.node import Mapping, Scalar

if TYPE_CHECKING:
    import collections.abc
    from collections.abc import Callable, Iterable

    from rollout_lint.stack.docker_version import DockerVersion
    from rollout_lint.syntax.source import Source


LayerCache: TypeAlias = "dict[tuple[str, int, frozenset[tuple[str, str]], bool], DecodedLayer | None]"
"""Decoded layers of one recipe by file name, number of the layer, environment and `is_exact`."""


class DecodedLayer:
    """Decoded layer, with the problems of the file alone."""

    def __init__(self, source: Source, layer: Layer, number: int) -> None:
        """Validate and decode the layer of this number, from 0."""
        self.layer = layer
        validate_layer(layer)
        report_conflicts(layer)
        self.version = Setting(layer.version, layer.location(layer.version_node), layer.version)
        self.dropped = [Setting(name.text, layer.location(name), name.text) for name in source.dropped_services]
        quirks = find_quirks(layer)
        self.quirks = quirks.get(None, Quirks())
        self.services = decode_services(layer)
        for name, service in self.services.items():
            service.quirks = quirks.get(name, service.quirks)
            service.first_layer = number
        self.resources = decode_resources(layer)
        self.problems = tuple(layer.problems)


def load_stack(
    sources: Iterable[Source],
    environment: collections.abc.Mapping[str, str],
    is_exact: bool = False,
    cache: LayerCache | None = None,
    client: DockerVersion | None = None,
) -> tuple[Stack, list[Problem]]:
    """Merge the sources in order, and return the stack and the problems that Docker reports.

    A rejected file is merged as far as it can be read. If a source cannot be read at all, the stack is empty, because
    the values of that layer are unknown. With `is_exact`, the environment is complete; otherwise a required variable
    may have a value when the stack is deployed. `cache` has the layers of other variants of the recipe, in which a file
    name always means the same source. `client` is the version of the docker CLI that deploys the stack.
    """
    cache = {} if cache is None else cache
    variables = frozenset(environment.items())
    stack = Stack(client=client)
    problems: list[Problem] = []
    first: DecodedLayer | None = None
    is_complete = True
    for source in sources:
        problems += source.problems
        key = (source.name, len(stack.versions), variables, is_exact)
        if key not in cache:
            root = source.root if isinstance(source.root, Mapping) else None
            layer = None if root is None else Layer(source, root, environment, is_exact, client)
            cache[key] = None if layer is None else DecodedLayer(source, layer, len(stack.versions))
        decoded = cache[key]
        if decoded is None:
            if not source.problems:
                problems.append(Problem(source.name, 1, 1, 'the file must be a mapping with the key "services"'))
            is_complete = False
            continue
        problems += decoded.problems
        first = first or decoded
        if decoded.version.value != first.version.value:
            problems.append(_differing_version(decoded, first))
        _add_layer(stack, decoded)
    return stack if is_complete else Stack(), problems


def _add_layer(stack: Stack, read: DecodedLayer) -> None:
    stack.versions.append(read.version)
    stack.dropped_services += read.dropped
    for name, service in read.services.items():
        earlier = stack.services.get(name)
        stack.services[name] = service if earlier is None else merge_services(earlier, service)
    for section, resources in read.resources.items():
        into = stack.resources.setdefault(section, {})
        into |= {key: _replace_resource(into.get(key), resource) for key, resource in resources.items()}
    stack.quirks.unbraced_defaults |= read.quirks.unbraced_defaults
    stack.quirks.modifiers |= read.quirks.modifiers
    stack.quirks.late_merges |= read.quirks.late_merges


def _differing_version(differing: DecodedLayer, base: DecodedLayer) -> Problem:
    """Return the error. It has a correction only if the base is valid, because its version may be wrong."""
    layer, first = differing.layer, base.layer
    own = f'"{layer.version}"' if "version" in layer.root.entries else f'"{layer.version}" (no version is set)'
    message = f'version must be "{first.version}" as in the earlier files, not {own}: Docker rejects different versions'
    node = first.root.get("version")
    correction: Correction | None
    if base.problems:
        correction = None
    elif isinstance(node, Scalar) and node.text:
        correction = Correction(CorrectionKind.SET_VERSION, node.text)
    else:
        correction = Correction(CorrectionKind.REMOVE_KEY, "version")
    return layer.problem(layer.version_node, message, correction)


def merge_services(base: Service, overlay: Service) -> Service:
    """Return `base` merged with `overlay`, each value with the settings that it overrides."""
    merged = Service(base.name, base.location)
    merged.blocks = overlay.blocks | base.blocks
    merged.settings = dict(base.settings)
    merged.lists = dict(base.lists)
    merged.first_layer = base.first_layer
    merged.ignored = find_ignored_values(base, overlay)
    merged.lost_ports = list(base.lost_ports)
    merged.dropped_keys = base.dropped_keys | overlay.dropped_keys
    merged.quirks = merge_quirks(base, overlay)
    for path, setting in overlay.settings.items():
        merged.settings[path] = _override(base.settings.get(path), setting)
    for path, merge in _LISTS.items():
        if path in base.lists:
            merged.lists[path] = merge(base.lists[path], overlay.lists.get(path, []))
        elif overlay.lists.get(path):
            merged.lists[path] = overlay.lists[path]
    if "ports" in base.lists:
        ports = overlay.lists.get("ports", [])
        merged.lost_ports += find_lost_ports(base.lists["ports"], ports, merged.lists["ports"])
    return merged


def _override(base: Setting | None, overlay: Setting) -> Setting:
    """Return the effective setting. mergo ignores a zero value, so it never overrides."""
    if base is None:
        return overlay
    if overlay.is_zero:
        return base
    return overlay._replace(overrides=(base, *base.overrides))


def _replace_resource(base: Resource | None, overlay: Resource) -> Resource:
    """Return the later entry, which replaces the earlier one as a whole (`merge.go merge`)."""
    return overlay if base is None else overlay._replace(overrides=(base, *base.overrides))


def _append(base: list[Setting], overlay: list[Setting]) -> list[Setting]:
    return base + overlay


def _replace_list(base: list[Setting], overlay: list[Setting]) -> list[Setting]:
    return overlay or base


def _aliases(base: list[Setting], overlay: list[Setting]) -> list[Setting]:
    """Replace the aliases of each network that the overlay has settings for (`merge.go mergeServiceNetworkConfig`)."""
    replaced = {item.value.network for item in overlay}
    return [item for item in base if item.value.network not in replaced] + overlay


def _environment(base: list[Setting], overlay: list[Setting]) -> list[Setting]:
    """Merge by name; mergo ignores an empty value (`map[string]*string`)."""
    items = [*base, *overlay]
    merged: dict[str, Setting] = {}
    for item in items:
        if not isinstance(item.value, Unknown) and (not item.is_zero or item.value not in merged):
            merged[item.value] = item
    return [merged[name] for name in sorted(merged)] + [item for item in items if isinstance(item.value, Unknown)]


def _keyed(key: Callable[[Setting], Any]) -> Callable[[list[Setting], list[Setting]], list[Setting]]:
    """Return a merge that keeps the last item of each key, sorted by key (`merge.go mergeSlice`).

    If the base has the list, even an empty one, duplicates in the overlay are removed too. They stay if the base does
    not have the list. An empty list in an overlay is ignored. An item with an unknown key stays.
    """

    def merge(base: list[Setting], overlay: list[Setting]) -> list[Setting]:
        by_key: dict[Any, Setting] = {}
        unknown = []
        for item in (*base, *overlay):
            item_key = key(item)
            if isinstance(item_key, Unknown):
                unknown.append(item)
            else:
                by_key[item_key] = item
        return [by_key[each] for each in sorted(by_key)] + unknown

    return merge


_LISTS: dict[str, Callable[[list[Setting], list[Setting]], list[Setting]]] = {
    "ports": _keyed(lambda item: item.value.published),
    "volumes": _keyed(lambda item: item.value.target),
    "networks": _keyed(lambda item: item.value),
    "configs": _keyed(lambda item: item.value),
    "secrets": _keyed(lambda item: item.value),
    "environment": _environment,
    "labels": _keyed(lambda item: item.value),
    "deploy.labels": _keyed(lambda item: item.value),
    ALIASES: _aliases,
    "extra_hosts": _append,
    "env_file": _append,
    "command": _replace_list,
    "entrypoint": _replace_list,
    "healthcheck.test": _append,
    "deploy.placement.constraints": _append,
    "deploy.placement.preferences": _append,
}
