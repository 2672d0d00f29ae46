"""Lists of a service: ports, volumes, names of variables and labels, networks, and commands.

docker/cli reads them in `cli/compose/loader/loader.go` (transformServicePort, transformServiceVolumeConfig and others).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.stack.layer import HOLE
from rollout_lint.stack.model import Alias, Setting
from rollout_lint.stack.shell import split_words
from rollout_lint.stack.shorthand import (
    Port,
    Volume,
    parse_partial_port,
    parse_partial_volume,
    parse_ports,
    parse_volume,
)
from rollout_lint.stack.unknown import Unknown
from rollout_lint.syntax.node import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.stack.layer import Layer


def _decode_ports(node: Node, layer: Layer) -> Iterator[Setting]:
    for item in _items(node):
        if isinstance(item, Scalar):
            value = layer.value(item, None)
            unset = _unset_variables(item, layer)
            if isinstance(value, Unknown):
                port = parse_partial_port(layer.text_with_holes(item), value)
                yield Setting(port, layer.location(item), item.text, unset=unset)
                continue
            ports = parse_ports(str(value))
            if ports is not None and layer.has_room_for(len(ports), item):
                yield from (Setting(port, layer.location(item), item.text, unset=unset) for port in ports)
        elif isinstance(item, Mapping):
            yield Setting(_decode_port(item, layer), layer.location(item), "", unset=_unset_variables(item, layer))


def _decode_port(node: Mapping, layer: Layer) -> Port:
    """Return a port in the long form; the engine reads a missing mode as ingress."""
    target, published = (_uint32(node.get(key), layer) for key in ("target", "published"))
    mode, protocol = (layer.text(node.get(key)) for key in ("mode", "protocol"))
    return Port(target, published, mode or "ingress", protocol or "tcp")


_MOUNT_OPTIONS = ("bind", "volume", "image", "tmpfs", "cluster")


def _decode_volumes(node: Node, layer: Layer) -> Iterator[Setting]:
    for item in _items(node):
        volume = None
        if isinstance(item, Scalar):
            text = layer.text(item)
            if isinstance(text, str):
                volume = parse_volume(text)
            else:
                volume = parse_partial_volume(layer.text_with_holes(item), text, HOLE)
        elif isinstance(item, Mapping):
            type_, source, target = (layer.text(item.get(key)) for key in ("type", "source", "target"))
            if type_ == "bind" and source == "":
                layer.report(item, "Docker requires a source for a bind mount: set source, or use type: volume")
            options = tuple(name for name in _MOUNT_OPTIONS if isinstance(item.get(name), Mapping))
            volume = Volume(type_, source, target, _is_true(item.get("read_only"), layer), options)
        if volume is not None:
            yield Setting(volume, layer.location(item), "", unset=_unset_variables(item, layer))


def _decode_environment(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the names; one without a value takes the variable of that name (`loader.go resolveEnvironment`)."""
    return _decode_names(node, layer, takes_variables=True)


def _decode_names(node: Node, layer: Layer, takes_variables: bool = False) -> Iterator[Setting]:
    """Yield the keys of a mapping, or the last item of each name in a list of `name=value`."""
    if isinstance(node, Mapping):
        for name, (key, value) in node.entries.items():
            read = layer.value(value, None) if isinstance(value, Scalar) else value
            unset = read.variables if isinstance(read, Unknown) else ()
            variables = layer.variables(value) if isinstance(value, Scalar) else ()
            if read is None and takes_variables:
                variables = (name,)
            yield Setting(name, layer.location(key), name, read in (None, ""), unset, variables=variables)
    named: dict[str | Scalar, Setting] = {}
    for item in _items(node):
        if isinstance(item, Scalar):
            setting = _decode_pair(item, layer)
            if takes_variables and setting.written == item.text and "=" not in item.text:
                setting = setting._replace(variables=(item.text,))
            named[item if isinstance(setting.value, Unknown) else setting.value] = setting
    yield from named.values()


def _decode_pair(item: Scalar, layer: Layer) -> Setting:
    """Return the name in `name=value`. A name before the first variable without a value is known."""
    text, variables = layer.text(item), layer.variables(item)
    if isinstance(text, str):
        name, _, value = text.partition("=")
        return Setting(name, layer.location(item), name, not value, variables=variables)
    name, equals, _ = text.start.partition("=")
    if equals:
        return Setting(name, layer.location(item), name, unset=text.variables, variables=variables)
    return Setting(text, layer.location(item), item.text, unset=text.variables, variables=variables)


def _decode_networks(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the keys of a mapping, or the items of a list (`loader.go transformServiceNetworkMap`)."""
    if isinstance(node, Mapping):
        yield from _decode_names(node, layer)
        return
    named = {item.value: item for item in _decode_texts(node, layer)}
    yield from named.values()


def decode_aliases(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the aliases in each network that has settings, and an empty one first, which replaces earlier aliases."""
    for network, (key, settings) in node.entries.items() if isinstance(node, Mapping) else ():
        if isinstance(settings, Mapping):
            yield Setting(Alias(network, ""), layer.location(key), "")
            aliases = settings.get("aliases")
            for setting in _decode_texts(aliases, layer) if aliases is not None else ():
                yield setting._replace(value=Alias(network, setting.value))


def _decode_hosts(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the names of `extra_hosts`: the keys of a mapping, or the texts before the address."""
    if isinstance(node, Mapping):
        yield from (Setting(name, layer.location(key), name) for name, (key, _) in node.entries.items())
    for setting in _decode_texts(node, layer):
        name = setting.value
        yield setting if isinstance(name, Unknown) else setting._replace(value=re.split("[:=]", name)[0])


def _decode_sources(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the configs or secrets of a service; an item is a name or a mapping with a `source`."""
    for item in _items(node):
        source = item.get("source") if isinstance(item, Mapping) else item
        name = layer.text(source)
        written = source.text if isinstance(source, Scalar) else ""
        yield Setting(name, layer.location(item), written, unset=_unset_variables(source, layer))


def _decode_preferences(node: Node, layer: Layer) -> Iterator[Setting]:
    for item in _items(node):
        if isinstance(item, Mapping):
            spread = item.get("spread")
            written = spread.text if isinstance(spread, Scalar) else ""
            yield Setting(layer.text(spread), layer.location(item), written, unset=_unset_variables(spread, layer))


def _decode_texts(node: Node, layer: Layer) -> Iterator[Setting]:
    for item in _items(node):
        if isinstance(item, Scalar):
            location, unset = layer.location(item), layer.unset(item)
            yield Setting(layer.text(item), location, item.text, unset=unset, variables=layer.variables(item))


def _decode_text_or_texts(node: Node, layer: Layer) -> Iterator[Setting]:
    if isinstance(node, Scalar):
        yield Setting(layer.text(node), layer.location(node), node.text, unset=layer.unset(node))
    else:
        yield from _decode_texts(node, layer)


def _decode_command(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the words of a command; a text without words gives no item."""
    if not isinstance(node, Scalar):
        yield from _decode_texts(node, layer)
        return
    text = layer.text(node)
    words = split_words(text) if isinstance(text, str) else text
    if words is None:
        layer.report(node, "Docker rejects this command: close the quote, or remove the backslash at the end")
    elif words:
        variables = layer.variables(node)
        yield Setting(words, layer.location(node), node.text, unset=layer.unset(node), variables=variables)


def _decode_test(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the items of a test; a text is a shell command (`loader.go transformHealthCheckTest`)."""
    if isinstance(node, Scalar):
        yield Setting("CMD-SHELL", layer.location(node), node.text)
    yield from _decode_text_or_texts(node, layer)


LISTS: dict[str, Callable[[Node, Layer], Iterator[Setting]]] = {
    "extra_hosts": _decode_hosts,
    "env_file": _decode_text_or_texts,
    "command": _decode_command,
    "entrypoint": _decode_command,
    "ports": _decode_ports,
    "volumes": _decode_volumes,
    "networks": _decode_networks,
    "configs": _decode_sources,
    "secrets": _decode_sources,
    "environment": _decode_environment,
    "labels": _decode_names,
    "deploy.labels": _decode_names,
    "healthcheck.test": _decode_test,
    "deploy.placement.constraints": _decode_texts,
    "deploy.placement.preferences": _decode_preferences,
}
"""Function that yields the items of a list, by its path below the service."""


def _unset_variables(node: Node | None, layer: Layer) -> tuple[str, ...]:
    """Return the variables without a value in a scalar, or in the values of a mapping."""
    if isinstance(node, Mapping):
        return tuple(name for _, value in node.entries.values() for name in _unset_variables(value, layer))
    return layer.unset(node) if isinstance(node, Scalar) else ()


def _items(node: Node) -> list[Node]:
    return node.items if isinstance(node, Sequence) else []


def _uint32(node: Node | None, layer: Layer) -> int | Unknown:
    """Return a number as a Go `uint32`; a float that is too large for a `uint64` is 0."""
    value = layer.value(node, "int") if isinstance(node, Scalar) else 0
    if isinstance(value, Unknown):
        return value
    return int(value) % 2**32 if isinstance(value, int | float) and value < 2**64 else 0


def _is_true(node: Node | None, layer: Layer) -> bool | Unknown:
    value = layer.value(node, "bool") if isinstance(node, Scalar) else False
    return value if isinstance(value, Unknown) else value is True
