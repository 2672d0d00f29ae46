"""Comparison of the merge with Docker's, for real and odd files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rollout_lint.discovery.recipes import find_recipes
from rollout_lint.rules.loader import load_rules
from rollout_lint.syntax.node import to_value
from rollout_lint.syntax.parser import parse

from tests.conftest import SAMPLES
from tests.oracle.compare import compare, disagreements
from tests.oracle.docker import docker_config, require
from tests.stack.test_interpolate import CASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.discovery.recipe import Variant

pytestmark = pytest.mark.oracle

EXAMPLES = [
    pytest.param(example["files"], id=f"{rule.id}-{kind}-{n}")
    for rule in load_rules()
    for kind in ("bad", "good")
    for n, example in enumerate(rule.examples[kind])
]
VARIANTS = [
    pytest.param(variant, id=f"{recipe.name}-{variant.name}")
    for recipe in find_recipes(str(SAMPLES)).recipes
    for variant in recipe.variants
]


@pytest.fixture(autouse=True)
def docker() -> None:
    require()


@pytest.mark.parametrize("files", EXAMPLES)
def test_compare_rule_example(files: dict[str, str]) -> None:
    assert disagreements(files) == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_compare_sample_variant(variant: Variant) -> None:
    assert compare([Path(str(layer.path)) for layer in variant.files], variant.environment).differences == []


@pytest.mark.parametrize(("text", "environment", "result"), CASES)
def test_compare_interpolation(text: str, environment: Mapping[str, str], result: str, tmp_path: Path) -> None:
    """Compare interpolation in the name of an image."""
    path = tmp_path / "a.yml"
    path.write_text(f"services: {{a: {{image: 'x{text}'}}}}\n")
    assert compare([path], environment).differences == []
    answer = docker_config([path], environment)
    assert answer.merged is not None, answer.message
    root = parse(answer.merged.encode(), "docker").root
    assert root is not None
    assert to_value(root)["services"]["a"]["image"] == f"x{result}"


def service(text: str) -> str:
    return f"services:\n  a:\n    image: b\n    {text}\n"


ONE_LAYER = (
    [
        service(f"deploy: {{{text}}}")
        for text in (
            "update_config: {order: start-first, delay: 1h2m.5s, monitor: '0'}",
            "update_config: {parallelism: 0, max_failure_ratio: 0}",
            "update_config: {failure_action: '${A:?x}$B'}",
            "update_config: {failure_action: '$B${A:?x}'}",
            "update_config: {failure_action: '${A:?x}$$'}",
            "update_config: {failure_action: '${A?x}${A:-c}'}",
            "update_config: {parallelism: -1}",
            "update_config: {parallelism: 1e1}",
            "update_config: {parallelism: 1.5}",
            "update_config: {failure_action: Rollback}",
            "update_config: {failure_action: ''}",
            "update_config: {failure_action: $UNSET}",
            "update_config: {order: $UNSET}",
            "update_config: {monitor: $UNSET}",
            "update_config: {monitor: -5s}",
            "update_config: {monitor: 1d}",
            "update_config: {max_failure_ratio: 2}",
            "update_config: {max_failure_ratio: '0.5'}",
            "update_config: {max_failure_ratio: ${R:-0.5}}",
            "update_config: ",
            "rollback_config: {order: start-first}",
            "replicas: 0440",
            "replicas: 0",
            "replicas: '3'",
            "replicas: ${N:-3}",
            "replicas: $UNSET",
            "replicas: -1",
            "resources: {limits: {memory: 1.5 GiB}, reservations: {memory: 512m}}",
            "resources: {limits: {memory: 512x}}",
            "resources: {limits: {memory: 512}}",
            "resources: {limits: {cpus: 0.5}}",
            "placement: {max_replicas_per_node: 2, constraints: [node.hostname==a]}",
            "x-a: 1",
            "mode: global, replicas: 3",
        )
    ]
    + [
        service(text)
        for text in (
            "deploy: ",
            "ports: [80, '81:82', {target: 83, published: 84, mode: host}, '53:53/udp', '53:53/tcp', '90-91:90-91']",
            "ports: ['8000-8002:80']",
            "ports: ['80:']",
            "ports: [80.5]",
            "ports: [{target: 80, published: '80'}]",
            "ports: [80, 80]",
            "ports: [-1]",
            "ports: [99999]",
            "ports: [1e1]",
            "ports: [070]",
            "ports: [0]",
            "ports: [{target: 3}, {target: '${N:-3}'}]",
            "expose: [-1, 1e1, 1.5]",
            "ulimits: {a: 1, b: '${N:-3}'}",
            "ports: [80:80]",
            "volumes: [data:/var/lib/data, ./x:/y:ro, /only, 'd:/data']",
            "volumes: [{type: bind, source: /a, target: /b, read_only: true}, {type: tmpfs, target: /c}]",
            "volumes: [{source: a, target: /b}]",
            "volumes: ['a:/b:c:d']",
            "volumes: [a:/b, a:/b]",
            "volumes: [{type: volume, source: a, target: /b}, {type: volume, source: a, target: /b}]",
            "healthcheck: {test: curl x, interval: 5s, retries: 0, disable: false}",
            "healthcheck: {test: [CMD, a], start_interval: 1s}",
            "healthcheck: {retries: ${R:-3}}",
            "healthcheck: {retries: 1.5}",
            "healthcheck: {retries: 18446744073709551615}",
            "healthcheck: {retries: 18446744073709551616}",
            "deploy: {replicas: 99999999999999999999999, update_config: {parallelism: 1e30}}",
            "healthcheck: {retries: -1}",
            "healthcheck: {disable: ${D:-yes}}",
            "healthcheck: {disable: yes}",
            "networks: [b, a]",
            "networks: [b=c, 'd=', e]",
            "networks: {b: , a: {aliases: [x]}}",
            "hostname: yes",
            "hostname: 2026-01-01",
            "hostname: 2026-01-01T10:00:00",
            "hostname: 2026-01-01T10:00:00Z",
            "hostname: 2026-01-01 10:00:00",
            "labels: {A: 2026-01-01}",
            "command: [2026-01-01]",
            "networks: [2026-01-01]",
            "ports: [2026-01-01]",
            "healthcheck: {test: 2026-01-01}",
            "deploy: {update_config: {failure_action: 2026-01-01}}",
            "x-a: .inf",
            "env_file: ''",
            "hostname: 1_000",
            "environment: {1: x}",
            "environment: {A: true}",
            "environment: {A: 0x1F, B: , C: 2026-01-01}",
            "labels: [a, b=c]",
            "profiles: [a]",
            "mem_limit: 1g",
            "extends: b",
            "depends_on: {a: {condition: x}}",
            "command: !reset null",
            "command: '$(date)'",
            "command: [a, 3]",
            "shm_size: 64m",
            "shm_size: 64",
            "expose: [80, '81']",
            "ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}",
            "ulimits: {nofile: {soft: 1}}",
            "sysctls: {net.core.somaxconn: 1024}",
            "stop_grace_period: 1m",
            "cap_add: [A, A]",
            "init: true",
            "init: ${I:-true}",
            "logging: {driver: json-file, options: {max-size: 10m, n: 3}}",
            "update_config: {}",
            "image: c",
        )
    ]
    + [
        "",
        "services: {}\n",
        "services:\n",
        "version: '3.8'\n",
        "version: 3.8\nservices: {}\n",
        "version: '3.80'\nservices: {}\n",
        "version: '3'\nservices: {a: {image: b}}\n",
        "name: x\nservices: {a: {image: b}}\n",
        "include: [a]\nservices: {a: {image: b}}\n",
        "services: {a: {}}\n",
        "services: {a: }\n",
        "services: {'a b': {image: c}}\n",
        "services: {2026-01-01: {image: c}}\n",
        "services: {a.b: {image: c, deploy: {replicas: '${N:-3}'}}}\n",
        "services: {a.b: {image: c, healthcheck: {disable: '${N:-no}'}}}\n",
        "services: {a: {image: c}}\nnetworks: {n.m: {internal: '${N:-no}'}}\n",
        "services: {a: {image: c}}\nvolumes: {v: {external: true, driver: x}}\n",
        "services: {a: {image: c}}\nvolumes: {v: {external: {name: x}, name: y}}\n",
        "services: {a: {image: c}}\nvolumes: {v: {external: {}, labels: []}}\n",
        "services: {a: {image: c}}\nvolumes: {v: {external: false, labels: [a]}}\n",
        "services: {a: {image: c}}\nsecrets: {s: {driver: x, file: y}}\n",
        "services: {a: {image: c}}\nconfigs: {s: {driver: x, file: ''}}\n",
        "services: [a]\n",
        "x-a: &a {image: b}\nservices: {a: {<<: *a}, c: {<<: [*a, {hostname: d}]}}\n",
        "x-a: &a {image: b}\nservices: {a: {<<: *a, <<: *a}}\n",
        "services: {a: {image: b, <<: 3}}\n",
        "services: {a: {image: b, '<<': {hostname: c}}}\n",
        "services: &s {a: {image: b}}\nx-s: *s\n",
        "a: &a [*a]\n",
        "services: {a: {image: *nowhere}}\n",
        "x-note: '$(date)'\nservices: {a: {image: b}}\n",
        "services: {a: {image: b}}\nnetworks: {n: {external: true}, 'a b': {}}\n",
        "services: {a: {image: b}}\nnetworks: {'a b': x}\n",
        "services: {a: {image: b}}\nnetworks: {'a b': ''}\n",
        "services: {a: {image: b}}\nnetworks: {'a b': []}\n",
        "services: {a: {image: b}}\nnetworks: {'a b': }\n",
        "services: {a: {image: b}}\nnetworks: {n: {external: $UNSET}}\n",
        "services: {a: {image: b}}\nnetworks: {n: {external: '${X:-no}', internal: '${X:-on}'}}\n",
        "services: {a: {image: b}}\nvolumes: {n: {external: '${X:-maybe}'}}\n",
        "version: '3.1'\nservices: {a: {image: b, volumes: [x:/y, x:/y]}}\n",
        "services: {a: {image: b}}\nvolumes: {v: , w: {driver_opts: {n: 3}}}\n",
        "services: {a: {image: b}}\nsecrets: {s: {external: true}, t: {file: ./t}}\n",
        "services: {a: {image: b}}\nsecrets: {s: }\n",
        "services:\r\n  a:\r\n    image: b\t\r\n",
        "\ufeffservices: {a: {image: b}}\n",
        "services:\n\ta: {image: b}\n",
        'services: {a: {image: "a\\/b"}}\n',
        'services: {a: {image: "a\\\\/b"}}\n',
        'services: {a: {image: "a\\\\\\/b"}}\n',
        'services: {a: {image: "a\\n \\/b"}}\n',
        'services: {"a\\/": {image: b}}\n',
        "services: {a: {image: 'a\\/b'}}\n",
        "services: {a: {image: a\\/b}}\n",
    ]
)


@pytest.mark.parametrize("text", ONE_LAYER)
def test_compare_one_layer(text: str) -> None:
    assert disagreements({"a.yml": text}) == []


@pytest.mark.parametrize("text", ["x-a: {}", "services: {{a: {{image: {}}}}}", "x-a: {{{}: b}}"])
@pytest.mark.parametrize(
    "tag", ["!", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!binary", "!!merge", "!!set", "!x"]
)
def test_compare_tagged_value(tag: str, text: str) -> None:
    values = ("x", "1", "'1'", "1.5", "true", "~", "2026-01-01", "'2026-01-01'", "aGk=", "18446744073709551615", ".inf")
    for value in values:
        stack = text.format(f"{tag} {value}")
        both = stack if stack.startswith("services") else f"{stack}\nservices: {{a: {{image: b}}}}\n"
        assert disagreements({"a.yml": both}) == [], both


@pytest.mark.parametrize("first", ["", "---\n", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "# c\n---\n"])
@pytest.mark.parametrize("mark", ["---\n", "--- ", "...\n", "...\n---\n", "---\n---\n"])
def test_compare_text_after_first_document(first: str, mark: str) -> None:
    for behind in (
        "x: @y",
        "@y",
        "- @y",
        "[@y",
        "[[@y",
        "x\n y: z",
        "'x",
        "- 'x",
        "|x\n",
        "&a @",
        "{a: @}",
        "{@}",
        "}",
        "",
    ):
        text = f"{first}services: {{a: {{image: b}}}}\n{mark}{behind}"
        assert disagreements({"a.yml": text}) == [], text


BASE = service(
    "deploy: {replicas: 2, update_config: {delay: 10s, monitor: 30s, max_failure_ratio: 0.5, failure_action: rollback,"
    " parallelism: 2}, placement: {constraints: [node.role == manager], max_replicas_per_node: 3},"
    " resources: {limits: {memory: 1G}}}\n"
    "    healthcheck: {test: [CMD, a], interval: 5s, retries: 3, disable: true}\n"
    "    ports: ['53:53/tcp', '53:53/udp', {target: 80, published: 80, mode: host}]\n"
    "    volumes: [a:/a, b:/b]\n"
    "    networks: [n]"
)
OVERLAYS = [
    "deploy: {update_config: {delay: 0s, monitor: 0s, max_failure_ratio: 0, failure_action: '', parallelism: 0}}",
    "deploy: {update_config: {order: start-first}, rollback_config: {parallelism: 0}}",
    "deploy: {replicas: 0, placement: {max_replicas_per_node: 0, constraints: [node.role == worker]}}",
    "deploy: {resources: {limits: {memory: 2G}, reservations: {memory: 1G}}}",
    "deploy: {restart_policy: {condition: none}}",
    "deploy: {mode: global}",
    "healthcheck: {test: b, interval: 0s, retries: 0, disable: false}",
    "healthcheck: {test: [NONE]}",
    "ports: ['80:80']",
    "hostname: c",
    "volumes: ['c:/a:ro', d:/d]",
    "networks: {n: {aliases: [x]}, m: }",
    "image: c",
]


@pytest.mark.parametrize("text", OVERLAYS)
def test_compare_overlay(text: str) -> None:
    over = f"services:\n  a:\n    {text}\n"
    assert disagreements({"a.yml": BASE, "b.yml": over}) == []
    assert (
        disagreements({"a.yml": BASE, "b.yml": over, "c.yml": "services: {a: {deploy: {update_config: {delay: 1s}}}}"})
        == []
    )


@pytest.mark.parametrize("base", ["image: b", "ports: []", "ports: [3, 1]", "ports: ['80:80', '80:81']"])
@pytest.mark.parametrize("over", ["image: c", "ports: [3, 1]", "ports: []", "deploy: {mode: ''}"])
def test_compare_duplicates_in_list(base: str, over: str) -> None:
    layers = {name: f"services: {{a: {{{text}}}}}\n" for name, text in (("1.yml", base), ("2.yml", over))}
    assert disagreements(layers) == []
    assert disagreements(layers | {"3.yml": "services: {a: {image: d}}\n"}) == []
    assert disagreements(layers | {"3.yml": "services: {a: {ports: ['82:2', '81:3', '80:80']}}\n"}) == []


@pytest.mark.parametrize(
    ("first", "second"), [('"3.8"', None), ('"3.8"', '"3.7"'), ('"3"', None), (None, '"3.13"'), (None, '"3.8"')]
)
def test_compare_versions(first: str | None, second: str | None) -> None:
    def layer(version: str | None) -> str:
        return (f"version: {version}\n" if version else "") + "services: {a: {image: b}}\n"

    assert disagreements({"a.yml": layer(first), "b.yml": layer(second)}) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [
        "services:\n\n  a:\n    image: b\n",
        "services: {a: {image: b}}\r\n",
        "services:\n  a:\n    image: b\nx-c: d\n",
        "services: {a: {image: b}}\n# c\n",
        "services: {a: {image: b}}\n- c\n",
        "services: {a: {image: b}}\n---\nc: d\n",
        "services:\n  a:\n\ufeff    image: b\n",
        "services:\n  a:\n    image: b\n\ufeffx-c: d\n",
        "services: {a: {image: b}}\r\n\ufeff# c\r\n",
        "services: {a: {image: \ufeffb}}\n",
    ],
)
@pytest.mark.parametrize("marks", [0, 1, 2])
def test_compare_byte_order_marks(encoding: str, text: str, marks: int) -> None:
    assert disagreements({"a.yml": ("\ufeff" * marks + text).encode(encoding)}) == []


COMMANDS = [
    '', ' ', 'a', 'a b', "'a", '"a', "a'", "'a' b", "'a'b", "'a' 'b", 'a\\', 'a\\ b', 'a\\\\', "'a\\'", '"a\\"',
    '"a\\" b"', "\\'", '# a', "#'a", "a #'b", "a#'b", 'a# b', "'a'#'b", "a\\ #'b", "a\n#'b", "a #'b\n'c",
    "a #b\n'c'", "a\xa0#'b", "a\t#'b", "'a\nb'", '"$UNSET', "'$UNSET'", "$$'a", "a \\#'b'",
]  # fmt: skip


@pytest.mark.parametrize("key", ["command", "entrypoint"])
@pytest.mark.parametrize("text", COMMANDS)
def test_compare_command_string(key: str, text: str) -> None:
    layer = f"services:\n  a:\n    image: b\n    {key}: {json.dumps(text)}\n"
    assert disagreements({"a.yml": layer}) == []
