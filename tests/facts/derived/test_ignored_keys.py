"""Derived facts about keys that Swarm ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import facts_for, service_with

if TYPE_CHECKING:
    from rollout_lint.facts.derived import ServiceFacts

ALL = {
    "build": ".",
    "cgroup_parent": "c",
    "cgroupns_mode": "host",
    "container_name": "c",
    "depends_on": "[a]",
    "devices": "[/dev/fuse]",
    "domainname": "example.org",
    "external_links": "[b]",
    "ipc": "host",
    "links": "[a]",
    "mac_address": "'02:42:ac:11:65:43'",
    "network_mode": "host",
    "pid": "host",
    "privileged": "true",
    "security_opt": "[no-new-privileges]",
    "shm_size": "1G",
    "tmpfs": "/tmp",
    "userns_mode": "host",
}


def both(facts: ServiceFacts) -> tuple[list[str], list[str]]:
    return facts["derived.ignored_keys"].value, facts["derived.ignored_access_keys"].value


@pytest.mark.parametrize("key", ALL)
def test_ignored_keys_has_each_key(key: str) -> None:
    facts = facts_for(service_with(f"\n  {key}: {ALL[key]}"))
    assert facts["derived.ignored_keys"].value == [key]
    location = facts["derived.ignored_keys"].location
    assert location is not None
    assert (location.line, location.column) == (2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "privileged: false",
        "privileged: '${P:-false}'",
        "devices: []",
        "depends_on: []",
        "network_mode: ''",
        "tmpfs: '${T:-}'",
        "expose: [80]",
        "hostname: c, cap_add: [NET_ADMIN], sysctls: {a: 1}, ulimits: {nproc: 3}, init: true",
        "restart: always",
        "restart: always, deploy: {replicas: 2}",
        "restart: '', deploy: {restart_policy: {condition: none}}",
        "restart: 'no', deploy: {restart_policy: {condition: none}}",
        "restart: unless-stopped, deploy: {restart_policy: {delay: 5s}}",
        "restart: 'on-failure:3', deploy: {restart_policy: {condition: on-failure}}",
        "restart: '${R}', deploy: {restart_policy: {condition: none}}",
        "restart: always, deploy: {restart_policy: {condition: '${C}'}}",
        "privileged: '${P}'",
        "network_mode: '${MODE}'",
    ],
)
def test_ignored_keys_leaves_out_keys_without_an_effect(text: str) -> None:
    assert both(facts_for(service_with(text))) == ([], [])


@pytest.mark.parametrize(
    ("text", "keys", "access"),
    [
        ("depends_on: [b], privileged: true", ["privileged", "depends_on"], ["privileged"]),
        ("security_opt: [a], devices: [b]", ["security_opt", "devices"], ["security_opt", "devices"]),
        ("network_mode: none", ["network_mode"], ["network_mode"]),
        ("network_mode: bridge", ["network_mode"], []),
        ("network_mode: default", ["network_mode"], []),
        ("privileged: '${P:-true}'", ["privileged"], ["privileged"]),
        ("tmpfs: [/tmp], read_only: true", ["tmpfs"], ["tmpfs"]),
        ("tmpfs: [/tmp], read_only: false", ["tmpfs"], []),
        ("tmpfs: [/tmp], read_only: '${R}'", ["tmpfs"], []),
        ("restart: always, deploy: {restart_policy: {condition: none}}", ["restart"], []),
        ("restart: 'no', deploy: {restart_policy: {delay: 5s}}", ["restart"], []),
    ],
)
def test_ignored_access_keys(text: str, keys: list[str], access: list[str]) -> None:
    assert both(facts_for(service_with(text))) == (keys, access)


def test_ignored_keys_leaves_out_build_without_an_image() -> None:
    assert both(facts_for("services: {a: {build: .}}")) == ([], [])


@pytest.mark.parametrize(
    ("overlay", "keys", "access"),
    [
        ("privileged: false", ["privileged", "network_mode"], ["privileged", "network_mode"]),
        ("network_mode: bridge", ["privileged", "network_mode"], ["privileged"]),
        ("links: [a]", ["privileged", "network_mode", "links"], ["privileged", "network_mode"]),
    ],
)
def test_ignored_keys_of_merged_layers(overlay: str, keys: list[str], access: list[str]) -> None:
    base = service_with("privileged: true, network_mode: host")
    assert both(facts_for(base, f"services: {{a: {{{overlay}}}}}")) == (keys, access)
