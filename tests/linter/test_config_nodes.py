"""Nodes in a config file: their effect on findings and risks, and contradictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.linter.config_runs import CONFIG

if TYPE_CHECKING:
    from tests.conftest import Run, Write

STACK = """services:
  proxy:
    image: example/proxy:3
    healthcheck: {test: proxy healthcheck}
    ports: [{target: 443, published: 443, mode: host}]
    deploy:
      placement: {constraints: [node.labels.edge == true]}
      update_config: {order: start-first}
"""
EDGES = "\n".join(
    f'[[nodes]]\nname = "{name}"\nlabels = {labels}' for name, labels in (("a", '{edge = "true"}'), ("b", "{}"))
)


def severity_and_assumption(run: Run, folder: object) -> tuple[str, str | None]:
    [recipe] = run("check", str(folder), "--format", "json").json["recipes"]
    [finding] = [each for each in recipe["findings"] if each["rule"] == "RL003"]
    return finding["severity"], finding["assumes"]


def test_described_nodes_make_a_finding_certain(run: Run, write: Write) -> None:
    folder = write({"shop/compose.yml": STACK})
    severity, assumption = severity_and_assumption(run, folder)
    assert severity == "medium"
    assert assumption
    write({CONFIG: EDGES})
    assert severity_and_assumption(run, folder) == ("high", None)
    [row] = run("sweep", folder, "--format", "json").json["recipes"]
    assert row["risk"]["level"] == "blocked"
    write({CONFIG: EDGES.replace("labels = {}", 'labels = {edge = "TRUE"}')})
    assert "RL003" not in run("check", folder, "--format", "json").stdout


def test_override_replaces_the_nodes(run: Run, write: Write) -> None:
    one = '\n[[overrides]]\npaths = ["shop/"]\nnodes = [{name = "z", labels = {edge = "true"}}]\n'
    folder = write({"shop/compose.yml": STACK, CONFIG: EDGES.replace("labels = {}", 'labels = {edge = "true"}')})
    assert "RL003" not in run("check", folder, "--format", "json").stdout
    write({CONFIG: EDGES + one})
    assert severity_and_assumption(run, folder) == ("high", None)


def test_manifest_with_another_number_of_nodes_takes_precedence(run: Run, write: Write) -> None:
    folder = write({"shop/compose.yml": STACK, CONFIG: EDGES, "fleet.yml": "version: 1\nhosts: {nodes: 5}\n"})
    [row] = run("sweep", folder, "--format", "json").json["recipes"]
    assert row["risk"]["level"] == "latent-medium"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "hosts = {nodes = 3}\n" + EDGES,
            "1:1: hosts.nodes is 3, but nodes at {config}:2 has 2 entries: remove hosts.nodes, or correct it",
            id="number",
        ),
        pytest.param(EDGES + '\n[[nodes]]\nname = "A"\n', '7:3: node "A" is listed twice', id="twice"),
        pytest.param(
            '[[nodes]]\nname = "a"\nrole = "leader"\n',
            '3:1: invalid nodes[0].role "leader": must be one of manager, worker',
            id="role",
        ),
        pytest.param('[[nodes]]\nrole = "worker"\n', '1:3: missing key "name" in nodes[0]', id="name"),
        pytest.param("nodes = []\n", "1:1: invalid nodes: must have at least 1 item", id="empty"),
    ],
)
def test_contradicting_nodes_are_an_error(run: Run, write: Write, text: str, message: str) -> None:
    folder = write({"compose.yml": STACK, CONFIG: text})
    for command in ("check", "sweep", "config"):
        ran = run(command, folder)
        assert ran.exit_code == 2
        config = f"{folder}/{CONFIG}"
        assert f"{config}:{message.format(config=config)}" in ran.stderr


def test_config_prints_each_node(run: Run, write: Write) -> None:
    text = EDGES.replace('name = "a"', 'name = "a"\nrole = "manager"\nmemory = "8G"')
    folder = write({"compose.yml": STACK, CONFIG: text})
    settings = run("config", folder, "--format", "json").json["settings"]
    nodes = [(each["value"], each["origin"]["line"]) for each in settings if each["key"] == "nodes"]
    assert nodes == [("a: manager, edge=true, 8G", 1), ("b", 6)]
