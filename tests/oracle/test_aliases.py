"""Aliases and extra hosts of a service after the merge, as Docker merges them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.stack.model import ALIASES
from ruamel.yaml import YAML

from tests.oracle.docker import docker_config, require
from tests.support import stack_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.oracle

OVERLAYS = [
    "networks: [n, m]",
    "networks: {n: , m: {}}",
    "networks: {n: {aliases: [four]}}",
    "networks: {n: {ipv4_address: 10.0.0.5}, m: {aliases: []}}",
    "extra_hosts: ['two:10.0.0.2', 'three=10.0.0.3']",
    "extra_hosts: {two: 10.0.0.2}",
]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_docker_merges_the_same_names(overlay: str, tmp_path: Path) -> None:
    require()
    base = "networks: {n: {aliases: [one, two]}, m: {aliases: [three]}}, extra_hosts: ['one:10.0.0.1']"
    texts = [
        f"services: {{a: {{image: b, {base}}}}}\nnetworks: {{n: , m: }}\n",
        f"services: {{a: {{{overlay}}}}}\n",
    ]
    files = [tmp_path / f"{number}.yml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    merged = docker_config(files, {}).merged
    assert merged is not None
    service = YAML(typ="safe").load(merged)["services"]["a"]
    lists = stack_of(*texts)[0].services["a"].lists
    found = [(item.value.network, item.value.name) for item in lists.get(ALIASES, []) if item.value.name]
    named = {name: network.get("aliases", []) for name, network in service["networks"].items() if network}
    assert sorted(found) == sorted((network, alias) for network, aliases in named.items() for alias in aliases)
    hosts = [item.value for item in lists["extra_hosts"]]
    assert hosts == [host.partition(":")[0] for host in service["extra_hosts"]]
