"""Proofs of the rule files as cases for the engine."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rollout_lint.packaged import rules_directory
from rollout_lint.report.rules.behaviours import describe_behaviour, describe_follow_up, describe_nodes
from rollout_lint.rules.loader import load_rules
from rollout_lint.rules.model import Rule
from rollout_lint.selftest import write_fix
from ruamel.yaml import YAML

from tests.rules.sides import SIDES, Named
from tests.swarm.behaviour import Behaviour, behaviour, size
from tests.swarm.engine import Node

RULES = Path(__file__).parents[2] / "rules"
_YAML = YAML(typ="safe", pure=True)
HANGS = ("updating", "rollback_started")
ENDED = ("completed", "paused", "rollback_completed", "rollback_paused")
UPDATES = (*HANGS, *ENDED, "none", "refused")
RELEASES = ("old", "new", "none")
OLD_TASKS = ("kept", "partly", "stopped")

Files = tuple[tuple[str, str], ...]


class ProofError(Exception):
    """Error in the proof of a rule."""


@dataclass(frozen=True)
class Expectation:
    """Expected result of an update. None accepts any value; `update` lists the accepted states."""

    update: tuple[str, ...]
    release: str
    old_task: str | None = None
    message: str | None = None
    exit_code: int | None = None
    failed: tuple[str, ...] | None = None
    outage: bool | None = None
    replicas: str | None = None
    running: int | None = None
    restarted: bool | None = None
    memory_exhausted: bool | None = None
    moved: bool | None = None
    empty_volume: bool | None = None

    def __post_init__(self) -> None:
        """Reject values that no observation has."""
        words = [(word, UPDATES) for word in self.update] + [(word, RELEASES) for word in self.failed or ()]
        words += [(self.release, RELEASES), (self.old_task or "kept", OLD_TASKS)]
        for word, known in words:
            if word not in known:
                raise ValueError(f"invalid value {word!r}: must be one of {', '.join(known)}")

    @property
    def hangs(self) -> bool:
        """True if the update must hang."""
        return any(update in HANGS for update in self.update)

    @property
    def ends(self) -> tuple[str, ...]:
        """Accepted final states of the update."""
        return tuple(update for update in self.update if update in ENDED)


@dataclass(frozen=True)
class Case(Named):
    """One side of a rule's proof: files that are deployed with an old and a new release, `repeat` times.

    `then` is an action after the update, or None.
    """

    files: Files
    service: str
    old: Behaviour
    new: Behaviour
    words: tuple[str, str, str]
    nodes: tuple[Node, ...]
    then: str | None
    expected: Expectation
    repeat: int = 1


def rules_folder() -> Path:
    """Return the folder of the rule files: ROLLOUT_LINT_RULES, or the checkout's."""
    return Path(os.environ.get("ROLLOUT_LINT_RULES", RULES))


def cases(rules: Path) -> list[Case]:
    """Return both sides of every proof that runs a service, in the order of the rules."""
    loaded = load_rules(() if rules.resolve() == rules_directory().resolve() else (rules,))
    read = (_read(file) for file in sorted(rules.glob("[A-Z]*-*.yaml")))
    return [case for rule in read for number, proof in proofs(rule) for case in _sides(rule, number, proof, loaded)]


def proofs(rule: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the rule's proofs that run a service, with their numbers (from 1) among all proofs."""
    stated = rule.get("proof") or []
    each = enumerate(stated if isinstance(stated, list) else [stated], 1)
    return [(number, proof) for number, proof in each if "service" in proof]


def _read(file: Path) -> Mapping[str, Any]:
    rule = _YAML.load(file.read_text(encoding="utf-8"))
    if not isinstance(rule, Mapping):
        raise ProofError(f"{file.name}: must be a mapping")
    return rule


def _sides(rule: Mapping[str, Any], number: int, proof: Mapping[str, Any], loaded: tuple[Rule, ...]) -> Iterable[Case]:
    try:
        return [_case(rule, number, proof, side, loaded) for side in SIDES]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ProofError(f"{rule.get('id')}: invalid proof: {error!r}") from error


def _case(rule: Mapping[str, Any], number: int, proof: Mapping[str, Any], side: str, loaded: tuple[Rule, ...]) -> Case:
    return Case(
        rule=rule["id"],
        side=side,
        number=number,
        files=_files(rule, proof, side, loaded),
        service=proof["service"],
        old=behaviour(proof["old"]),
        new=behaviour(proof["new"]),
        words=(
            describe_behaviour(proof["old"]),
            ". ".join(filter(None, (describe_behaviour(proof["new"]), describe_follow_up(proof)))),
            describe_nodes(proof),
        ),
        nodes=_nodes(proof, _example(rule, proof, side)),
        then=proof.get("then"),
        expected=_expectation(**proof[side]),
        repeat=proof.get("repeat", 1),
    )


def _nodes(proof: Mapping[str, Any], example: Mapping[str, Any]) -> tuple[Node, ...]:
    """Return the nodes of the Swarm: those that the example describes, or as many as the proof says."""
    count, memory = proof.get("nodes", 1), proof.get("host_memory")
    described = example.get("nodes", []) if count > 1 else []
    if described and [each.get("role") for each in described] != ["manager", *["worker"] * (count - 1)]:
        raise ValueError(f"proof.nodes is {count}: examples need a manager and {count - 1} workers, in this order")
    described = described or [{"name": f"node-{number}"} for number in range(1, count + 1)]
    memories = [each.get("memory", memory) for each in described]
    return tuple(
        Node(each["name"], size(amount) if amount else None, tuple(each.get("labels", {}).items()))
        for each, amount in zip(described, memories, strict=True)
    )


def _expectation(update: str | list[str], failed: list[str] | None = None, **others: Any) -> Expectation:
    updates = (update,) if isinstance(update, str) else tuple(update)
    return Expectation(updates, failed=None if failed is None else tuple(sorted(failed)), **others)


def _files(rule: Mapping[str, Any], proof: Mapping[str, Any], side: str, loaded: tuple[Rule, ...]) -> Files:
    """Return the bad example, or the fixed one: named by the proof, or else written by `fix`."""
    example = _example(rule, proof, side)
    if side == "bad" or "fixed_example" in proof:
        return tuple(example["files"].items())
    if rule["fix"] is None:
        raise ValueError("a rule without a fix needs `fixed_example`, an index into its good examples")
    return tuple(write_fix(example, rule["id"], loaded).items())


def _example(rule: Mapping[str, Any], proof: Mapping[str, Any], side: str) -> dict[str, Any]:
    """Return the example of a side. A fix is applied to the bad one."""
    examples = rule["examples"]
    if side == "fixed" and "fixed_example" in proof:
        return dict(examples["good"][proof["fixed_example"]])
    return dict(examples["bad"][proof.get("bad_example", 0)])
