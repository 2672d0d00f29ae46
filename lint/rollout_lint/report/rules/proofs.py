"""Proofs of rules in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.record import Record
from rollout_lint.report.rules.behaviours import describe_deployment
from rollout_lint.report.rules.sentences import format_sentence, join_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.rules.model import Rule

ENGINES = ("20.10", "26.1", "28.5")
"""Versions of Docker Engine on which every packaged proof was shown. rules/EVIDENCE.md has a column for each."""

_STATES = {
    "updating": "the update never ended (`updating`)",
    "rollback_started": "the rollback never ended (`rollback_started`)",
    "none": "the service had no update status",
    "refused": "the daemon rejected the service",
}
"""Words for states of an update. It ended with any other state."""

_FAILED = {
    (): "no task failed",
    ("new",): "a task of the new release failed",
    ("old",): "a task of the old release failed",
    ("new", "old"): "tasks of both releases failed",
}

_OLD_TASKS = {"kept": "the old tasks kept running", "partly": "some old tasks kept running"}

_SUCCESS = frozenset(("completed", "rollback_completed"))


class ProofDescription(Record):
    """Sentences about a proof: the deployment, and the results of a bad example and of the fixed one.

    `is_first` is True if the bad example is the first of the rule file, which pages show.
    """

    deployment: str
    bad: str
    fixed: str
    is_first: bool

    @property
    def sentences(self) -> list[str]:
        """Sentences with their labels, without empty ones."""
        label = "Bad example" if self.is_first else "Another bad example"
        return list(filter(None, (self.deployment, f"{label}: {self.bad}", f"Fixed: {self.fixed}")))


def describe_proofs(rule: Rule) -> list[ProofDescription]:
    """Return the descriptions of the proofs of a rule in file order, equal ones once."""
    described: dict[tuple[str, ...], ProofDescription] = {}
    for proof in rule.proofs:
        sentences = _describe_proof(proof)
        described.setdefault(sentences, ProofDescription(*sentences, is_first=not proof.get("bad_example", 0)))
    return list(described.values())


def proof_heading(rule: Rule) -> str:
    """Return the heading of the proofs of a rule, with the nodes of the Swarms, and the engines if they are known."""
    if all("config" in proof for proof in rule.proofs):
        return "Shown with docker stack config"
    nodes, engines = proof_nodes(rule), proof_engines(rule)
    size = f"{join_words(list(map(str, nodes)))} {'node' if nodes == (1,) else 'nodes'}"
    versions = f", Docker {', '.join(engines)}" if engines else ""
    return f"Shown on Swarm ({size}){versions}"


def proof_nodes(rule: Rule) -> tuple[int, ...]:
    """Return how many nodes the Swarms of the proofs of a rule have."""
    return tuple(sorted({proof.get("nodes", 1) for proof in rule.proofs if "config" not in proof}))


def proof_engines(rule: Rule) -> tuple[str, ...]:
    """Return the engines on which the proofs of a rule were shown: unknown for a rule of your own."""
    runs_engine = any("config" not in proof for proof in rule.proofs)
    return ENGINES if rule.is_packaged and runs_engine else ()


def describe_config_output(output: Mapping[str, Any]) -> str:
    """Return the values that `docker stack config` prints, or its error."""
    if "refused" in output:
        return f"refused: {' '.join(output['refused'].split())}"
    return ", ".join(f"{path}: {_format_inline(value)}" for path, value in output["prints"].items())


def _describe_proof(proof: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the sentences about the deployment, the bad and the fixed example."""
    if "config" in proof:
        config = proof["config"]
        values = join_words([f"`{name}={value}`" for name, value in config.get("environment", {}).items()])
        environment = f"The environment had {values}." if values else ""
        return environment, _describe_config(config["bad"]), _describe_config(config["fixed"])
    if "deploy" in proof:
        return _describe_deploy(proof["deploy"])
    if "redeploy" in proof:
        return _describe_redeploy(proof["redeploy"])
    return " ".join(describe_deployment(proof)), _describe_repeated(proof, "bad"), _describe_repeated(proof, "fixed")


def _describe_redeploy(redeploy: Mapping[str, Any]) -> tuple[str, str, str]:
    if "variable" in redeploy:
        deployment = f"Each example was deployed with two values of `{redeploy['variable']}`, one after the other."
        return deployment, "the second deploy replaced the tasks.", "the second deploy kept the tasks."
    return (
        "Each example was deployed over the other one.",
        "a deploy of the fixed example over it changed no service.",
        "a deploy of the bad example over it changed no service.",
    )


def _describe_deploy(deploy: Mapping[str, Any]) -> tuple[str, str, str]:
    if "keeps" in deploy:
        keeps = deploy["keeps"]
        command = f"`docker {' '.join(keeps['inspect'][:2])}`"
        return (
            "The files were deployed over the earlier ones.",
            f"`docker stack deploy` accepted the file, and {command} still printed `{keeps['old']}`.",
            f"`docker stack deploy` accepted the file, and {command} printed `{keeps['new']}`.",
        )
    error = deploy["refused"]
    return "", f"`docker stack deploy` printed `{error}`.", "`docker stack deploy` accepted the file."


def _describe_config(output: Mapping[str, Any]) -> str:
    if "refused" in output:
        return f"`docker stack config` printed `{' '.join(output['refused'].split())}`."
    shown = [
        f"no `{path}`" if value is None else f"`{path}: {_format_inline(value)}`"
        for path, value in output["prints"].items()
    ]
    return f"`docker stack config` printed {join_words(shown)}."


def _describe_repeated(proof: Mapping[str, Any], side: str) -> str:
    """Return the result of a side: of some updates of the bad example, and of all of the fixed one, if repeated."""
    if "repeat" not in proof:
        return _describe_result(proof[side])
    return f"{'in some of them' if side == 'bad' else 'each time'}, {_describe_result(proof[side])}"


def _describe_result(side: Mapping[str, Any]) -> str:
    states = [side["update"]] if isinstance(side["update"], str) else list(side["update"])
    return " ".join((f"{_describe_end(states, side)}.", *map(format_sentence, _describe_observations(side))))


def _describe_end(states: list[str], side: Mapping[str, Any]) -> str:
    """Return how the update ended, and which tasks failed: with `although` if the state is that of a success."""
    named = [f"`{state}`" for state in states if state not in _STATES]
    parts = [f"the update ended {' or '.join(named)}"] if named else []
    end = " or ".join([*parts, *(_STATES[state] for state in states if state in _STATES)])
    if "failed" not in side:
        return end
    failed = tuple(sorted(side["failed"]))
    is_hidden = side["release"] in failed and not _SUCCESS.isdisjoint(states)
    conjunction = "although" if is_hidden else "because" if failed else "and"
    exit_code = f" with exit code {side['exit_code']}" if "exit_code" in side else ""
    return f"{end}, {conjunction} {_FAILED[failed]}{exit_code}"


def _describe_observations(side: Mapping[str, Any]) -> Iterator[str]:
    if "message" in side:
        subject = "the error was" if "refused" in side["update"] else "a task reported"
        yield f"{subject} `{side['message']}`"
    if side.get("memory_exhausted"):
        yield "the tasks used all memory of the host"
    if side.get("old_task") in _OLD_TASKS:
        yield _OLD_TASKS[side["old_task"]]
    if "outage" in side:
        yield "for a moment no task ran" if side["outage"] else "at least one task always ran"
    if "replicas" in side:
        yield f"`docker service ls` showed {side['replicas']}"
    if "running" in side:
        count = side["running"]
        yield f"at the end {count or 'no'} {'task' if count < 2 else 'tasks'} ran"
    if side.get("moved"):
        yield "a new task ran on another node" + (", where its volume was empty" if side.get("empty_volume") else "")
    elif "moved" in side:
        yield "the new task ran on the node of the old one"
    if "restarted" in side:
        yield "Swarm restarted the task" if side["restarted"] else "Swarm did not restart the task"


def _format_inline(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_format_inline(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_format_inline, value))}]"
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)
