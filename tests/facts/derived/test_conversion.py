"""Derived facts about stacks that Docker rejects when it deploys them."""

from __future__ import annotations

import pytest
from rollout_lint.facts.cluster import Cluster
from rollout_lint.stack.docker_version import parse_docker_version

from tests.deploy_cases import ACCEPTED, REJECTED
from tests.support import facts_for, service_with, stack_of


def errors_of(text: str) -> list[str]:
    """Return the errors that the derived facts predict for the only service."""
    stack, _ = stack_of(text)
    facts = facts_for(text, service=next(iter(stack.services)))
    return [*facts["derived.refused_by_deploy"].value, *facts["derived.refused_by_engine"].value]


@pytest.mark.parametrize("stack", REJECTED)
def test_rejected_stack(stack: str) -> None:
    text, words = REJECTED[stack]
    assert errors_of(text) == [words]


@pytest.mark.parametrize("stack", ACCEPTED)
def test_accepted_stack(stack: str) -> None:
    assert errors_of(ACCEPTED[stack]) == []


@pytest.mark.parametrize(
    "service",
    [
        "image: 'foo:${TAG}'",
        "image: '${IMAGE}'",
        "image: '${IMAGE:?needed}'",
        "image: b, restart: '${RESTART}x'",
        "image: b, deploy: {mode: '${MODE}x'}",
        "image: b, deploy: {placement: {constraints: ['node.hostname == ${HOST}', 'x = ${Y:?needed}']}}",
        "image: b, networks: ['${NET}n']",
        "image: b, volumes: ['${NAME}data:/a', {type: volume, source: '${NAME}', target: /b}]",
        "image: b, secrets: [{source: '${NAME}s'}]",
        "image: b, ports: [{target: 80, published: 80, protocol: '${P}'}, '80:81']",
        "image: b, deploy: {endpoint_mode: '${E}x'}",
    ],
)
def test_values_of_unset_variables_are_not_checked(service: str) -> None:
    text = f"services: {{a: {{{service}}}}}\nvolumes: {{v: }}"
    facts = facts_for(text)
    assert facts["derived.refused_by_deploy"].value == facts["derived.refused_by_engine"].value == []
    assert facts["derived.lacks_image"].value is False


@pytest.mark.parametrize("cpus", ["1e999999999", "0x10", "9" * 5000, "1_000"])
def test_huge_number_of_processors_is_not_computed(cpus: str) -> None:
    assert errors_of(service_with(f"deploy: {{resources: {{limits: {{cpus: '{cpus}'}}}}}}")) == []


def test_lacks_image() -> None:
    assert facts_for("services: {a: {build: .}}")["derived.lacks_image"].value is True
    assert facts_for("services: {a: {build: .}}", "services: {a: {image: b}}")["derived.lacks_image"].value is False


@pytest.mark.parametrize(
    ("services", "value"),
    [
        ("a: {build: .}", True),
        ("a: {build: {context: .}}, c: {image: d}", True),
        ("a: {build: ., image: b}", False),
        ("a: {command: x}", False),
        ("a: {build: .}, c: {image: d, deploy: {replicas: 2}}", False),
    ],
)
def test_only_built(services: str, value: bool) -> None:
    assert facts_for(f"services: {{{services}}}")["derived.only_built"].value is value


def test_refused_by_deploy_has_the_first_location() -> None:
    fact = facts_for("services: {a: {image: b,\n networks: [n],\n secrets: [s]}}")["derived.refused_by_deploy"]
    assert (fact.value, fact.location and fact.location.line) == (['undefined network "n"', 'undefined secret "s"'], 2)


def test_refused_by_engine_has_the_first_location() -> None:
    fact = facts_for(service_with("deploy: {resources: {limits: {memory: 1M}},\n endpoint_mode: no}"))[
        "derived.refused_by_engine"
    ]
    assert (len(fact.value), fact.location and fact.location.line) == (2, 1)


@pytest.mark.parametrize(("client", "is_known"), [(None, True), ("23", True), ("20.10.24", False)])
@pytest.mark.parametrize("mode", ["replicated-job", "global-job"])
def test_older_client_does_not_know_jobs(client: str | None, is_known: bool, mode: str) -> None:
    cluster = Cluster(client=parse_docker_version(client or ""))
    facts = facts_for(service_with(f"deploy: {{mode: {mode}}}"), cluster=cluster)
    assert facts["derived.refused_by_deploy"].value == ([] if is_known else [f"unknown mode: {mode}"])
