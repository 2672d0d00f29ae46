"""What Docker would refuse about a file, with the place and what was meant."""

from __future__ import annotations

import pytest

from tests.support import stack_of


def problems(text: str, **environment: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in stack_of(text, environment=environment)[1]]


def service(text: str) -> str:
    return f"services:\n  a:\n    image: b\n    {text}\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (service("update_config: {order: start-first}"), 4, "it belongs under deploy"),
        (
            service("deploy: {resources: {reservations: {devices: []}}}"),
            4,
            "Swarm hands out devices as generic_resources",
        ),
        (service("deploy: {update-config: {}}"), 4, "did you mean update_config?"),
        (service("deploy: {update_config: {on_failure: rollback}}"), 4, "on_failure is not a key under"),
        (service("deploy: {failure_action: rollback}"), 4, "it belongs under deploy.update_config"),
        (service("deploy: {update_config: {max_failure_ration: 1}}"), 4, "did you mean max_failure_ratio?"),
        (service("deploy: {update_config: {order: startfirst}}"), 4, "must be start-first or stop-first"),
        (service("deploy: {update_config: {order: ''}}"), 4, "must be start-first or stop-first"),
        (service("deploy: {update_config: {monitor: 30}}"), 4, "must be text"),
        (service("deploy: {update_config: {monitor: 1d}}"), 4, "must be a duration"),
        (service('deploy: {update_config: {max_failure_ratio: "0.5"}}'), 4, "must be a number"),
        (service("deploy: {update_config: }"), 4, "must be a mapping"),
        (service("deploy: {update_config: {x-a: 1}}"), 4, "x-a is not a key"),
        (service("deploy: {resources: {limits: {memory: 512x}}}"), 4, "must be a size"),
        (service("mem_limit: 1g"), 4, "Docker refuses it in a stack"),
        (service("profiles: [a]"), 4, "profiles is not a key"),
        (service("depends_on: {c: {condition: service_healthy}}"), 4, "depends_on must be a list"),
        (service("ports: [{target: 80, published: '80'}]"), 4, "must be a whole number"),
        (service("cap_add: [A, A]"), 4, "holds this item twice"),
        ("services:\n  a: {image: b}\nname: x\n", 3, "name is not a key at the top of the file"),
        ("services:\n  a: {image: b}\nb:\n  image: c\n", 3, "b is not a key at the top of the file"),
        ("services:\n  a:\n", 2, "services.a must be a mapping"),
        ("services:\n", 1, "services must be a mapping"),
        ("version: 3.8\nservices: {}\n", 1, "version must be text"),
        ('version: "3.80"\nservices: {}\n', 1, "Docker knows the versions"),
        ('version: "2.4"\nservices: {}\n', 1, "Docker knows the versions"),
        ("- a\n", 1, "must be a mapping"),
        ("", 1, "must be a mapping"),
        (service('command: "$(date)"'), 4, "write `$$`"),
        ("x-note: 5$\nservices: {}\n", 1, "write `$$`"),
        (service("deploy: {replicas: $N}"), 4, "because N has no value here"),
        (service("read_only: $FLAG"), 4, "because FLAG has no value here"),
    ],
)
def test_problems_point(text: str, line: int, message: str) -> None:
    found = problems(text)
    assert len(found) == 1, found
    assert found[0][0] == line
    assert message in found[0][1]


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
    ],
)
def test_what_docker_takes_is_no_problem(text: str) -> None:
    assert problems(text) == []


def test_what_came_with_a_later_version_is_refused() -> None:
    text = 'version: "3.3"\nservices:\n  a:\n    image: b\n    deploy: {update_config: {order: stop-first}}\n'
    assert problems(text) == [
        (5, "services.a.deploy.update_config.order came with version 3.4, and this file states an older one")
    ]


@pytest.mark.parametrize("flag", ["y", "Yes", "TRUE", "on", "n", "NO", "false", "off"])
def test_a_variable_may_say_a_boolean_in_many_words(flag: str) -> None:
    assert problems(service("read_only: $FLAG"), FLAG=flag) == []


def test_a_required_variable_is_no_defect_unless_the_policy_hangs_on_it() -> None:
    assert problems(service("hostname: ${H:?set me}")) == []
    found = problems(service("deploy: {update_config: {order: '${ORDER:?}'}}"))
    assert [line for line, _ in found] == [4]
    assert "depends on ORDER" in found[0][1]


def test_no_message_repeats_a_value() -> None:
    secret = "hunter2"
    text = (
        f"services:\n  a:\n    image: b\n    environment: {{P: [{secret}]}}\n    hostname: '${secret[:0]}({secret})'\n"
    )
    assert problems(text)
    assert all(secret not in message for _, message in problems(text))


def test_a_problem_names_the_variable_that_may_be_its_cause() -> None:
    _, problems = stack_of("services: {a: {image: b, deploy: {update_config: {monitor: '${WAIT}'}}}}\n")
    assert [problem.message for problem in problems] == [
        "services.a.deploy.update_config.monitor must be a duration such as 30s or 1m30s (WAIT has no value here)"
    ]
