"""Variables without a value in every place of the schema, and in merged layers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.stack.schema import load_document
from rollout_lint.stack.shorthand import Port, Volume
from rollout_lint.stack.unknown import Unknown

from tests.support import facts_for, service_with, stack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = load_document()
REQUIRED = {"type": "volume", "soft": 1, "hard": 2}
"""Values of required keys."""

NAMES = {"^x-": "x-n"}
"""Names that match patterns that do not allow `n`."""

UNKNOWN = Unknown(("N",))


def with_hole(schema: dict[str, Any], hole: str) -> Iterator[Any]:
    """Yield values that the schema allows, each with the hole in another place that takes a variable."""
    if "$ref" in schema:
        schema = DOCUMENT["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    for branch in schema.get("oneOf", ()):
        yield from with_hole(branch, hole)
    for key, inner in keys_of(schema):
        required = {name: REQUIRED[name] for name in schema.get("required", ())}
        yield from ({**required, key: value} for value in with_hole(inner, hole))
    if "items" in schema:
        yield from ([value] for value in with_hole(schema["items"], hole))
    if "string" in schema.get("type", ()) or "x-cast" in schema:
        yield hole


def keys_of(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from schema.get("properties", {}).items()
    for pattern, inner in schema.get("patternProperties", {}).items():
        yield NAMES.get(pattern, "n"), inner
    if isinstance(schema.get("additionalProperties"), dict):
        yield "n", schema["additionalProperties"]


def sections(hole: str) -> Iterator[tuple[str, Any]]:
    """Yield the sections of a stack file; docker/cli reads the version before it replaces variables."""
    for section, schema in DOCUMENT["properties"].items():
        if section != "version":
            yield from ((section, value) for value in with_hole(schema, hole))


@pytest.mark.parametrize("hole", ["${N}", "$N", "${N:?needed}", "1${N}", "${N}:80", "${M:-a}${N}s"])
def test_unset_variable_is_no_error_in_any_place(hole: str) -> None:
    places = list(sections(hole))
    assert len(places) > 150
    for section, value in places:
        text = json.dumps({"services": {"a": {"image": "b"}}, section: value})
        assert (stack_of(text)[1], text) == ([], text)


def item(text: str, path: str) -> tuple[Any, ...]:
    """Return the parts of the only item of a list, with "?" for an unknown one."""
    [found] = facts_for(service_with(text))[path].value
    assert isinstance(found, Port | Volume)
    return tuple("?" if isinstance(part, Unknown) else part for part in found)


@pytest.mark.parametrize(
    ("port", "parts"),
    [
        ("'${N}:80'", (80, "?", "ingress", "tcp")),
        ("'${N}:80/udp'", (80, "?", "ingress", "udp")),
        ("'${N}80:80'", (80, "?", "ingress", "tcp")),
        ("'$N'", ("?", "?", "ingress", "?")),
        ("'80:${N}'", ("?", "?", "ingress", "?")),
        ("'80:81/$N'", (81, "?", "ingress", "?")),
        ("{target: 80, published: $N}", (80, "?", "ingress", "tcp")),
        ("{target: 80, published: 81, mode: $N}", (80, 81, "?", "tcp")),
        ("{target: $N, published: 81, protocol: $N}", ("?", 81, "ingress", "?")),
    ],
)
def test_port_with_unknown_parts(port: str, parts: tuple[Any, ...]) -> None:
    assert item(f"ports: [{port}]", "ports") == parts


@pytest.mark.parametrize(
    ("volume", "parts"),
    [
        ("'$N:/data'", ("?", "?", "/data", False)),
        ("'./$N:/data:ro'", ("?", "?", "/data", True)),
        ("'data:/$N'", ("volume", "data", "?", False)),
        ("'data:/data:$N'", ("volume", "data", "/data", "?")),
        ("'$N'", ("?", "?", "?", "?")),
        ("'$N:ro'", ("?", "?", "?", "?")),
        ("{type: volume, source: $N, target: /data}", ("volume", "?", "/data", False)),
        ("{type: bind, source: /a, target: /data, read_only: $N}", ("bind", "/a", "/data", "?")),
    ],
)
def test_volume_with_unknown_parts(volume: str, parts: tuple[Any, ...]) -> None:
    assert item(f"volumes: [{volume}]", "volumes")[:4] == parts


def merged(base: str, overlay: str) -> dict[str, Any]:
    """Return the unknown settings and lists of two merged layers, and its ignored values."""
    stack, problems = stack_of(f"services: {{a: {{image: b, {base}}}}}", f"services: {{a: {{{overlay}}}}}")
    assert problems == []
    service = stack.services["a"]
    return {"ignored": list(service.ignored), "lists": service.lists, "settings": service.settings}


@pytest.mark.parametrize(
    ("base", "overlay"),
    [
        ("environment: {PASS: dev}", "environment: {PASS: $PASS}"),
        ("environment: [PASS=dev]", "environment: ['PASS=$PASS']"),
        ("environment: [PASS=dev]", "environment: ['PASS=${PASS:?}']"),
        ("environment: [PASS=dev]", "environment: ['$PASS']"),
        ("environment: {PASS: $PASS}", "environment: {PASS: ''}"),
        ("environment: ['PASS=$PASS']", "environment: [PASS=]"),
        ("command: run", "command: $C"),
        ("command: $C", "command: []"),
        ("command: [run]", "command: ['$C']"),
        ("read_only: true", "read_only: $R"),
        ("read_only: $R", "read_only: false"),
        ("deploy: {update_config: {delay: 9s}}", "deploy: {update_config: {delay: $D}}"),
        ("deploy: {update_config: {delay: $D}}", "deploy: {update_config: {delay: 0s}}"),
        ("deploy: {update_config: {failure_action: pause}}", "deploy: {update_config: {failure_action: '${F}'}}"),
        ("deploy: {update_config: {max_failure_ratio: 1}}", "deploy: {update_config: {max_failure_ratio: $R}}"),
    ],
)
def test_unset_variable_is_not_an_ignored_zero(base: str, overlay: str) -> None:
    assert merged(base, overlay)["ignored"] == []


@pytest.mark.parametrize(
    "environment", ["{PASS: $(pass)}", "['PASS=$(pass)']", "{PASS: '${P:+x}'}", "{PASS: 'a$'}", "['$(pass)']"]
)
def test_rejected_value_is_not_an_ignored_zero(environment: str) -> None:
    base = "services: {a: {image: b, environment: {PASS: dev}}}"
    stack, problems = stack_of(base, f"services: {{a: {{environment: {environment}}}}}")
    assert len(problems) == 1
    assert stack.services["a"].ignored == {}


def test_unknown_value_overrides_an_earlier_one() -> None:
    base = "deploy: {replicas: 2, update_config: {delay: 9s}}"
    settings = merged(base, "deploy: {replicas: $N, update_config: {delay: $N}}")["settings"]
    assert settings["deploy.replicas"].value == settings["deploy.update_config.delay"].value == UNKNOWN
    assert [each.value for each in settings["deploy.replicas"].overrides] == [2]
    settings = merged("deploy: {replicas: $N, update_config: {delay: $N}}", base)["settings"]
    assert (settings["deploy.replicas"].value, settings["deploy.update_config.delay"].value) == (2, 9)


def test_merge_keeps_items_with_an_unknown_key() -> None:
    lists = merged("ports: ['80:80']", "ports: ['${N}:80', '${M}:80']")["lists"]
    assert [isinstance(each.value.published, Unknown) for each in lists["ports"]] == [False, True, True]
    lists = merged("networks: [n]", "networks: ['$N']")["lists"]
    assert [each.value for each in lists["networks"]] == ["n", UNKNOWN]


def test_merge_replaces_a_volume_by_one_with_an_unknown_source() -> None:
    [volume] = merged("volumes: ['data:/data']", "volumes: ['$N:/data']")["lists"]["volumes"]
    assert volume.value.source == UNKNOWN


def test_ports_with_an_unknown_number_are_not_lost() -> None:
    facts = facts_for("services: {a: {image: b, ports: ['$N:80/tcp', '$N:80/udp']}}", "services: {a: {hostname: h}}")
    assert facts["derived.lost_ports"].value == []
