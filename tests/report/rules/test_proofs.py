"""Proofs of rules in sentences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.packaged import rules_directory
from rollout_lint.report.rules.behaviours import describe_behaviour, describe_follow_up
from rollout_lint.report.rules.proofs import ENGINES, describe_proofs, proof_engines, proof_heading
from rollout_lint.rules.loader import load_rules

if TYPE_CHECKING:
    from rollout_lint.rules.model import Rule

RULES = {rule.id: rule for rule in load_rules()}
SCHEMA = json.loads((rules_directory() / "rule.schema.json").read_text("utf-8"))


SENTENCES = {
    "RL001": """
        Old release: a task needs 90M of memory. New release: a task needs 160M of memory. The host has 220M of memory.
        Bad example: the update ended `rollback_completed`, because a task of the new release failed with exit code 137.
        The tasks used all memory of the host. The old tasks kept running. `docker service ls` showed 1/1.
        Fixed: the update ended `completed`, and no task failed.
        """,
    "RL015": """
        Old release: a task runs. New release: a task exits with code 1 after 8 s.
        Bad example: the update ended `completed`, although a task of the new release failed. Swarm restarted the task.
        Fixed: the update ended `rollback_completed`, because a task of the new release failed.
        """,
    "RL003": """
        Both releases: a task runs.
        Bad example: the update never ended (`updating`). A task reported `host-mode port already in use`.
        The old tasks kept running.
        Fixed: the update ended `completed`, and no task failed.
        """,
    "RL025": """
        Old release: a task runs. New release: a task mounts files of the first node, from which it is deployed.
        The Swarm has 3 nodes. The update ran 5 times or more.
        Bad example: in some of them, the update ended `rollback_completed`, because a task of the new release failed.
        A task reported `bind source path does not exist`.
        Fixed: each time, the update ended `completed`, and no task failed.
        """,
    "RL050": """
        Both releases: a task runs.
        Bad example: the daemon rejected the service. The error was `unrecognized update failure action Rollback`.
        Fixed: the update ended `completed`, and no task failed.
        """,
    "RL056": """
        The environment had `TAG=1.2` and `MODE=web`.
        Bad example: `docker stack config` printed `services.app.image: example/app:1.2`.
        Fixed: `docker stack config` printed `services.app.image: example/app:1.2-alpine`.
        """,
}


@pytest.mark.parametrize("rule", SENTENCES)
def test_describe_proofs(rule: str) -> None:
    assert " ".join(describe_proofs(RULES[rule])[0].sentences) == " ".join(SENTENCES[rule].split())


@pytest.mark.parametrize(
    ("rule", "heading", "engines"),
    [
        (RULES["RL001"], "Shown on Swarm (1 node), Docker 20.10, 26.1, 28.5", ENGINES),
        (RULES["RL003"], "Shown on Swarm (1 and 3 nodes), Docker 20.10, 26.1, 28.5", ENGINES),
        (RULES["RL024"], "Shown on Swarm (3 nodes), Docker 20.10, 26.1, 28.5", ENGINES),
        (RULES["RL042"], "Shown with docker stack config", ()),
        (RULES["RL003"]._replace(id="MY001"), "Shown on Swarm (1 and 3 nodes)", ()),
    ],
    ids=["one-node", "both", "three-nodes", "config", "own"],
)
def test_proof_heading_names_nodes_and_engines(rule: Rule, heading: str, engines: tuple[str, ...]) -> None:
    assert (proof_heading(rule), proof_engines(rule)) == (heading, engines)


def test_describe_proofs_shows_equal_proofs_once() -> None:
    assert (len(RULES["RL003"].proofs), len(describe_proofs(RULES["RL003"]))) == (4, 2)


def test_describe_proofs_marks_examples_beside_the_first() -> None:
    labels = [proof.sentences[1].partition(":")[0] for proof in describe_proofs(RULES["RL016"])]
    assert labels == ["Bad example", "Another bad example", "Another bad example"]


def test_describe_proofs_compares_nodes_and_volumes() -> None:
    *_, bad, fixed = describe_proofs(RULES["RL024"])[0].sentences
    assert bad.endswith("A new task ran on another node, where its volume was empty.")
    assert fixed.endswith("The new task ran on the node of the old one.")


def test_describe_proofs_has_memory_of_each_node() -> None:
    assert "The Swarm has 3 nodes, each with 1G of memory." in describe_proofs(RULES["RL005"])[1].deployment


def test_describe_behaviour_has_shutdown_of_boots_with() -> None:
    words = describe_behaviour({"behaviour": "boots-with", "memory": "90M", "shutdown": 5})
    assert words == "a task needs 90M of memory, and stops after 5 s"


@pytest.mark.parametrize("name", SCHEMA["$defs"]["behaviour"]["properties"]["behaviour"]["enum"])
def test_describe_behaviour_has_words_for_each_behaviour(name: str) -> None:
    parameters = {"memory": "90M", "seconds": 7, "after": 3, "shutdown": 20, "volume": "/data", "port": 80, "starts": 4}
    words = describe_behaviour({"behaviour": name, **parameters})
    assert (words == "a task runs after 3 s") == (name == "steady")


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ({"slots": [1, 3], "others": 10}, "replica 1 and 3 never becomes healthy, and the others run after 10 s"),
        ({"only_first": "/srv"}, "the first task never becomes healthy, and the others run"),
        ({}, "a task never becomes healthy"),
    ],
    ids=["slots", "first", "all"],
)
def test_describe_behaviour_names_the_tasks(selection: dict[str, Any], words: str) -> None:
    assert describe_behaviour({"behaviour": "never-healthy", **selection}) == words


@pytest.mark.parametrize("then", SCHEMA["$defs"]["proof"]["properties"]["then"]["enum"])
def test_describe_follow_up_is_a_sentence(then: str) -> None:
    assert describe_follow_up({"then": then}).startswith("Then ")
