"""Derived facts about layers that Docker reads in an unexpected way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.facts.derived import stack_facts

from tests.support import facts_for, stack_of

if TYPE_CHECKING:
    from rollout_lint.facts.derived import ServiceFacts

UPDATE = "deploy.update_config"


def facts_of_layers(*texts: str) -> ServiceFacts:
    return facts_for(*(f"services: {{a: {text}}}" for text in texts))


@pytest.mark.parametrize(
    ("base", "overlay", "path"),
    [
        ("deploy: {update_config: {delay: 10s}}", "deploy: {update_config: {delay: 0s}}", f"{UPDATE}.delay"),
        ("deploy: {update_config: {monitor: 30s}}", "deploy: {update_config: {monitor: 0s}}", f"{UPDATE}.monitor"),
        (
            "deploy: {rollback_config: {max_failure_ratio: 0.5}}",
            "deploy: {rollback_config: {max_failure_ratio: 0}}",
            "deploy.rollback_config.max_failure_ratio",
        ),
        (
            "deploy: {update_config: {failure_action: rollback}}",
            "deploy: {update_config: {failure_action: ''}}",
            f"{UPDATE}.failure_action",
        ),
        ("read_only: true", "read_only: false", "read_only"),
        ("tty: true", "tty: false", "tty"),
        ("stop_grace_period: 1m", "stop_grace_period: 0s", "stop_grace_period"),
        ("healthcheck: {disable: true}", "healthcheck: {disable: false}", "healthcheck.disable"),
        ("command: [x]", "command: []", "command"),
        ("entrypoint: x", "entrypoint: []", "entrypoint"),
        ("command: x", "command: ''", "command"),
        ("entrypoint: [x]", "entrypoint: '# y'", "entrypoint"),
        ("ports: [80]", "ports: []", "ports"),
        ("environment: {A: x}", "environment: {A: ''}", "environment.A"),
        ("environment: [A=x]", "environment: [A]", "environment.A"),
        ("environment: {A: x}", "environment: {A: }", "environment.A"),
        (
            "deploy: {placement: {constraints: [node.role == manager]}}",
            "deploy: {placement: {constraints: []}}",
            "deploy.placement.constraints",
        ),
    ],
)
def test_ignored_zeros(base: str, overlay: str, path: str) -> None:
    fact = facts_of_layers(f"{{image: b, {base}}}", f"{{{overlay}}}")["derived.ignored_zeros"]
    assert fact.value == [path]
    assert fact.location is not None
    assert fact.location.file == "2.yml"


@pytest.mark.parametrize(
    ("base", "overlay"),
    [
        ("deploy: {replicas: 3}", "deploy: {replicas: 0}"),
        ("deploy: {update_config: {parallelism: 2}}", "deploy: {update_config: {parallelism: 0}}"),
        ("deploy: {update_config: {monitor: 5s}}", "deploy: {update_config: {monitor: 0s}}"),
        ("deploy: {update_config: {failure_action: pause}}", "deploy: {update_config: {failure_action: ''}}"),
        ("deploy: {update_config: {delay: 0s}}", "deploy: {update_config: {delay: 0s}}"),
        ("hostname: c", "read_only: false"),
        ("environment: {A: ''}", "environment: {A: ''}"),
        ("environment: {A: x}", "environment: {B: ''}"),
        ("labels: {A: x}", "labels: {A: ''}"),
        ("hostname: c", "command: []"),
    ],
)
def test_zeros_that_are_not_ignored(base: str, overlay: str) -> None:
    assert facts_of_layers(f"{{image: b, {base}}}", f"{{{overlay}}}")["derived.ignored_zeros"].value == []


def test_third_layer_can_override_an_ignored_zero() -> None:
    layers = [f"{{image: b, deploy: {{update_config: {{delay: {delay}}}}}}}" for delay in ("9s", "0s", "1s")]
    assert facts_of_layers(*layers[:2])["derived.ignored_zeros"].value == [f"{UPDATE}.delay"]
    assert facts_of_layers(*layers)["derived.ignored_zeros"].value == []
    assert facts_of_layers(*layers[:2], "{hostname: c}")["derived.ignored_zeros"].value == [f"{UPDATE}.delay"]


@pytest.mark.parametrize(
    ("texts", "value"), [(["a: {image: b}", "a: {hostname: c}"], True), (["z: {image: b}", "a: {hostname: c}"], False)]
)
def test_in_first_layer(texts: list[str], value: bool) -> None:
    facts = facts_for(*(f"services: {{{text}}}" for text in texts))
    assert facts["derived.in_first_layer"].value is value


@pytest.mark.parametrize(
    ("base", "overlay", "files"),
    [
        ("{image: b}", "{hostname: c}", []),
        ("{image: b, healthcheck: {test: a}}", "{hostname: c}", ["1.yml"]),
        ("{image: b, healthcheck: {test: [CMD, a, b]}}", "{healthcheck: {interval: 3s}}", ["1.yml"]),
        ("{image: b, healthcheck: {test: a}}", "{healthcheck: {test: a}}", ["1.yml", "2.yml"]),
        ("{image: b, healthcheck: {test: a}}", "{healthcheck: {test: []}}", ["1.yml"]),
    ],
)
def test_healthcheck_test_layers(base: str, overlay: str, files: list[str]) -> None:
    assert facts_of_layers(base, overlay)["derived.healthcheck_test_layers"].value == files


@pytest.mark.parametrize(
    ("base", "overlay", "lost"),
    [
        ('["53:53/tcp", "53:53/udp"]', "", ["53:53/tcp"]),
        ('["53:53/tcp"]', '["53:53/udp"]', ["53:53/tcp"]),
        ('["80", "443"]', "", ["80/tcp"]),
        ('["80"]', '["443"]', ["80/tcp"]),
        ('["80"]', '["80"]', []),
        ('["8080:80"]', '["8080:8000"]', []),
        ('["80:80", "443:443"]', '["80:8080"]', []),
        ('["80:80"]', '["443:443"]', []),
        ('["80:80", {target: 80, published: 80}]', "", []),
        ('["80:80", "80:8080"]', "", ["80:80/tcp"]),
        ('["53:53/tcp", "53:53/udp"]', '["53:53/tcp"]', ["53:53/udp"]),
    ],
)
def test_lost_ports(base: str, overlay: str, lost: list[str]) -> None:
    given = f"{{ports: {overlay}}}" if overlay else "{hostname: c}"
    assert facts_of_layers(f"{{image: b, ports: {base}}}", given)["derived.lost_ports"].value == lost


def test_lost_ports_need_a_second_layer() -> None:
    assert facts_of_layers('{image: b, ports: ["53:53/tcp", "53:53/udp"]}')["derived.lost_ports"].value == []


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("{image: 'b:$TAG-alpine'}", ["image: $TAG"]),
        ("{image: 'b:${TAG}-alpine'}", []),
        ("{image: 'b:${TAG:-x}'}", []),
        ("{image: 'b:$$TAG-alpine'}", []),
        ("{image: 'b:$TAG'}", []),
        ("{image: b, command: ['$A-x', '$B?y']}", ["command: $B"]),
        ("{image: b, environment: {U: '$A-$B'}}", ["environment.U: $A"]),
    ],
)
def test_swallowed_text(text: str, where: list[str]) -> None:
    assert facts_of_layers(text)["derived.swallowed_text"].value == where


def test_swallowed_text_of_an_overridden_value_is_ignored() -> None:
    assert facts_of_layers("{image: 'b:$TAG-alpine'}", "{image: 'b:1'}")["derived.swallowed_text"].value == []
    assert facts_of_layers("{image: 'b:$TAG-alpine'}", "{hostname: c}")["derived.swallowed_text"].value == [
        "image: $TAG"
    ]


def test_swallowed_text_in_an_extension_belongs_to_its_user() -> None:
    text = "x-own: &own {image: 'b:$TAG-alpine'}\nservices: {a: *own, c: {image: d}}"
    assert facts_for(text)["derived.swallowed_text"].value == ["image: $TAG"]
    assert facts_for(text, service="c")["derived.swallowed_text"].value == []
    stack, _ = stack_of("x-own: {image: 'b:$TAG-alpine'}\nservices: {c: {image: d}}")
    assert stack_facts(stack)["derived.swallowed_text"].value == []


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("{image: b}", []),
        ("{image: b, ports: !override ['80:80']}", ["ports: !override"]),
        ("!override {image: b}", ["!override"]),
        ("{image: b, hostname: !reset ''}", ["hostname: !reset"]),
        ("{image: b, hostname: !!str 1}", []),
    ],
)
def test_ignored_modifiers(text: str, where: list[str]) -> None:
    assert facts_of_layers(text)["derived.ignored_modifiers"].value == where
