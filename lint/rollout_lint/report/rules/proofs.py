"""A rule's proofs in words: what was deployed, and what must be seen of the bad example and of the repaired one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.rules.model import Rule

ENGINE = "a real Swarm"
CONFIG = "docker stack config"
DEPLOY = "docker stack deploy"


class ProofDescription(NamedTuple):
    """One proof: where it is made, what is deployed there, and what is seen of each side."""

    where: str
    deployed: str
    bad: str
    repaired: str


def shown(rule: Rule) -> list[ProofDescription]:
    """Every proof of a rule, in the order of its file."""
    return [_shown(proof) for proof in rule.proofs]


def describe_behaviour(behaviour: Mapping[str, Any]) -> str:
    """How the tasks of a release behave, such as `crashes-after, seconds 8`."""
    parameters = (f"{key} {_inline(value)}" for key, value in behaviour.items() if key != "behaviour")
    return ", ".join((str(behaviour["behaviour"]), *parameters))


def describe_config_output(answer: Mapping[str, Any]) -> str:
    """What `docker stack config` prints at some paths, or why it refuses the files."""
    if "refused" in answer:
        return f"refused: {' '.join(answer['refused'].split())}"
    return ", ".join(f"{path}: {_inline(value)}" for path, value in answer["prints"].items())


def _shown(proof: Mapping[str, Any]) -> ProofDescription:
    if "config" in proof:
        return _of_config(proof["config"])
    if "deploy" in proof:
        return ProofDescription(DEPLOY, "", f"refused: {proof['deploy']['refused']}", "taken")
    return _of_engine(proof)


def _of_config(config: Mapping[str, Any]) -> ProofDescription:
    variables = ", ".join(f"{name}={value}" for name, value in config.get("environment", {}).items())
    return ProofDescription(
        CONFIG,
        f"with {variables}" if variables else "",
        describe_config_output(config["bad"]),
        describe_config_output(config["repaired"]),
    )


def _of_engine(proof: Mapping[str, Any]) -> ProofDescription:
    memory = f", on a host with {proof['host_memory']}" if "host_memory" in proof else ""
    releases = f"old: {describe_behaviour(proof['old'])}; new: {describe_behaviour(proof['new'])}"
    deployed = f"{releases}{describe_follow_up(proof)}{memory}"
    return ProofDescription(ENGINE, deployed, _seen(proof["bad"]), _seen(proof["repaired"]))


def describe_follow_up(proof: Mapping[str, Any]) -> str:
    """What is done once the update has ended; nothing where nothing is."""
    return f", then {proof['then'].replace('-', ' ')}" if "then" in proof else ""


def _seen(side: Mapping[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_among(value)}" for key, value in side.items())


def _among(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (" or ".join(value) or "none") if isinstance(value, list) else str(value)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_inline(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)
