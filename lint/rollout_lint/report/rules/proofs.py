"""Descriptions of the proofs of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.rules.model import Rule

ENGINE = "a real Swarm"
CONFIG = "docker stack config"
DEPLOY = "docker stack deploy"


class ProofDescription(NamedTuple):
    """Tool of a proof, what it deploys, and the expected results of the bad and the fixed example."""

    tool: str
    deployed: str
    bad: str
    fixed: str


def describe_proofs(rule: Rule) -> list[ProofDescription]:
    """Return the descriptions of all proofs of a rule, in file order."""
    return [_describe_proof(proof) for proof in rule.proofs]


def describe_behaviour(behaviour: Mapping[str, Any]) -> str:
    """Return the behaviour of the tasks of a release, such as `crashes-after, seconds 8`."""
    parameters = (f"{key} {_format_inline(value)}" for key, value in behaviour.items() if key != "behaviour")
    return ", ".join((str(behaviour["behaviour"]), *parameters))


def describe_config_output(output: Mapping[str, Any]) -> str:
    """Return the values that `docker stack config` prints, or its error."""
    if "refused" in output:
        return f"refused: {' '.join(output['refused'].split())}"
    return ", ".join(f"{path}: {_format_inline(value)}" for path, value in output["prints"].items())


def _describe_proof(proof: Mapping[str, Any]) -> ProofDescription:
    if "config" in proof:
        return _describe_config_proof(proof["config"])
    if "deploy" in proof:
        return ProofDescription(DEPLOY, "", f"refused: {proof['deploy']['refused']}", "taken")
    return _describe_engine_proof(proof)


def _describe_config_proof(config: Mapping[str, Any]) -> ProofDescription:
    variables = ", ".join(f"{name}={value}" for name, value in config.get("environment", {}).items())
    return ProofDescription(
        CONFIG,
        f"with {variables}" if variables else "",
        describe_config_output(config["bad"]),
        describe_config_output(config["fixed"]),
    )


def _describe_engine_proof(proof: Mapping[str, Any]) -> ProofDescription:
    memory = f", on a host with {proof['host_memory']}" if "host_memory" in proof else ""
    releases = f"old: {describe_behaviour(proof['old'])}; new: {describe_behaviour(proof['new'])}"
    deployed = f"{releases}{describe_follow_up(proof)}{memory}"
    return ProofDescription(ENGINE, deployed, _format_expectations(proof["bad"]), _format_expectations(proof["fixed"]))


def describe_follow_up(proof: Mapping[str, Any]) -> str:
    """Return the action after the update, or an empty text."""
    return f", then {proof['then'].replace('-', ' ')}" if "then" in proof else ""


def _format_expectations(side: Mapping[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_format_alternatives(value)}" for key, value in side.items())


def _format_alternatives(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (" or ".join(value) or "none") if isinstance(value, list) else str(value)


def _format_inline(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_format_inline(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_format_inline, value))}]"
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)
