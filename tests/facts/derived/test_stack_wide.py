"""Facts of the stack itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.facts.derived import stack_facts

from tests.support import stack_of

if TYPE_CHECKING:
    from rollout_lint.facts.model import Fact
    from syrupy.assertion import SnapshotAssertion


def facts(*texts: str) -> dict[str, Fact]:
    stack, _ = stack_of(*texts)
    return stack_facts(stack)


@pytest.mark.parametrize(
    ("base", "overlay", "lost"),
    [
        ("proxy: {external: true}", "proxy: {external: true}", []),
        ("proxy: {external: true}", "proxy: {}", ["networks.proxy.external"]),
        ("proxy: {}", "proxy: {driver: overlay}", []),
        ("proxy: {driver: overlay}", "proxy: {driver: bridge}", []),
        (
            "proxy: {driver: overlay, driver_opts: {a: b, c: d}}",
            "proxy: {attachable: true, driver_opts: {a: x}}",
            ["networks.proxy.driver", "networks.proxy.driver_opts.c"],
        ),
        ("one: {driver: overlay}", "two: {}", []),
    ],
)
def test_replaced_resources(base: str, overlay: str, lost: list[str]) -> None:
    texts = (f"services: {{a: {{image: b}}}}\nnetworks: {{{text}}}" for text in (base, overlay))
    fact = facts(*texts)["stack.replaced_resources"]
    assert fact.value == lost
    assert not lost or (fact.location is not None and fact.location.file == "2.yml")


@pytest.mark.parametrize(
    ("base", "overlay", "differing"),
    [
        ('version: "3.8"\n', 'version: "3.8"\n', []),
        ("", 'version: "3"\n', []),
        ('version: "3.8"\n', "", ["3.8", "3.13"]),
    ],
)
def test_versions(base: str, overlay: str, differing: list[str]) -> None:
    fact = facts(f"{base}services: {{a: {{image: b}}}}", f"{overlay}services: {{a: {{hostname: c}}}}")["stack.versions"]
    assert fact.value == differing
    assert not differing or (fact.location is not None and fact.location.file == "2.yml")


def test_dropped_services() -> None:
    fact = facts("services: {a: {image: b}}\n---\nservices:\n  c: {image: d}\n")["stack.dropped_services"]
    assert (fact.value, fact.location and fact.location.line) == (["c"], 4)
    assert facts("services: {a: {image: b}}")["stack.dropped_services"].value == []


def test_marks_outside_services_belong_to_the_stack() -> None:
    found = facts("services: {a: {image: b}}\nnetworks: {n: {name: '$A-x', labels: !reset {}}}")
    assert found["derived.swallowed_text"].value == ["networks.n.name: $A"]
    assert found["derived.ignored_modifiers"].value == ["networks.n.labels: !reset"]


@pytest.mark.parametrize(
    ("first", "second", "is_contested"),
    [
        pytest.param("'80:80'", "'80:81'", True, id="two-ingress"),
        pytest.param("'80:80'", "{target: 81, published: 80, mode: host}", True, id="ingress-and-host"),
        pytest.param(
            "{target: 81, published: 80, mode: host}", "{target: 81, published: 80, mode: host}", False, id="two-host"
        ),
        pytest.param("'80:80/udp'", "'80:81'", False, id="two-protocols"),
        pytest.param("80", "80", False, id="not-published"),
        pytest.param("'81:80', '81:81'", "'80:80'", False, id="other-service-first"),
        pytest.param("'${P:-80}:80'", "'80:81'", True, id="from-variable"),
        pytest.param("'8${P}:80'", "'8:81'", False, id="unknown"),
    ],
)
def test_contested_ports(first: str, second: str, is_contested: bool, snapshot: SnapshotAssertion) -> None:
    text = f"services:\n  a: {{image: x, ports: [{first}]}}\n  b: {{image: x, ports: [{second}]}}\n"
    fact = facts(text)["stack.contested_ports"]
    assert len(fact.value) == int(is_contested)
    assert (fact.location and fact.location.line) == (3 if is_contested else None)
    if is_contested:
        assert fact.value == snapshot


@pytest.mark.parametrize(
    ("version", "key"),
    [
        pytest.param("'3.8'", "profiles: [dev]", id="profiles"),
        pytest.param("'2.1'", "hostname: h", id="version-2"),
    ],
)
def test_no_port_is_contested_in_files_for_docker_compose(version: str, key: str) -> None:
    services = f"a: {{image: x, ports: ['80:80'], {key}}}, b: {{image: x, ports: ['80:81']}}"
    text = f"version: {version}\nservices: {{{services}}}"
    stack, problems = stack_of(text)
    assert problems
    assert stack_facts(stack)["stack.contested_ports"].value == []
