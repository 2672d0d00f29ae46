"""Merge of layers as in docker/cli; `tests/oracle` compares it with Docker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import facts_for, stack_of

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

BASE = """
version: "3.8"
services:
  a:
    image: b
    deploy:
      update_config: {delay: 10s, monitor: 30s, max_failure_ratio: 0.5, failure_action: rollback, parallelism: 2}
"""


def overlay(deploy: str) -> str:
    return f'version: "3.8"\nservices:\n  a:\n    deploy: {deploy}\n'


def test_setting_keeps_overridden_values() -> None:
    layers = [BASE, overlay("{update_config: {delay: 20s}}"), overlay("{update_config: {delay: 40s}}")]
    delay = facts_for(*layers)["deploy.update_config.delay"]
    assert delay.value == 40
    assert delay.location is not None
    assert delay.location.file == "3.yml"
    assert [(each.value, each.location.file) for each in delay.overrides] == [(20, "2.yml"), (10, "1.yml")]


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("delay: 0s", "delay", 10),
        ("monitor: 0s", "monitor", 30),
        ("max_failure_ratio: 0", "max_failure_ratio", 0.5),
        ("failure_action: ''", "failure_action", "rollback"),
        ("parallelism: 0", "parallelism", 0),
        ("failure_action: continue", "failure_action", "continue"),
    ],
)
def test_zero_overrides_only_behind_a_pointer(text: str, key: str, value: object) -> None:
    facts = facts_for(BASE, overlay(f"{{update_config: {{{text}}}}}"))
    assert facts[f"deploy.update_config.{key}"].value == value


def test_update_config_and_rollback_config_merge_by_key() -> None:
    facts = facts_for(BASE, overlay("{update_config: {order: start-first}, rollback_config: {parallelism: 0}}"))
    assert facts["deploy.update_config.order"].value == "start-first"
    assert facts["deploy.update_config.failure_action"].value == "rollback"
    assert facts["deploy.rollback_config.parallelism"].value == 0
    assert facts["deploy.rollback_config.order"].value == "stop-first"


def test_ports_with_the_same_number_are_merged() -> None:
    base = 'services: {a: {image: b, ports: ["53:53/tcp", "53:53/udp", "8080:80"]}}'
    assert len(facts_for(base)["ports"].value) == 3
    ports = facts_for(base, "services: {a: {hostname: c}}")["ports"].value
    assert [(port.published, port.protocol) for port in ports] == [(53, "udp"), (8080, "tcp")]


def test_short_port_overrides_the_mode_of_a_host_port() -> None:
    base = "services: {a: {image: b, ports: [{target: 80, published: 80, mode: host}]}}"
    assert facts_for(base)["derived.host_ports"].value == [80]
    assert facts_for(base, 'services: {a: {ports: ["80:80"]}}')["derived.host_ports"].value == []


def test_volumes_merge_by_target_and_constraints_append() -> None:
    base = """
services:
  a:
    image: b
    volumes: [one:/data, two:/other]
    healthcheck: {test: [CMD, x], retries: 3}
    deploy: {placement: {constraints: [node.role == manager]}}
"""
    over = """
services:
  a:
    volumes: [three:/data:ro]
    healthcheck: {test: y, retries: 0}
    deploy: {placement: {constraints: [node.hostname == n1]}}
"""
    facts = facts_for(base, over)
    assert [(volume.source, volume.read_only) for volume in facts["volumes"].value] == [("three", True), ("two", False)]
    assert facts["healthcheck.test"].value == ["CMD", "x", "CMD-SHELL", "y"]
    assert facts["healthcheck.retries"].value == 0
    assert facts["deploy.placement.constraints"].value == ["node.role == manager", "node.hostname == n1"]


@pytest.mark.parametrize(
    ("first", "second", "is_rejected"),
    [('version: "3.8"\n', "", True), ('version: "3.8"\n', 'version: "3.7"\n', True), ('version: "3"\n', "", False)],
)
def test_layers_of_different_versions_are_merged_with_a_problem(first: str, second: str, is_rejected: bool) -> None:
    stack, problems = stack_of(
        f"{first}services: {{a: {{image: b}}}}",
        f"{second}services: {{a: {{deploy: {{update_config: {{order: start-first}}}}}}}}",
    )
    assert [problem.file for problem in problems] == (["2.yml"] if is_rejected else [])
    assert stack.services["a"].settings["deploy.update_config.order"].value == "start-first"


def test_overlay_can_add_a_service() -> None:
    stack, problems = stack_of("services: {a: {image: b}}", "services: {c: {image: d}}")
    assert (list(stack.services), problems) == (["a", "c"], [])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param('version: "3.8"\n', "", id="second-unset"),
        pytest.param('version: "3.8"\n', 'version: "3.7"\n', id="both-set"),
        pytest.param("", 'version: "3.7"\n', id="first-unset"),
    ],
)
def test_version_problem_names_both_versions(first: str, second: str, snapshot: SnapshotAssertion) -> None:
    _, [problem] = stack_of(f"{first}services: {{a: {{image: b}}}}", f"{second}services: {{c: {{image: d}}}}")
    assert problem.message == snapshot


def test_unreadable_layers_are_reported_and_the_stack_is_empty(
    snapshot: SnapshotAssertion,
) -> None:
    stack, problems = stack_of(
        "- a", "services: {a: {image: 3}}", "services: [", "volumes: {n: {external: true, driver: d}}"
    )
    assert not stack.services
    assert [(problem.file, problem.line, problem.column) for problem in problems] == [
        ("1.yml", 1, 1),
        ("2.yml", 1, 23),
        ("3.yml", 2, 1),
        ("4.yml", 1, 39),
    ]
    assert [problem.message for problem in problems] == snapshot


def test_overlay_can_lose_its_own_port() -> None:
    base = 'services: {a: {image: b, ports: ["80:80"]}}'
    lost = stack_of(base, 'services: {a: {ports: ["53:53/tcp", "53:53/udp"]}}')[0].services["a"].lost_ports
    assert [(item.location.file, item.value.protocol) for item in lost] == [("2.yml", "tcp")]


@pytest.mark.parametrize("key", ["command", "entrypoint"])
@pytest.mark.parametrize(("over", "file"), [("[d]", "2.yml"), ("[]", "1.yml"), ("''", "1.yml"), ("e f", "2.yml")])
def test_command_replaces_earlier_one_unless_empty(key: str, over: str, file: str) -> None:
    stack, _ = stack_of(f"services: {{a: {{image: b, {key}: [c]}}}}", f"services: {{a: {{{key}: {over}}}}}")
    assert [item.location.file for item in stack.services["a"].lists[key]] == [file]


def test_environment_merges_by_name_except_empty_values() -> None:
    stack, _ = stack_of(
        "services: {a: {image: b, environment: {D: x, A: x, B: x}}}",
        "services: {a: {environment: {D: y, A: '', C: ''}}}",
    )
    merged = stack.services["a"].lists["environment"]
    assert [(item.value, item.location.file) for item in merged] == [
        ("A", "1.yml"),
        ("B", "1.yml"),
        ("C", "2.yml"),
        ("D", "2.yml"),
    ]


@pytest.mark.parametrize("path", ["networks", "configs", "secrets", "labels", "deploy.labels"])
def test_names_merge_with_the_location_of_the_last_layer(path: str) -> None:
    block, _, key = path.rpartition(".")
    first, second = (f"{key}: [{names}]" for names in ("d, a, b", "c, a"))
    texts = [f"{block}: {{{each}}}" if block else each for each in (first, second)]
    stack, _ = stack_of(f"services: {{a: {{image: b, {texts[0]}}}}}", f"services: {{a: {{{texts[1]}}}}}")
    merged = stack.services["a"].lists[path]
    assert [(item.value, item.location.file) for item in merged] == [
        ("a", "2.yml"),
        ("b", "1.yml"),
        ("c", "2.yml"),
        ("d", "1.yml"),
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("env_file", "env_file: [%s, %s]"),
        ("healthcheck.test", "healthcheck: {test: [%s, %s]}"),
        ("deploy.placement.constraints", "deploy: {placement: {constraints: [%s, %s]}}"),
        ("deploy.placement.preferences", "deploy: {placement: {preferences: [{spread: %s}, {spread: %s}]}}"),
    ],
)
def test_appended_lists_keep_duplicates_and_order(path: str, text: str) -> None:
    base, over = text % ("NONE", "b"), text % ("a", "b")
    stack, _ = stack_of(f"services: {{a: {{image: b, {base}}}}}", f"services: {{a: {{{over}}}}}")
    merged = stack.services["a"].lists[path]
    assert [(item.value, item.location.file) for item in merged] == [
        ("NONE", "1.yml"),
        ("b", "1.yml"),
        ("a", "2.yml"),
        ("b", "2.yml"),
    ]
