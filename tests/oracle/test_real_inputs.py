"""Odd files of real repositories: Docker's answer, rollout-lint's answer, and the output of `check`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.oracle.compare import disagreements
from tests.oracle.docker import docker_config, require

if TYPE_CHECKING:
    from tests.conftest import Run, Write

pytestmark = pytest.mark.oracle

POLICY = "{update_config: {failure_action: rollback, order: start-first}}"


@dataclass(frozen=True)
class Case:
    """Layers, Docker's error, lines of the problems, services at risk, and findings about the whole stack."""

    layers: tuple[str | bytes, ...]
    error: str = ""
    status: str = "evaluated"
    problems: tuple[int, ...] = ()
    at_risk: tuple[str, ...] = ()
    stack_findings: tuple[str, ...] = ()


CASES = {
    "two merge keys": Case(
        (f"x-a: &a {{image: b}}\nservices:\n  s:\n    <<: *a\n    <<: *a\n    deploy: {POLICY}\n",),
        'mapping key "<<" already defined',
        "not-evaluated",
        (5,),
    ),
    "merges in a list, and one within another": Case(
        (
            (
                f"x-a: &a {{image: b}}\nx-b: &b {{<<: *a, hostname: c}}\nx-d: &d\n  deploy: {POLICY}\n"
                "services:\n  s: {<<: [*b, *d]}\n"
            ),
        ),
        at_risk=("s",),
    ),
    "a policy in an unused extension": Case(
        (f"x-d: &d\n  deploy: {POLICY}\nservices:\n  s: {{image: b}}\n",),
    ),
    "a policy in an extension that one service uses": Case(
        (f"x-d: &d\n  deploy: {POLICY}\nservices:\n  s: {{image: b, <<: *d}}\n  t: {{image: b}}\n",),
        at_risk=("s",),
    ),
    "a service dedented out of services": Case(
        (f"services:\n  s: {{image: b}}\nt:\n  image: b\n  deploy: {POLICY}\n",),
        "Additional property t is not allowed",
        "not-evaluated",
        (3,),
    ),
    "a service nested in another": Case(
        (f"services:\n  s:\n    image: b\n    t:\n      image: b\n      deploy: {POLICY}\n",),
        "Additional property t is not allowed",
        "not-evaluated",
        (4,),
    ),
    "an overlay without a version and an image": Case(
        ("version: '3.8'\nservices:\n  s: {image: b}\n", f"services:\n  s:\n    deploy: {POLICY}\n"),
        "version mismatched",
        "not-evaluated",
        (1,),
        ("s",),
    ),
    "line ends of Windows": Case(
        (f"services:\r\n  s:\r\n    image: b\t\r\n    deploy: {POLICY}\t# x\r\n",), at_risk=("s",)
    ),
    "a byte order mark": Case((f"\ufeffservices:\n  s: {{image: b, deploy: {POLICY}}}\n",), at_risk=("s",)),
    "a tab for an indentation": Case(
        ("services:\n\ts:\n\t\timage: b\n",), "found character that cannot start any token", "not-evaluated", (2,)
    ),
    "bytes that are not UTF-8": Case(
        (b"services:\n  s: {image: \xff}\n",), "invalid leading UTF-8 octet", "not-evaluated", (2,)
    ),
    "an overlay without a healthcheck over a base with one": Case(
        (
            f"services:\n  s: {{image: b, healthcheck: {{test: x}}, deploy: {POLICY}}}\n",
            "services:\n  s: {deploy: {update_config: {order: stop-first}}}\n",
        ),
    ),
    "a file of Jinja": Case(
        ("services:\n{% if x %}\n  s: {image: b}\n{% endif %}\n",), "cannot start any token", "template", (2,)
    ),
    "an image of Jinja": Case(("services:\n  s:\n    image: {{ x }}\n",), "invalid map key", "template", (3,)),
    "a template of Go in quotes": Case(
        (f"services:\n  s: {{image: b, hostname: '{{{{ .Node.Hostname }}}}', deploy: {POLICY}}}\n",), at_risk=("s",)
    ),
    "an empty number that is not cast": Case(
        (f"services:\n  s: {{image: 'b:$N', environment: {{A: $N}}, deploy: {POLICY}}}\n",), at_risk=("s",)
    ),
    "an empty number that is cast": Case(
        (f"services:\n  s:\n    image: b\n    deploy: {POLICY}\n  t:\n    image: b\n    deploy: {{replicas: $N}}\n",),
        "strconv.Atoi",
        at_risk=("s",),
    ),
    "a command in a dollar": Case(
        (f"services:\n  s:\n    image: b\n    command: echo $(id)\n    deploy: {POLICY}\n",),
        "invalid interpolation format",
        "not-evaluated",
        (4,),
        ("s",),
    ),
    "a duplicate key": Case(
        (f"services:\n  s:\n    image: b\n    deploy: {POLICY}\n    image: c\n",),
        'mapping key "image" already defined at line 3',
        "not-evaluated",
        (5,),
    ),
    "numbers and words of YAML 1.1": Case(
        (
            (
                "services:\n  s:\n    image: b\n    hostname: yes\n    user: 22:22\n"
                "    command: [on, 0440, 0o440, 1e3]\n"
                f"    deploy: {POLICY}\n"
            ),
        ),
        "must be a string",
        "not-evaluated",
        (6, 6, 6),
        ("s",),
    ),
    "a required variable": Case(
        (f"services:\n  s: {{image: 'b:${{TAG:?say which}}', deploy: {POLICY}}}\n",),
        "required variable TAG is missing",
        at_risk=("s",),
    ),
    "an env_file that is not there": Case(
        (f"services:\n  s: {{image: b, env_file: secrets.env, deploy: {POLICY}}}\n",), "no such file", at_risk=("s",)
    ),
    "the tasks of a playbook": Case(
        ("- hosts: all\n  tasks: []\n",), "top-level object must be a mapping", "not-evaluated", (1,)
    ),
    "a second document": Case(
        (f"services:\n  s: {{image: b}}\n---\nservices:\n  t: {{image: b, deploy: {POLICY}}}\n",),
        stack_findings=("RL057 5",),
    ),
    "a drive of Windows": Case(
        (f"services:\n  s:\n    image: postgres\n    volumes: ['d:/data']\n    deploy: {POLICY}\n",), at_risk=("s",)
    ),
}


@pytest.fixture(autouse=True)
def docker() -> None:
    require()


@pytest.mark.parametrize("name", CASES)
def test_check_real_input(name: str, run: Run, write: Write) -> None:
    case = CASES[name]
    names = ["compose.yml", "compose.ccci.yml"][: len(case.layers)]
    files = dict(zip(names, case.layers, strict=True))
    folder = write(files)
    answer = docker_config([folder / each for each in names], {})
    assert (answer.merged is None) == bool(case.error)
    assert case.error in answer.message
    assert disagreements(files) == []
    [recipe] = run("check", folder, "--format", "json").json["recipes"]
    assert recipe["status"] == case.status
    assert tuple(problem["line"] for problem in recipe["problems"]) == case.problems
    last = recipe["variants"][-1]["name"] if recipe["variants"] else None
    found = [each for each in recipe["findings"] if each["rule"] == "RL001" and each["variant"] == last]
    assert tuple(service for each in found for service in each["services"]) == case.at_risk
    stack_findings = [each for each in recipe["findings"] if each["service"] is None and not recipe["problems"]]
    assert tuple(f"{each['rule']} {each['line']}" for each in stack_findings) == case.stack_findings
