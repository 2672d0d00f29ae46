"""Derived facts about layers that Docker reads in an unexpected way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.facts.cluster import Cluster
from rollout_lint.facts.derived import stack_facts
from rollout_lint.stack.docker_version import parse_docker_version
from rollout_lint.stack.merge import load_stack
from rollout_lint.syntax.parser import parse

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


ANCHORS = """x-policy: &policy {order: start-first, failure_action: rollback}
x-web: &web {image: c, deploy: {replicas: 2}}
"""


@pytest.mark.parametrize(
    ("service", "paths"),
    [
        ("{image: b, deploy: {update_config: {order: stop-first, <<: *policy}}}", [f"{UPDATE}.order"]),
        ("{image: b, deploy: {update_config: {<<: *policy, order: stop-first}}}", []),
        ("{image: b, deploy: {update_config: {order: start-first, <<: *policy}}}", []),
        ("{image: b, deploy: {update_config: {monitor: 9s, <<: *policy}}}", []),
        ("{image: b, deploy: {replicas: 3}, <<: *web}", ["image", "deploy"]),
        ("{image: b, <<: *web, deploy: {replicas: 3}}", ["image"]),
        ("{image: c, deploy: {replicas: 2}, <<: [*web]}", []),
        ("{image: b, <<: [{hostname: d}, *web, {image: e}]}", ["image"]),
        ("{image: b, <<: [{image: b}, *web]}", []),
        ("{image: b, environment: {A: '1', <<: {A: '2'}}}", ["environment.A"]),
        ("{image: b, ports: [{target: 80, <<: {target: 81}}]}", ["ports.target"]),
        ("{image: b, x-more: {target: 80, <<: {target: 81}}}", []),
    ],
)
def test_overridden_by_merge(service: str, paths: list[str]) -> None:
    facts = facts_for(f"{ANCHORS}services: {{a: {service}}}")
    assert sorted(facts["derived.overridden_by_merge"].value) == sorted(paths)


def test_overridden_by_merge_in_anchor_belongs_to_service() -> None:
    text = f"{ANCHORS}x-late: &late {{image: d, <<: *web}}\nservices:\n  a: *late\n  b: {{image: e}}\n"
    facts = facts_for(text)
    assert facts["derived.overridden_by_merge"].value == ["image"]
    assert facts.location("derived.overridden_by_merge") is not None
    assert facts.location("derived.overridden_by_merge").line == 3  # type: ignore[union-attr]
    assert facts_for(text, service="b")["derived.overridden_by_merge"].value == []


@pytest.mark.parametrize("text", ["volumes: {v: {driver: a, <<: {driver: b}}}", "<<: {version: '3.1'}"])
def test_overridden_by_merge_outside_of_services(text: str) -> None:
    layer = f"version: '3.8'\nservices: {{a: {{image: b}}}}\n{text}\n"
    assert facts_for(layer)["derived.overridden_by_merge"].value == []
    [path] = stack_facts(stack_of(layer)[0])["derived.overridden_by_merge"].value
    assert path in ("volumes.v.driver", "version")


def test_overridden_by_merge_of_both_layers() -> None:
    late = "{{image: b, {0}: {{A: '1', <<: {{A: '2'}}}}}}"
    facts = facts_of_layers(late.format("environment"), late.format("labels"))
    assert facts["derived.overridden_by_merge"].value == ["environment.A", "labels.A"]


@pytest.mark.parametrize(("client", "value"), [(None, None), ("27.5", True), ("28", False)])
def test_merge_overrides(client: str | None, value: bool | None) -> None:
    version = parse_docker_version(client or "")
    facts = facts_for("services: {a: {image: b}}", cluster=Cluster(client=version))
    assert facts["derived.merge_overrides"].value is value
    stack, _ = load_stack([parse(b"services: {a: {image: b}}", "a.yml")], {}, client=version)
    assert stack_facts(stack)["derived.merge_overrides"].value is value
