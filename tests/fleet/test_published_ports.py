"""Ports that several recipes of a fleet publish, in every format of a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import validate

if TYPE_CHECKING:
    from tests.conftest import Run, Write

NODES = '[[nodes]]\nname = "edge"\n[[nodes]]\nname = "worker"\n'
OTHER_NODES = '[[nodes]]\nname = "other"\n'
CONFIG = "rollout-lint.toml"
PINNED = "deploy: {placement: {constraints: [node.hostname == edge]}}"


def stack(ports: str, deploy: str = "deploy: {replicas: 1}") -> str:
    return f"services:\n  web:\n    image: example/web:1\n    ports: [{ports}]\n    {deploy}\n"


def host(port: int) -> str:
    return f"{{target: 80, published: {port}, mode: host}}"


def conflicts(run: Run, folder: object) -> list[Any]:
    document = run("sweep", str(folder), "--format", "json").json
    validate("sweep", document)
    return document["port_conflicts"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("first", "second", "is_conflict"),
    [
        (stack("'80:80'"), stack("'80:8080'"), True),
        (stack("'80:80'"), stack("'81:80'"), False),
        (stack("'53:53/udp'"), stack("'53:53/tcp'"), False),
        (stack("'80-82:80-82'"), stack("'82:80'"), True),
        (stack("'80'"), stack("'80'"), False),
        (stack("'80:80'"), stack("'${PORT}:80'"), False),
        (stack("'80:80'"), stack(host(80)), True),
        (stack(host(80)), stack(host(80)), False),
        (stack(host(80), PINNED), stack(host(80)), False),
        (stack(host(80), PINNED), stack(host(80), PINNED), True),
        (stack(host(80), PINNED), stack(host(80), PINNED.replace("edge", "Edge")), True),
        (stack(host(80), PINNED), stack(host(80), PINNED.replace("edge", "worker")), False),
        (stack(host(80), PINNED), stack(host(80), PINNED.replace("==", "!=")), False),
    ],
)
@pytest.mark.parametrize("nodes", ["", NODES.replace("worker", "third") + '[[nodes]]\nname = "worker"\n'])
def test_port_of_two_recipes(run: Run, write: Write, nodes: str, first: str, second: str, is_conflict: bool) -> None:
    found = conflicts(run, write({"a/compose.yml": first, "b/compose.yml": second, CONFIG: nodes}))
    assert len(found) == is_conflict
    for each in found:
        assert each["severity"] == ("high" if nodes else "info")
        assert (each["assumes"] is None) is bool(nodes)
        assert [(user["recipe"], user["service"], user["file"], user["line"]) for user in each["services"]] == [
            ("a", "web", "compose.yml", 4),
            ("b", "web", "compose.yml", 4),
        ]


def test_port_of_one_node(run: Run, write: Write) -> None:
    files = {f"{name}/compose.yml": stack(host(80)) for name in "ab"}
    [conflict] = conflicts(run, write({**files, CONFIG: OTHER_NODES}))
    assert (conflict["severity"], conflict["message"].count("node other")) == ("high", 1)
    [conflict] = conflicts(run, write({CONFIG: "hosts.nodes = 1\n"}))
    assert conflict["severity"] == "info"
    assert conflicts(run, write({CONFIG: "hosts.nodes = 2\n"})) == []


def test_recipes_on_different_swarms_do_not_conflict(run: Run, write: Write) -> None:
    files = {f"{name}/compose.yml": stack("'80:80'") for name in "abc"}
    folder = write({**files, "a/rollout-lint.toml": NODES, "b/rollout-lint.toml": OTHER_NODES})
    assert conflicts(run, folder) == []


def test_services_of_one_recipe_are_no_conflict_of_the_fleet(run: Run, write: Write) -> None:
    both = "services:\n" + "".join(
        f"  {name}: {{image: b, ports: ['80:80'], deploy: {{replicas: 1}}}}\n" for name in "ab"
    )
    assert conflicts(run, write({"a/compose.yml": both, "b/compose.yml": stack("'81:80'")})) == []


def test_rejected_recipe_is_no_conflict(run: Run, write: Write) -> None:
    folder = write({"a/compose.yml": stack("'80:80'"), "b/compose.yml": stack("'80:80'") + "unknown: 1\n"})
    assert conflicts(run, folder) == []


def test_conflict_changes_no_risk(run: Run, write: Write) -> None:
    files = {f"{name}/compose.yml": stack("'80:80'") for name in "ab"}
    ran = run("sweep", write({**files, CONFIG: NODES}), "--format", "json", "--fail-on", "latent-low")
    assert ran.exit_code == 0
    assert {each["risk"]["level"] for each in ran.json["recipes"]} == {"not-at-risk"}


LINE = "80/tcp high: web of a (compose.yml:4), web of b (compose.yml:4): Swarm rejects the second service"


@pytest.mark.parametrize("layout", ["text", "markdown", "csv", "html"])
def test_sweep_prints_conflict_of_known_swarm(run: Run, write: Write, layout: str) -> None:
    files = {f"{name}/compose.yml": stack("'80:80', '80:80/udp'") for name in "ab"}
    ran = run("sweep", write({**files, CONFIG: NODES}), "--format", layout)
    text = " ".join((ran.stderr if layout == "csv" else ran.stdout).split())
    if layout == "html":
        assert "<strong>80/tcp</strong> (high): Swarm rejects the second service" in text
        assert text.count('web of a <span class="place">compose.yml:4</span>') == 2
    else:
        assert LINE in text.replace("\\", "")
        assert LINE.replace("tcp", "udp") in text.replace("\\", "")


@pytest.mark.parametrize("layout", ["text", "markdown", "csv"])
def test_sweep_counts_ports_of_unknown_swarms(run: Run, write: Write, layout: str) -> None:
    files = {f"{name}/compose.yml": stack("'80-99:80-99'") for name in "ab"}
    ran = run("sweep", write({**files}), "--format", layout)
    text = " ".join((ran.stderr if layout == "csv" else ran.stdout).split())
    assert "20 ports if the recipes are deployed to the same Swarm (list the nodes in the config)" in text
    assert "web of a" not in text


def test_sweep_text_names_the_first_conflicts(run: Run, write: Write) -> None:
    files = {f"{name}/compose.yml": stack("'80-120:80-120'") for name in "abcdefg"}
    lines = " ".join(run("sweep", write({**files, CONFIG: NODES})).stdout.split())
    assert lines.count("/tcp high: ") == 20
    assert "web of e (compose.yml:4) and 2 more: Swarm rejects" in lines
    assert "21 more (JSON and HTML list all)" in lines
