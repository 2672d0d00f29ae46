"""Problems of one file: locations and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import stack_of

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def problems(text: str, is_exact: bool = False, **environment: str) -> list[tuple[int, str]]:
    _, found = stack_of(text, environment=environment, is_exact=is_exact)
    return [(problem.line, problem.message) for problem in found]


def service(text: str) -> str:
    return f"services:\n  a:\n    image: b\n    {text}\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(service("update_config: {order: start-first}"), 4, id="key-of-deploy"),
        pytest.param(service("deploy: {resources: {reservations: {devices: []}}}"), 4, id="devices"),
        pytest.param(service("deploy: {update-config: {}}"), 4, id="dashed-key"),
        pytest.param(service("deploy: {update_config: {on_failure: rollback}}"), 4, id="on-failure"),
        pytest.param(service("deploy: {failure_action: rollback}"), 4, id="key-of-update-config"),
        pytest.param(service("deploy: {update_config: {max_failure_ration: 1}}"), 4, id="misspelt-key"),
        pytest.param(service("deploy: {update_config: {order: startfirst}}"), 4, id="bad-order"),
        pytest.param(service("deploy: {update_config: {order: ''}}"), 4, id="empty-order"),
        pytest.param(service("deploy: {update_config: {monitor: 30}}"), 4, id="number-as-text"),
        pytest.param(service("deploy: {update_config: {monitor: 1d}}"), 4, id="bad-duration"),
        pytest.param(service('deploy: {update_config: {max_failure_ratio: "0.5"}}'), 4, id="text-as-number"),
        pytest.param(service("deploy: {update_config: }"), 4, id="null-mapping"),
        pytest.param(service("deploy: {update_config: {x-a: 1}}"), 4, id="extension"),
        pytest.param(service("deploy: {resources: {limits: {memory: 512x}}}"), 4, id="bad-size"),
        pytest.param(service("deploy: {resources: {limits: {memory: 512Mi}}}"), 4, id="size-of-kubernetes"),
        pytest.param(service("ulimits: {nofile: 9223372036854775808}"), 4, id="ulimit-of-64-bits"),
        pytest.param(service("ulimits: {nofile: {soft: 1e3, hard: 1}}"), 4, id="ulimit-with-exponent"),
        pytest.param(service("volumes: [{type: bind, target: /d}]"), 4, id="bind-without-source"),
        pytest.param("version: '3.8'\n" + service("build: {platforms: [a]}"), 5, id="build-before-3.11"),
        pytest.param(service("mem_limit: 1g"), 4, id="compose-only"),
        pytest.param(service("profiles: [a]"), 4, id="profiles"),
        pytest.param(service("depends_on: {c: {condition: service_healthy}}"), 4, id="depends-on"),
        pytest.param(service("ports: [{target: 80, published: '80'}]"), 4, id="published"),
        pytest.param(service("cap_add: [A, A]"), 4, id="duplicate-item"),
        pytest.param("services:\n  a: {image: b}\nname: x\n", 3, id="top-level-name"),
        pytest.param("services:\n  a: {image: b}\nb:\n  image: c\n", 3, id="top-level-other"),
        pytest.param("services:\n  a:\n", 2, id="null-service"),
        pytest.param("services:\n", 1, id="null-services"),
        pytest.param("version: 3.8\nservices: {}\n", 1, id="number-version"),
        pytest.param('version: "3.80"\nservices: {}\n', 1, id="unknown-version"),
        pytest.param('version: "2.4"\nservices: {}\n', 1, id="old-version"),
        pytest.param("- a\n", 1, id="list-file"),
        pytest.param("", 1, id="empty-file"),
        pytest.param(service('command: "$(date)"'), 4, id="command-dollar"),
        pytest.param("x-note: 5$\nservices: {}\n", 1, id="lone-dollar"),
    ],
)
def test_problem_has_line_and_message(text: str, line: int, snapshot: SnapshotAssertion) -> None:
    found = problems(text)
    assert [line_number for line_number, _ in found] == [line]
    assert [message for _, message in found] == snapshot


@pytest.mark.parametrize(
    "text",
    [
        "services: {a: {image: b, x-own: {any: thing}, restart: 'no', privileged: true, build: .}}",
        "services: {a: {image: b, deploy: }}",
        "x-any: [1, {a: b}]\nservices: {a: {image: b}}",
        "services: {a: {image: b, env_file: [does-not-exist.env]}}",
        "services: {a: {image: b, labels: {n: 5, e: }, environment: [A=b]}}",
        'services: {a: {image: b, hostname: "{{.Node.Hostname}}"}}',
        "services: {a: {image: b, secrets: [{source: s, mode: 0440}]}}",
        "services: {a: {image: b, build: {platforms: [a], x-a: 1}}}",
        "services: {a: {image: b, ulimits: {nofile: {soft: -1, hard: '${N:-+3}'}}}}",
        "services: {a: {image: b, deploy: {resources: {limits: {memory: .5g}, reservations: {memory: 1e3m}}}}}",
    ],
)
def test_valid_file_has_no_problem(text: str) -> None:
    assert problems(text) == []


def test_key_of_a_later_version_is_rejected(snapshot: SnapshotAssertion) -> None:
    text = 'version: "3.3"\nservices:\n  a:\n    image: b\n    deploy: {update_config: {order: stop-first}}\n'
    assert problems(text) == snapshot
    assert [line for line, _ in problems(text)] == [5]


@pytest.mark.parametrize("flag", ["y", "Yes", "TRUE", "on", "n", "NO", "false", "off"])
def test_boolean_variable_accepts_all_spellings(flag: str) -> None:
    assert problems(service("read_only: $FLAG"), FLAG=flag) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("deploy: {replicas: $N}", id="unset-number"),
        pytest.param("read_only: $FLAG", id="unset-boolean"),
        pytest.param("deploy: {update_config: {monitor: '${WAIT}'}}", id="unset-duration"),
        pytest.param("deploy: {update_config: {order: '${ORDER:?}'}}", id="required-in-policy"),
        pytest.param("hostname: ${H:?set me}", id="required"),
        pytest.param("ports: ['${PORT}']", id="unset-port"),
    ],
)
def test_unset_variable_is_an_error_if_exact(text: str, snapshot: SnapshotAssertion) -> None:
    assert problems(service(text)) == []
    found = problems(service(text), is_exact=True)
    assert [line for line, _ in found] == [4]
    assert [message for _, message in found] == snapshot


@pytest.mark.parametrize("text", ["ports: $PORTS", "init: $INIT", "deploy: {update_config: $POLICY}", "labels: $L"])
def test_variable_that_no_value_makes_valid_is_an_error(text: str) -> None:
    assert [line for line, _ in problems(service(text))] == [4]


def test_known_variable_beside_an_unset_one_is_checked() -> None:
    text = "services:\n  a:\n    image: b:$TAG\n    deploy: {replicas: $N}\n"
    assert [line for line, _ in problems(text, N="many")] == [4]


@pytest.mark.parametrize("section", ["services", "volumes", "secrets", "configs"])
def test_name_with_line_end_is_an_error(section: str) -> None:
    assert [line for line, _ in problems(f'{section}:\n  "x\\n": {{}}\n')] == [2]


def test_messages_do_not_print_secrets() -> None:
    secret = "hunter2"
    text = (
        f"services:\n  a:\n    image: b\n    environment: {{P: [{secret}]}}\n    hostname: '${secret[:0]}({secret})'\n"
    )
    assert problems(text)
    assert all(secret not in message for _, message in problems(text))
