"""Services of a layer as in docker/cli's structs (`cli/compose/types/types.go ServiceConfig`), with locations.

Only values that facts need are decoded. Validation covers the rest.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from rollout_lint.record import Record
from rollout_lint.stack.dropped_keys import find_dropped_keys
from rollout_lint.stack.lists import LISTS, decode_aliases
from rollout_lint.stack.model import ALIASES, Service, Setting
from rollout_lint.stack.units import parse_duration, parse_size
from rollout_lint.stack.unknown import Unknown
from rollout_lint.syntax.node import Mapping, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from rollout_lint.stack.layer import Layer


class Field(Record):
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

_LISTS = [(path, tuple(path.split(".")), decode) for path, decode in LISTS.items()]
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
        for path, keys, decode in _LISTS:
            values = _find(node, keys)
            if values is not None:
                service.blocks[path] = layer.location(values)
                items = list(decode(values, layer))
                if items or not _is_unknown_text(values, layer):
                    service.lists[path] = items
        if (networks := node.get("networks")) and (aliases := list(decode_aliases(networks, layer))):
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


def _find(node: Mapping, keys: tuple[str, ...]) -> Node | None:
    found: Node | None = node
    for key in keys:
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def _is_unknown_text(node: Node, layer: Layer) -> bool:
    return isinstance(node, Scalar) and isinstance(layer.value(node, None), Unknown)
