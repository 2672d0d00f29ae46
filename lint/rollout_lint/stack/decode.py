"""Services of a layer as in docker/cli's structs (`cli/compose/types/types.go ServiceConfig`), with locations.

Only values that facts need are decoded. Validation covers the rest.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.stack.model import Service, Setting
from rollout_lint.stack.schema import UNKNOWN
from rollout_lint.stack.shell import split_words
from rollout_lint.stack.shorthand import Port, Volume, parse_ports, parse_volume
from rollout_lint.stack.units import parse_duration, parse_size
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
        _decode_fields(node, _FIELDS, "", layer, service)
        if "build" in node.entries:
            service.blocks["build"] = layer.location(node.entries["build"][0])
        for path, decode in _LISTS.items():
            values = _find(node, path)
            if values is not None:
                service.blocks[path] = layer.location(values)
                service.lists[path] = list(decode(values, layer))
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
            setting = _decode_scalar(value, field, path, layer)
            if setting is not None:
                into.settings[path] = setting
            elif layer.value(value, field.cast) is UNKNOWN:
                into.blocks[path] = layer.location(key)


def _decode_scalar(node: Scalar, field: Field, path: str, layer: Layer) -> Setting | None:
    raw = layer.value(node, field.cast)
    if raw is UNKNOWN:
        if layer.required(node) and not layer.is_exact and path.startswith("deploy."):
            layer.report(node, f"unknown {path}: set {' and '.join(layer.required(node))}")
        return None
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
            ports = None if value is UNKNOWN else parse_ports(str(value))
            if ports is not None and layer.has_room_for(len(ports), item):
                unset = _unset_variables(item, layer)
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
            volume = parse_volume(layer.text(item))
        elif isinstance(item, Mapping):
            type_, source, target = (layer.text(item.get(key)) for key in ("type", "source", "target"))
            options = tuple(name for name in _MOUNT_OPTIONS if isinstance(item.get(name), Mapping))
            volume = Volume(type_, source, target, _is_true(item.get("read_only"), layer), options)
        if volume is not None:
            yield Setting(volume, layer.location(item), "", unset=_unset_variables(item, layer))


def _decode_names(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the keys of a mapping, or the last item of each name in a list of `name=value`."""
    if isinstance(node, Mapping):
        named = {name: (key, _is_empty(value, layer)) for name, (key, value) in node.entries.items()}
    else:
        named = {}
        for item in _items(node):
            if isinstance(item, Scalar):
                name, _, value = layer.text(item).partition("=")
                named[name] = (item, not value)
    for name, (scalar, empty) in named.items():
        yield Setting(name, layer.location(scalar), name, empty, _unset_variables(scalar, layer))


def _decode_networks(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the keys of a mapping, or the items of a list (`loader.go transformServiceNetworkMap`)."""
    if isinstance(node, Mapping):
        yield from _decode_names(node, layer)
        return
    named = {item.value: item for item in _decode_texts(node, layer)}
    yield from named.values()


def _is_empty(node: Node, layer: Layer) -> bool:
    return isinstance(node, Scalar) and layer.value(node, None) in (None, "")


def _decode_sources(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the configs or secrets of a service; an item is a name or a mapping with a `source`."""
    for item in _items(node):
        source = item.get("source") if isinstance(item, Mapping) else item
        name = layer.text(source)
        yield Setting(name, layer.location(item), name, unset=_unset_variables(item, layer))


def _decode_preferences(node: Node, layer: Layer) -> Iterator[Setting]:
    for item in _items(node):
        if isinstance(item, Mapping):
            spread = layer.text(item.get("spread"))
            yield Setting(spread, layer.location(item), spread)


def _decode_texts(node: Node, layer: Layer) -> Iterator[Setting]:
    for item in _items(node):
        if isinstance(item, Scalar):
            yield Setting(layer.text(item), layer.location(item), item.text, unset=_unset_variables(item, layer))


def _decode_text_or_texts(node: Node, layer: Layer) -> Iterator[Setting]:
    if isinstance(node, Scalar):
        yield Setting(layer.text(node), layer.location(node), node.text)
    else:
        yield from _decode_texts(node, layer)


def _decode_command(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the words of a command; a text without words gives no item."""
    if not isinstance(node, Scalar):
        yield from _decode_texts(node, layer)
        return
    words = split_words(layer.text(node))
    if words is None:
        layer.report(node, "Docker rejects this command: close the quote, or remove the backslash at the end")
    elif words:
        yield Setting(words, layer.location(node), node.text)


def _decode_test(node: Node, layer: Layer) -> Iterator[Setting]:
    """Yield the items of a test; a text is a shell command (`loader.go transformHealthCheckTest`)."""
    if isinstance(node, Scalar):
        yield Setting("CMD-SHELL", layer.location(node), node.text)
    yield from _decode_text_or_texts(node, layer)


_LISTS: dict[str, Callable[[Node, Layer], Iterator[Setting]]] = {
    "env_file": _decode_text_or_texts,
    "command": _decode_command,
    "entrypoint": _decode_command,
    "ports": _decode_ports,
    "volumes": _decode_volumes,
    "networks": _decode_networks,
    "configs": _decode_sources,
    "secrets": _decode_sources,
    "environment": _decode_names,
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
    return (*layer.unset(node), *layer.required(node)) if isinstance(node, Scalar) else ()


def _items(node: Node) -> list[Node]:
    return node.items if isinstance(node, Sequence) else []


def _uint32(node: Node | None, layer: Layer) -> int:
    """Return a number as a Go `uint32`; a float that is too large for a `uint64` is 0."""
    value = layer.value(node, "int") if isinstance(node, Scalar) else 0
    return int(value) % 2**32 if isinstance(value, int | float) and value < 2**64 else 0


def _is_true(node: Node | None, layer: Layer) -> bool:
    return isinstance(node, Scalar) and layer.value(node, "bool") is True
