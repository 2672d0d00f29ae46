"""Derived facts about networks."""

from __future__ import annotations

import pytest

from tests.support import facts_for


@pytest.mark.parametrize(
    ("service", "networks", "value"),
    [
        ("networks: [host]", "host: {external: true}", True),
        ("networks: [outside]", "outside: {external: true, name: host}", True),
        ("networks: {outside: {}}", "outside: {external: {name: host}}", True),
        ("networks: [host]", "host: {}", False),
        ("networks: [inner]", "{inner: {}, host: {external: true}}", False),
        ("network_mode: host", "host: {external: true}", False),
        ("hostname: c", "host: {external: true}", False),
    ],
)
def test_on_host_network(service: str, networks: str, value: bool) -> None:
    networks = networks if networks.startswith("{") else f"{{{networks}}}"
    stack = f"services: {{a: {{image: b, {service}}}}}\nnetworks: {networks}"
    assert facts_for(stack)["derived.on_host_network"].value is value
