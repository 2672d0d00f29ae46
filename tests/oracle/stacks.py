"""Valid and invalid stack files, generated from the schema of the file format."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rollout_lint
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

DOCUMENT = json.loads((Path(rollout_lint.__file__).parent / "stack" / "compose.schema.json").read_text("utf-8"))
NAMES = ("a", "b", "c.d-e_1")
VERSIONS = ("'3.8'", "'3.8'", "'3.8'", "'3.9'", "'3.13'", "'3'", "'3.4'", "'3.7'", "''")
ODD_VERSIONS = ("3.8", "'3.0'", "'2.4'", "'3.14'", "~", "'3.08'")
ENVIRONMENT = {"SET": "set", "EMPTY": "", "THREE": "3", "TRUE": "true", "SECONDS": "10s", "HALF": "0.5"}

_DURATIONS = ("0s", "5s", "1m30s", "1h", "1.5s", "90ms", "-5s", "'0'", "$SECONDS", "${UNSET:-7s}", "1us", "+3s")
_SIZES = ("512M", "2G", "1.5 GiB", "64m", "'1024'", "1kb", "${UNSET:-1g}", "0")
_PORTS = ("'80'", "8080:80", "'53:53/udp'", "'53:53/tcp'", "'90-92:90-92'", "'127.0.0.1:81:81'", "'8000-8001:80'")
_VOLUMES = ("data:/data", "./x:/x:ro", "/only", "d:/data", "'a:/a:ro,z'", "~/h:/h", "'${SET}:/s'", "b:/data")
_TEXTS = (
    "x", "''", "yes", "'3'", "$SET", "${EMPTY}", "${UNSET}", "'a b'", "$$x", "0x1F", "'#'", "2026-01", "é", "it's",
    "'\"a b\" c'", "'a \"b'", "a\\", "'a # b''c'", "a=b", "=", "a:b", "'a:b:c'", "':'", "/a", "10.0.0.1", "1:2", "-x",
    "'a=$SET'", "' '", "a.b/c:d@e", "A_1", "'a,b=c'", "5s", "1G", "-1", "0", "true",
)  # fmt: skip
_NUMBERS = ("0", "1", "2", "3", "0440", "0o17", "${THREE}", "${UNSET:-2}")
_WRONG = (
    "[]", "{}", "~", "'x'", "-1", "1.5", "1e1", "true", "'yes'", "$UNSET", "${THREE}", "${HALF}", "${TRUE}", "'1d'",
    "${UNSET:?no}", "${EMPTY:-}", "'$(date)'", "${SET:+x}", "!tag x", "1_000", ".inf", "[x, x]", "{x: y}", "5", "0b11",
    "on", "''", "99999999999999999999", "'0x'", "1.0", "2026-01-01", "12:30", "2026-01-01 10:00:00",
)  # fmt: skip
_FORMATS = {"duration": _DURATIONS, "size": _SIZES, "port": _PORTS, "volume": _VOLUMES}
_LIKELY = {
    "services.*": ("deploy", "healthcheck", "ports", "volumes", "networks", "image", "environment", "command"),
    "deploy": ("update_config", "rollback_config", "placement", "resources", "replicas", "mode", "restart_policy"),
}


@dataclass(frozen=True)
class Raw:
    """Scalar as written in the file."""

    text: str


@st.composite
def stacks(draw: st.DrawFn) -> list[str]:
    """Generate one to three layers with the same services."""
    generator = _Generator(draw, wrong=draw(st.sampled_from((0, 0, 40, 15))))
    version = draw(st.sampled_from((None, None, "'3.8'", "'3.8'", *VERSIONS)))
    layers = [generator.layer(version) for _ in range(draw(st.sampled_from((1, 1, 2, 2, 2, 3))))]
    return [generator.write(layer) for layer in layers]


class _Generator:
    """Generator of values that match the schema. One in `wrong` values is invalid; 0 means none."""

    def __init__(self, draw: st.DrawFn, wrong: int) -> None:
        self._draw = draw
        self._wrong = wrong

    def layer(self, version: str | None) -> dict[str, Any]:
        """Generate a whole file."""
        made: dict[str, Any] = {}
        if self._wrong and self._one_in(self._wrong):
            version = self._pick((*ODD_VERSIONS, None))
        if version is not None:
            made["version"] = Raw(version)
        shared = self._one_in(3)
        if shared:
            made["x-shared: &shared"] = self._object(DOCUMENT["$defs"]["service"], "services.*")
        made["services"] = {name: self._service(shared) for name in self._some(NAMES, 2) or NAMES[:1]}
        for section in ("networks", "volumes", "secrets", "configs"):
            if self._one_in(6):
                made[section] = self.value(DOCUMENT["properties"][section], section)
        if self._wrong and self._one_in(self._wrong):
            made[self._pick(("x-note", "name", "service", "include", "Services"))] = Raw(self._pick(_TEXTS))
        return made

    def _service(self, shared: bool) -> Any:
        service = self.value(DOCUMENT["$defs"]["service"], "services.*")
        if isinstance(service, dict) and shared and self._one_in(2):
            return {"<<": Raw(self._pick(("*shared", "*shared", "[*shared]", "{hostname: h}"))), **service}
        return service

    def value(self, schema: dict[str, Any], path: str) -> Any:
        """Generate a value that the schema allows, or sometimes an invalid one."""
        if self._wrong and self._one_in(self._wrong):
            return Raw(self._pick(_WRONG))
        while "$ref" in schema:
            name = schema["$ref"].removeprefix("#/$defs/")
            schema, path = DOCUMENT["$defs"][name], name if name in _LIKELY else path
        if "oneOf" in schema:
            return self.value(self._pick(schema["oneOf"]), path)
        if "enum" in schema:
            return Raw(json.dumps(self._pick(schema["enum"])))
        kinds = schema.get("type", "string")
        kind = kinds if isinstance(kinds, str) else self._pick(kinds)
        if kind == "object":
            return self._object(schema, path)
        if kind == "array":
            return [self.value(schema.get("items", {}), path) for _ in range(self._pick((0, 1, 1, 2, 3)))]
        return Raw(self._scalar(kind, schema))

    def _object(self, schema: dict[str, Any], path: str) -> dict[str, Any]:
        known = schema.get("properties", {})
        likely = [key for key in _LIKELY.get(path, ()) if key in known]
        keys = [*self._some(likely, 4), *self._some(list(known), 1 if likely else 4)]
        keys += [key for key in schema.get("required", ()) if key not in keys]
        made = {key: self.value(known[key], path) for key in keys}
        for pattern, inner in schema.get("patternProperties", {}).items():
            names = ("x-a", "x-b") if pattern == "^x-" else NAMES
            made |= {name: self.value(inner, path) for name in self._some(names, 2)}
        if isinstance(schema.get("additionalProperties"), dict):
            made |= {name: self.value(schema["additionalProperties"], path) for name in self._some(NAMES, 2)}
        if self._wrong and self._one_in(self._wrong):
            made[self._pick(("update-config", "x-y", "on_failure", "image", "mem_limit", "order"))] = Raw("x")
        return made

    def _scalar(self, kind: str, schema: dict[str, Any]) -> str:
        match kind:
            case "integer" | "number":
                return self._pick(_NUMBERS if kind == "integer" else (*_NUMBERS, "0.5", "1e-1", "${HALF}"))
            case "boolean":
                return self._pick(("true", "false", "${TRUE}", "${UNSET:-no}"))
            case "null":
                return self._pick(("~", "", "null"))
        return self._pick(_FORMATS.get(schema.get("format", ""), _TEXTS))

    def write(self, value: dict[str, Any]) -> str:
        """Return the text of the file, in block or flow style."""
        return self._flow(value) + "\n" if self._one_in(4) and not _has_anchor(value) else self._block(value, 0)

    def _block(self, value: dict[str, Any], depth: int) -> str:
        lines = []
        for key, inner in value.items():
            head = "  " * depth + self._key(key)
            if isinstance(inner, dict) and inner and not self._one_in(3):
                lines.append(f"{head}\n{self._block(inner, depth + 1)}")
            elif isinstance(inner, list) and inner and not self._one_in(3):
                items = "".join(f"{'  ' * depth}  - {self._flow(item)}\n" for item in inner)
                lines.append(f"{head}\n{items}")
            else:
                lines.append(f"{head} {inner.text if isinstance(inner, Raw) else self._flow(inner)}\n")
        return "".join(lines)

    def _flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self._key(key)} {self._flow(inner)}" for key, inner in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self._flow(item) for item in value) + "]"
        return f"'{value.text}'" if value.text.startswith("$") else str(value.text)

    def _key(self, key: str) -> str:
        return key if "&" in key else f'"{key}":' if key != "<<" and self._one_in(15) else f"{key}:"

    def _pick(self, choices: Sequence[T]) -> T:
        return self._draw(st.sampled_from(choices))

    def _some(self, choices: Sequence[T], most: int) -> list[T]:
        if not choices:
            return []
        return self._draw(st.lists(st.sampled_from(choices), max_size=most, unique=True))

    def _one_in(self, count: int) -> bool:
        return bool(self._draw(st.integers(1, count)) == count)


def _has_anchor(layer: dict[str, Any]) -> bool:
    return any("&" in key for key in layer)
