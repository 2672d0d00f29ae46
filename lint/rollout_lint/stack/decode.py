"""A layer's services as docker/cli's structs have them (`cli/compose/types/types.go ServiceConfig`), each value placed.

Only what some fact is made of is decoded; the rest is validated and left.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.stack.model import Service, Setting
from rollout_lint.stack.shell import shell_words
from rollout_lint.stack.shorthand import Port, Volume, parse_ports, parse_volume
from rollout_lint.stack.units import seconds, size
from rollout_lint.syntax.node import Mapping, Node, Scalar, Sequence
from rollout_lint.syntax.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.stack.layer import Layer


class Field(NamedTuple):
    """How a value is decoded, the type that a variable is cast to, and whether Go's struct holds a pointer.

    A pointer is never taken for absent, so that its zero overrides (`merge.go mergeUint64`).
    """

    convert: Callable[[Any], Any]
    cast: str | None = None
    pointer: bool = False


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole_number(value: Any) -> int | None:
    """Go cuts a fraction off (`healthcheck.retries: 1.5` is 1), and refuses what is below zero for a `uint64`.

    What a `uint64` cannot hold is a float, of which an x86's conversion makes 2 to the 63rd.
    """
    number = _number(value)
    if number is None or not isfinite(number) or number < 0:
        return None
    return int(number) if number < 2**64 else 2**63


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _duration(value: Any) -> float | None:
    return seconds(value) if isinstance(value, str) else None


def _memory(value: Any) -> int | None:
    return size(value) if isinstance(value, str) else None


TEXT = Field(_text)
DURATION = Field(_duration)
MEMORY = Field(_memory)
COUNT = Field(_whole_number, "int")
COUNT_POINTER = Field(_whole_number, "int", pointer=True)
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
    """The layer's services by name; what does not decode is left out, for validation has reported it."""
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
    with layer.below(name):
        _decode_fields(node, _FIELDS, "", layer, service)
        if "build" in node.entries:
            service.blocks["build"] = layer.location(node.entries["build"][0])
        for path, decode in _LISTS.items():
            found = _find(node, path)
            if found is not None:
                service.blocks[path] = layer.location(found)
                service.lists[path] = list(decode(found, layer))
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
        if layer.required(node) and not layer.exact and path.startswith("deploy."):
            layer.report(node, f"{path} depends on {' and '.join(layer.required(node))}, which has no value here")
        return None
    value = field.convert(raw)
    if value is None:
        return None
    zero = not field.pointer and not value
    return Setting(value, layer.location(node), node.text, zero, layer.unset(node))


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
                unset = _without_value(item, layer)
                yield from (Setting(port, layer.location(item), item.text, unset=unset) for port in ports)
        elif isinstance(item, Mapping):
            yield Setting(_decode_port(item, layer), layer.location(item), "", unset=_without_value(item, layer))


def _decode_port(node: Mapping, layer: Layer) -> Port:
    """The long form, which has no mode of its own until the engine takes it for ingress."""
    target, published = (_uint32(node.get(key), layer) for key in ("target", "published"))
    mode, protocol = (_string(node.get(key), layer) for key in ("mode", "protocol"))
    return Port(target, published, mode or "ingress", protocol or "tcp")


_MOUNT_OPTIONS = ("bind", "volume", "image", "tmpfs", "cluster")


def _decode_volumes(node: Node, layer: Layer) -> Iterator[Setting]:
    for item in _items(node):
        volume = None
        if isinstance(item, Scalar):
            volume = parse_volume(_string(item, layer))
        elif isinstance(item, Mapping):
            type_, source, target = (_string(item.get(key), layer) for key in ("type", "source", "target"))
            options = tuple(name for name in _MOUNT_OPTIONS if isinstance(item.get(name), Mapping))
            volume = Volume(type_, source, target, _is_true(item.get("read_only"), layer), options)
        if volume is not None:
            yield Setting(volume, layer.location(item), "", unset=_without_value(item, layer))


def _decode_names(node: Node, layer: Layer) -> Iterator[Setting]:
    """The keys of a mapping, or what stands before the `=` in each item of a list, the last of a name."""
    if isinstance(node, Mapping):
        named = {name: (key, _is_empty(value, layer)) for name, (key, value) in node.entries.items()}
    else:
        named = {}
        for item in _items(node):
            if isinstance(item, Scalar):
                name, _, value = _string(item, layer).partition("=")
                named[name] = (item, not value)
    for name, (scalar, empty) in named.items():
        yield Setting(name, layer.location(scalar), name, empty, _without_value(scalar, layer))


def _decode_networks(node: Node, layer: Layer) -> Iterator[Setting]:
    """The keys of a mapping, or the items of a list, whatever they hold (`loader.go transformServiceNetworkMap`)."""
    if isinstance(node, Mapping):
        yield from _decode_names(node, layer)
        return
    named = {item.value: item for item in _decode_texts(node, layer)}
    yield from named.values()


def _is_empty(node: Node, layer: Layer) -> bool:
    """Whether it gives nothing, or an empty text."""
    return isinstance(node, Scalar) and layer.value(node, None) in (None, "")


def _decode_sources(node: Node, layer: Layer) -> Iterator[Setting]:
    """The configs or secrets of a service: the name alone, or a mapping with a `source`."""
    for item in _items(node):
        source = item.get("source") if isinstance(item, Mapping) else item
        name = _string(source, layer)
        yield Setting(name, layer.location(item), name, unset=_without_value(item, layer))


def _decode_preferences(node: Node, layer: Layer) -> Iterator[Setting]:
    for item in _items(node):
        if isinstance(item, Mapping):
            spread = _string(item.get("spread"), layer)
            yield Setting(spread, layer.location(item), spread)


def _decode_texts(node: Node, layer: Layer) -> Iterator[Setting]:
    for item in _items(node):
        if isinstance(item, Scalar):
            yield Setting(_string(item, layer), layer.location(item), item.text, unset=_without_value(item, layer))


def _decode_text_or_texts(node: Node, layer: Layer) -> Iterator[Setting]:
    if isinstance(node, Scalar):
        yield Setting(_string(node, layer), layer.location(node), node.text)
    else:
        yield from _decode_texts(node, layer)


def _decode_command(node: Node, layer: Layer) -> Iterator[Setting]:
    """A text of which no word is left, such as an empty one, is an empty list."""
    if not isinstance(node, Scalar):
        yield from _decode_texts(node, layer)
        return
    words = shell_words(_string(node, layer))
    if words is None:
        layer.report(node, "Docker refuses this: a quote in it stays open, or nothing follows its last backslash")
    elif words:
        yield Setting(words, layer.location(node), node.text)


def _decode_test(node: Node, layer: Layer) -> Iterator[Setting]:
    """A text is a shell command (`loader.go transformHealthCheckTest`)."""
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


def _without_value(node: Node | None, layer: Layer) -> tuple[str, ...]:
    """The variables in a scalar, or in the values of a mapping, that have no value here."""
    if isinstance(node, Mapping):
        return tuple(name for _, value in node.entries.values() for name in _without_value(value, layer))
    return (*layer.unset(node), *layer.required(node)) if isinstance(node, Scalar) else ()


def _items(node: Node) -> list[Node]:
    return node.items if isinstance(node, Sequence) else []


def _string(node: Node | None, layer: Layer) -> str:
    value = layer.value(node, None) if isinstance(node, Scalar) else ""
    return value if isinstance(value, str) else ""


def _uint32(node: Node | None, layer: Layer) -> int:
    """A number as Go's `uint32` keeps it; of a float that no `uint64` can hold nothing is left."""
    value = layer.value(node, "int") if isinstance(node, Scalar) else 0
    return int(value) % 2**32 if isinstance(value, int | float) and value < 2**64 else 0


def _is_true(node: Node | None, layer: Layer) -> bool:
    return isinstance(node, Scalar) and layer.value(node, "bool") is True
