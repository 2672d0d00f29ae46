"""Services of a layer as in docker/cli's structs (`cli/compose/types/types.go ServiceConfig`), with locations.

Only values that facts need are decoded. Validation covers the rest.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.stack.dropped_keys import find_dropped_keys
from rollout_lint.stack.layer import HOLE
from rollout_lint.stack.model import ALIASES, Alias, Service, Setting
from rollout_lint.stack.shell import split_words
from rollout_lint.stack.shorthand import (
    Port,
    Volume,
    parse_partial_port,
    parse_partial_volume,
    parse_ports,
    parse_volume,
)
from rollout_lint.stack.units import parse_duration, parse_size
from rollout_lint.stack.unknown import Unknown
from rollout_lint.syntax.node import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.stack.layer import Layer


class Field(NamedTuple):
    """Conversion of a value, the cast of a variable, and `is_pointer`: True if Go's struct has a pointer.

    A zero behind a pointer is a set value, so it overrides (`merge.go mergeUint64`).
    """

    convert: Callable[[Any], Any]
    cast: str | None = None
    is_pointer: bool = False


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole_number(value: Any) -> int | None:
    """Return a Go `uint64`: fractions are cut off (`healthcheck.retries: 1.5` is 1), negative numbers are rejected.

    Go on x86 converts a float that is too large for a `uint64` to 2 to the 63rd.
    """
    number = _number(value)
    if number is None or not isfinite(number) or number < 0:
        return None
    return int(number) if number < 2**64 else 2**63


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _duration(value: Any) -> float | None:
    return parse_duration(value) if isinstance(value, str) else None


def _memory(value: Any) -> int | None:
    return parse_size(value) if isinstance(value, str) else None


TEXT = Field(_text)
DURATION = Field(_duration)
MEMORY = Field(_memory)
COUNT = Field(_whole_number, "int")
COUNT_POINTER = Field(_whole_number, "int", is_pointer=True)
RATIO = Field(_number, "float")
FLAG = Field(_flag, "bool")

_ROLLOUT = {
    "parallelism": COUNT_POINTER,
    "delay": DURATION,
    "failure_action": TEXT,
    "monitor": DURATION,
    "max_failure_ratio": RATIO,
    "order": TEXT,
}
_AMOUNTS = {"memory": MEMORY, "cpus": TEXT}
_FIELDS: dict[str, Any] = {
    "image": TEXT,
    "deploy": {
        "mode": TEXT,
        "replicas": COUNT_POINTER,
        "update_config": _ROLLOUT,
        "rollback_config": _ROLLOUT,
        "placement": {"max_replicas_per_node": COUNT},
        "resources": {"limits": _AMOUNTS, "reservations": _AMOUNTS},
        "restart_policy": {"condition": TEXT, "delay": DURATION, "max_attempts": COUNT_POINTER, "window": DURATION},
        "endpoint_mode": TEXT,
    },
    "restart": TEXT,
    "stop_grace_period": DURATION,
    "stop_signal": TEXT,
    "init": FLAG,
    "read_only": FLAG,
    "tty": FLAG,
    "stdin_open": FLAG,
    "hostname": TEXT,
    "user": TEXT,
    "healthcheck": {
        "disable": FLAG,
        "interval": DURATION,
        "timeout": DURATION,
        "retries": COUNT_POINTER,
        "start_period": DURATION,
        "start_interval": DURATION,
    },
}

_BLOCKS = ("build", "profiles")
"""Keys of which only the location is kept."""


def decode_services(layer: Layer) -> dict[str, Service]:
    """Return the services of the layer by name, without values that validation rejects."""
    services = layer.root.get("services")
    if not isinstance(services, Mapping):
        return {}
    return {
        name: _decode_service(name, key, service, layer)
        for name, (key, service) in services.entries.items()
        if isinstance(service, Mapping)
    }


def _decode_service(name: str, key: Scalar, node: Mapping, layer: Layer) -> Service:
    service = Service(name, layer.location(key))
    with layer.scope(name):
        service.dropped_keys = find_dropped_keys(node, layer)
        _decode_fields(node, _FIELDS, "", layer, service)
        for block in _BLOCKS:
            if block in node.entries:
                service.blocks[block] = layer.location(node.entries[block][0])
        for path, decode in _LISTS.items():
            values = _find(node, path)
            if values is not None:
                service.blocks[path] = layer.location(values)
                items = list(decode(values, layer))
                if items or not _is_unknown_text(values, layer):
                    service.lists[path] = items
        if (networks := node.get("networks")) and (aliases := list(_decode_aliases(networks, layer))):
            service.lists[ALIASES] = aliases
    return service


def _decode_fields(node: Mapping, fields: dict[str, Any], prefix: str, layer: Layer, into: Service) -> None:
    for name, field in fields.items():
        entry = node.entries.get(name)
        if entry is None:
            continue
        key, value = entry
        path = prefix + name
        if isinstance(field, dict):
            if isinstance(value, Mapping):
                into.blocks[path] = layer.location(key)
                _decode_fields(value, field, path + ".", layer, into)
        elif isinstance(value, Scalar):
            setting = _decode_scalar(value, field, layer)
            if setting is not None:
                into.settings[path] = setting


def _decode_scalar(node: Scalar, field: Field, layer: Layer) -> Setting | None:
    raw = layer.value(node, field.cast)
    if isinstance(raw, Unknown):
        return Setting(raw, layer.location(node), node.text, unset=raw.variables)
    value = field.convert(raw)
    if value is None:
        return None
    is_zero = not field.is_pointer and not value
    return Setting(value, layer.location(node), node.text, is_zero, layer.unset(node))


def _find(node: Mapping, path: str) -> Node | None:
    found: Node | None = node
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


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


def _decode_aliases(node: Node, layer: Layer) -> Iterator[Setting]:
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


_LISTS: dict[str, Callable[[Node, Layer], Iterator[Setting]]] = {
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


def _unset_variables(node: Node | None, layer: Layer) -> tuple[str, ...]:
    """Return the variables without a value in a scalar, or in the values of a mapping."""
    if isinstance(node, Mapping):
        return tuple(name for _, value in node.entries.values() for name in _unset_variables(value, layer))
    return layer.unset(node) if isinstance(node, Scalar) else ()


def _is_unknown_text(node: Node, layer: Layer) -> bool:
    return isinstance(node, Scalar) and isinstance(layer.value(node, None), Unknown)


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
