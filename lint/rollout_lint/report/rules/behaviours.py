"""Behaviours of tasks in proofs, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.report.rules.sentences import join_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FOLLOW_UPS = {
    "rolled-back-by-hand": "Then an operator rolls the update back.",
    "deployed-again": "Then the same files are deployed again.",
}

_WITHOUT_PARAMETERS = {
    "never-healthy": "never becomes healthy",
    "mounts-files": "mounts files of the first node, from which it is deployed",
}


def describe_deployment(proof: Mapping[str, Any]) -> Iterator[str]:
    """Yield sentences about the releases that a proof deploys, the host, and the action after the update."""
    old, new = describe_behaviour(proof["old"]), describe_behaviour(proof["new"])
    yield f"Both releases: {old}." if old == new else f"Old release: {old}. New release: {new}."
    if "nodes" in proof:
        memory = f", each with {proof['host_memory']} of memory" if "host_memory" in proof else ""
        yield f"The Swarm has {proof['nodes']} nodes{memory}."
    elif "host_memory" in proof:
        yield f"The host has {proof['host_memory']} of memory."
    if "then" in proof:
        yield describe_follow_up(proof)
    if "repeat" in proof:
        yield f"The update ran {proof['repeat']} times or more."


def describe_nodes(proof: Mapping[str, Any]) -> str:
    """Return the number of nodes, and the memory of each, such as `3 with 1G`."""
    memory = f" with {proof['host_memory']}" if "host_memory" in proof else ""
    return f"{proof.get('nodes', 1)}{memory}"


def describe_behaviour(behaviour: Mapping[str, Any]) -> str:
    """Return the behaviour of the tasks of a release, such as `a task exits with code 1 after 8 s`."""
    words = _describe_task(behaviour)
    others = "the others run" + (f" after {behaviour['others']} s" if "others" in behaviour else "")
    if "only_first" in behaviour:
        return f"the first task {words}, and {others}"
    if "slots" in behaviour:
        return f"replica {join_words(list(map(str, behaviour['slots'])))} {words}, and {others}"
    test = ", and has the healthcheck of the file" if behaviour.get("healthcheck") == "file" else ""
    return f"a task {words}{test}"


def describe_follow_up(proof: Mapping[str, Any]) -> str:
    """Return the action after the update as a sentence, or an empty text."""
    return _FOLLOW_UPS[proof["then"]] if "then" in proof else ""


def _describe_task(behaviour: Mapping[str, Any]) -> str:
    """Return the words for one of the behaviours of `rule.schema.json`."""
    seconds, after, shutdown = (
        f" after {behaviour[key]} s" if key in behaviour else "" for key in ("seconds", "after", "shutdown")
    )
    stop = f", and stops{shutdown}" if shutdown else ""
    match behaviour["behaviour"]:
        case "boots-with":
            return f"needs {behaviour['memory']} of memory{stop}"
        case "crashes-after":
            return f"{'becomes healthy and ' if behaviour.get('answers') else ''}exits with code 1{seconds}"
        case "finishes":
            return f"exits with code 0{seconds}"
        case "locks":
            return f"locks {behaviour['volume']}{after} or exits with code 1{stop}"
        case "starts-once":
            return f"runs if it is the first on its data, or exits with code 1{seconds}"
        case "binds":
            return f"listens on port {behaviour['port']} of the host{after}, or exits with code 1{stop}"
        case "recovers-after":
            return f"exits with code 1 at its first {behaviour['starts']} starts, and then runs"
        case "stores-data":
            return f"writes its release to {behaviour['volume']} if no release did before"
        case "serves":
            return f"answers on port {behaviour['port']}"
    return _WITHOUT_PARAMETERS.get(behaviour["behaviour"], f"runs{after}")
