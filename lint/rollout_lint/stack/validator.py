"""Validation of one file of a variant against Docker's schema."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from rollout_lint.location import Correction, CorrectionKind
from rollout_lint.stack.go_numbers import parse_go_int
from rollout_lint.stack.layer import LATEST
from rollout_lint.stack.schema import Schema, load_document, load_schema, types_of
from rollout_lint.stack.shorthand import parse_ports, parse_volume
from rollout_lint.stack.units import parse_duration, parse_size, suggest_size
from rollout_lint.stack.unknown import Unknown
from rollout_lint.syntax.node import Mapping, Scalar, Sequence
from rollout_lint.syntax.scalar import Date, resolve_scalar
from rollout_lint.syntax.wording import close_matches, join_names, join_types, quote, suggest

if TYPE_CHECKING:
    from rollout_lint.stack.layer import Layer
    from rollout_lint.syntax.node import Node
    from rollout_lint.syntax.schema import Formats

FORBIDDEN = {
    "extends": "copy the keys into the service, or use a YAML anchor",
    "volume_driver": "set the driver on the volume, under the top-level `volumes`",
    "volumes_from": "list the shared volume in both services",
    "cpu_quota": "use deploy.resources",
    "cpu_shares": "use deploy.resources",
    "cpuset": "use deploy.resources",
    "mem_limit": "use deploy.resources.limits.memory",
    "memswap_limit": "use deploy.resources",
}
"""Keys that docker/cli rejects by name (`cli/compose/types/types.go ForbiddenProperties`), with the fix."""

_ANY = Schema()
_STRING_ONLY, _OBJECT, _ARRAY = (frozenset((name,)) for name in ("string", "object", "array"))
_PRINTED_FORMATS = ("duration", "size")
"""Formats of values that are never secrets, so that messages can print them."""

FORMATS: Formats = {
    "duration": (lambda text: parse_duration(text) is not None, "a duration such as 30s or 1m30s"),
    "size": (lambda text: parse_size(text) is not None, "a size such as 512M or 2G"),
    "port": (lambda text: parse_ports(text) is not None, "a port such as 8080:80 or 53:53/udp"),
    "written_whole": (
        lambda text: parse_go_int(text) is not None,
        "a whole number below 2^63, written without a point or an exponent",
    ),
    "volume": (
        lambda text: parse_volume(text) is not None,
        "a volume such as data:/var/lib/data or ./conf:/etc/app:ro",
    ),
}


def validate_layer(layer: Layer) -> None:
    """Report each value that docker/cli rejects in this file alone."""
    if layer.version != layer.latest and not _is_supported(layer.version, layer.latest):
        client = f" because the client is {layer.client.text}" if layer.client else ""
        unsupported = f"unsupported version {quote(layer.version)}" if layer.version else 'missing key "version"'
        layer.report(layer.version_node, f"{unsupported}: must be 3.0 to {layer.latest}{client}")
        return
    _Validator(layer).check(layer.root, load_schema(), "")


class _Validator:
    def __init__(self, layer: Layer) -> None:
        self._layer = layer
        self._version = _version_number(layer.version)
        self._dotted_keys = 0

    def check(self, node: Node, schema: Schema, path: str) -> None:
        if schema.accepts_text and node.__class__ is Scalar and self._layer.value(node, None).__class__ is str:
            # Most values are texts.
            return
        if schema.one_of:
            self._check_one_of(node, schema, path)
        elif isinstance(node, Mapping):
            if self._has_type(node, schema, "object", path):
                self._check_mapping(node, schema, path)
        elif isinstance(node, Sequence):
            if self._has_type(node, schema, "array", path):
                self._check_sequence(node, schema, path)
        else:
            self._check_scalar(node, schema, path)

    def _check_one_of(self, node: Node, schema: Schema, path: str) -> None:
        """Check the branch that allows the type of the node; the branches differ in type."""
        for branch in schema.one_of:
            kinds = self._kinds(node, self._cast(branch))
            if kinds is None:
                return
            if branch.types is None or branch.types & kinds:
                if branch.since and not self._supports(branch.since):
                    self._report_version(node, f"{join_types(sorted(kinds))}{_inside(path)}", branch.since)
                else:
                    self.check(node, branch, path)
                return
        names = [name for branch in schema.one_of for name in sorted(branch.types or ())]
        self._report(node, schema, path, f"must be {join_types(names)}")

    def _kinds(self, node: Node, cast: str | None) -> frozenset[str] | None:
        if isinstance(node, Mapping):
            return _OBJECT
        if isinstance(node, Sequence):
            return _ARRAY
        value = self._layer.value(node, cast)
        return self._kinds_of_unknown(value, cast) if isinstance(value, Unknown) else types_of(value)

    def _kinds_of_unknown(self, value: Unknown, cast: str | None) -> frozenset[str] | None:
        """Return None for any type; a variable is text if docker/cli does not cast it, whatever its value is."""
        is_text = value.variables and cast is None and not self._layer.is_exact
        return _STRING_ONLY if is_text else None

    def _cast(self, schema: Schema) -> str | None:
        """Return the cast; docker/cli finds it by dotted path, so it casts nothing below a name with a dot."""
        return None if self._dotted_keys else schema.cast

    def _has_type(self, node: Node, schema: Schema, kind: str, path: str) -> bool:
        if schema.types is None or kind in schema.types:
            return True
        self._report(node, schema, path, f"must be {join_types(sorted(schema.types))}")
        return False

    def _report(self, node: Node, schema: Schema, path: str, message: str) -> None:
        """Report an invalid value; it is printed only if it cannot be a secret."""
        is_public = schema.enum is not None or schema.format in _PRINTED_FORMATS
        value = f" {quote(node.value)}" if is_public and isinstance(node, Scalar) and "$" not in node.text else ""
        correction = _correct_value(node, schema) if isinstance(node, Scalar) else None
        self._layer.report(node, f"{f'invalid {path}{value}:' if path else 'the file'} {message}", correction)

    def _check_mapping(self, node: Mapping, schema: Schema, path: str) -> None:
        for key, (key_node, value) in node.entries.items():
            inner = self._inner(schema, key)
            if inner is None:
                self._layer.report(key_node, _explain_unknown_key(key, schema, path), _correct_key(key, schema, path))
            elif inner.since and not self._supports(inner.since):
                self._report_version(key_node, f'key "{key}"{_inside(path)}', inner.since)
            else:
                self._dotted_keys += "." in key
                self.check(value, inner, f"{path}.{key}" if path else key)
                self._dotted_keys -= "." in key
        for key in schema.required:
            if key not in node.entries:
                self._layer.report(node, f'missing key "{key}"{_inside(path)}')

    def _report_version(self, node: Node, subject: str, version: str) -> None:
        layer = self._layer
        own = f"this file has version {quote(layer.version)}"
        if layer.client and layer.version == layer.latest and layer.latest != LATEST:
            own += f", the latest of client {layer.client.text}"
        layer.report(node, f'{subject} needs version "{version}" or later: {own}')

    def _supports(self, version: str) -> bool:
        return self._version >= _version_number(version)

    @staticmethod
    def _inner(schema: Schema, key: str) -> Schema | None:
        inner = schema.properties.get(key)
        if inner is not None:
            return inner
        for pattern, matched in schema.patterns:
            if pattern.search(key):
                return matched
        if schema.additional is True:
            return _ANY
        return schema.additional or None

    def _check_sequence(self, node: Sequence, schema: Schema, path: str) -> None:
        if schema.items is not None:
            for index, item in enumerate(node.items):
                self.check(item, schema.items, f"{path}[{index}]")
        if schema.unique_items or (schema.unique_before and not self._supports(schema.unique_before)):
            self._check_unique(node, schema.items or _ANY, path)

    def _check_unique(self, node: Sequence, items: Schema, path: str) -> None:
        seen: set[str] = set()
        for item in node.items:
            value = self._value(item, items)
            if repr(value) in seen and not _has_unknown(value):
                self._layer.report(item, f"duplicate item in {path}: Docker rejects duplicates, remove one")
            seen.add(repr(value))

    def _value(self, node: Node, schema: Schema) -> Any:
        """Return the node as plain values, with casts and sorted keys."""
        if schema.one_of:
            kind = "object" if isinstance(node, Mapping) else "array" if isinstance(node, Sequence) else None
            branches = (branch for branch in schema.one_of if kind in (branch.types or ()))
            schema = next(branches, _ANY if kind else schema.one_of[0])
        if isinstance(node, Mapping):
            inner = {key: self._inner(schema, key) or _ANY for key in sorted(node.entries)}
            return {key: self._value(node.entries[key][1], inner[key]) for key in inner}
        if isinstance(node, Sequence):
            return [self._value(item, schema.items or _ANY) for item in node.items]
        return self._layer.value(node, self._cast(schema))

    def _check_scalar(self, node: Scalar, schema: Schema, path: str) -> None:
        cast = self._cast(schema)
        value = self._layer.value(node, cast)
        if isinstance(value, Unknown):
            kinds = self._kinds_of_unknown(value, cast)
            if kinds is not None and schema.types is not None and not schema.types & kinds:
                self._report(node, schema, path, f"must be {join_types(sorted(schema.types))}")
            return
        if isinstance(value, Date) and schema.types == _STRING_ONLY:
            self._report(node, schema, path, "must be a string, not a date: put it in quotes")
        elif error := _value_error(value, schema):
            self._report(node, schema, path, error)


def _has_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_unknown, value.values()))
    return any(map(_has_unknown, value)) if isinstance(value, list) else isinstance(value, Unknown)


def _value_error(value: Any, schema: Schema) -> str | None:
    if schema.types is not None and not schema.types & types_of(value):
        return f"must be {join_types(sorted(schema.types))}"
    if schema.enum is not None and value not in schema.enum:
        return f"must be one of {', '.join(str(choice) or 'an empty string' for choice in schema.enum)}"
    if schema.minimum is not None and isinstance(value, int | float) and value < schema.minimum:
        return f"must be at least {schema.minimum:g}"
    if schema.format is not None and value is not None:
        is_valid, description = FORMATS[schema.format]
        if not is_valid(str(value)):
            near = suggest_size(str(value)) if schema.format == "size" else None
            return f"must be {description}" + (f' (did you mean "{near}"?)' if near else "")
    return None


def _correct_value(node: Scalar, schema: Schema) -> Correction | None:
    """Return the correction of a value that is valid with quotes, or of a number or a boolean without them."""
    if schema.one_of or node.tag is not None or "$" in node.text:
        return None
    if node.style in ('"', "'"):
        value = resolve_scalar(node.text)
        import json

        is_valid = json.dumps(value) == node.text and _value_error(value, schema) is None
        return Correction(CorrectionKind.UNQUOTE) if is_valid else None
    is_valid = isinstance(node.value, int | float | Date) and _value_error(node.text, schema) is None
    return Correction(CorrectionKind.QUOTE) if is_valid and not isinstance(node.value, bool) else None


def _correct_key(key: str, schema: Schema, path: str) -> Correction | None:
    """Return the removal of a top-level `name`, or the new name of a misspelt key with only one candidate."""
    if not path and key == "name":
        return Correction(CorrectionKind.REMOVE_KEY, key)
    if _explain_rejected_key(key, schema, path) is not None or key in _parents():
        return None
    word = key.replace("-", "_")
    near = [word] if word in schema.properties else close_matches(word, schema.properties, 2)
    return Correction(CorrectionKind.RENAME_KEY, near[0]) if len(near) == 1 else None


def _explain_unknown_key(key: str, schema: Schema, path: str) -> str:
    if rejected := _explain_rejected_key(key, schema, path):
        return rejected
    unknown = f'unknown key "{key}"{_inside(path)}'
    if parent := _parents().get(key):
        return f"{unknown}: move it to {parent}"
    near = suggest(key.replace("-", "_"), schema.properties)
    return f'{unknown} (did you mean "{near}"?)' if near else unknown


def _explain_rejected_key(key: str, schema: Schema, path: str) -> str | None:
    """Return why Docker rejects a key that is not misspelt, or None for any other key."""
    if schema.patterns and not schema.properties:
        patterns = join_names([pattern.pattern.replace(r"\Z", "$") for pattern, _ in schema.patterns], "or")
        return f'invalid key "{key}" in {path}: must match {patterns}'
    if path.startswith("services.") and path.count(".") == 1 and key in FORBIDDEN:
        return f'Docker rejects "{key}" in a stack file: {FORBIDDEN[key]}'
    if key == "devices" and path.endswith(".reservations"):
        return 'Docker rejects "devices" in a stack file: use generic_resources, which each node must offer'
    return None


def _inside(path: str) -> str:
    return f" in {path}" if path else " at the top of the file"


def _version_number(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor)


def _is_supported(version: str, latest: str) -> bool:
    major, dot, minor = version.partition(".")
    is_number = major == "3" and bool(dot) and minor.isdecimal() and str(int(minor)) == minor
    return is_number and _version_number(version) <= _version_number(latest)


@cache
def _parents() -> dict[str, str]:
    """Return the only mapping of a service that allows a key, by key."""
    definitions = load_document()["$defs"]
    deploy = definitions["deploy"]["properties"]
    parents = dict.fromkeys(deploy, "deploy")
    parents |= dict.fromkeys(deploy["update_config"]["properties"], "deploy.update_config")
    for block in ("placement", "restart_policy", "resources"):
        parents |= dict.fromkeys(deploy[block]["properties"], f"deploy.{block}")
    parents |= dict.fromkeys(definitions["healthcheck"]["properties"], "healthcheck")
    parents |= dict.fromkeys(definitions["service"]["properties"], "the service itself")
    return parents
