"""Conversion of an example to a stack that a private engine can run, with the same policy."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.swarm.behaviour import RELEASE, SLOT, Behaviour
from tests.swarm.engine import HOME, docker
from tests.swarm.image import IMAGE
from tests.swarm.proof import Files

RELEASE_LABEL = "rollout-lint.release"
VERSION = "3.13"
KEPT = ("restart", "stop_grace_period")
NETWORK = "engine"

Stack = dict[str, Any]


class RefusedError(Exception):
    """Rejection by Docker, with its message."""


def merged(files: Files, home: Path, name: str) -> Stack:
    """Write the files into a folder of an engine. Return the output of `docker stack config`, with its paths."""
    folder = home / "example" / name
    folder.mkdir(parents=True)
    for name, text in files:
        (folder / name).write_text(text, encoding="utf-8")
    layers = [word for name, _ in files for word in ("--compose-file", str(folder / name))]
    done = docker(folder, "stack", "config", *layers)
    if done.returncode != 0:
        raise RefusedError(done.stderr.decode().strip())
    stack = YAML(typ="safe").load(done.stdout.decode().replace(str(home), HOME))
    return dict(stack)


def deployable(
    stack: Mapping[str, Any],
    service: str,
    behaviour: Behaviour,
    release: str,
    network: str = "host",
    keeps_constraints: bool = False,
) -> str:
    """Return a stack file with only `service`, which runs the behaviour instead of its image.

    On an overlay network, names are addresses of tasks (dnsrr), because a private engine has no load balancer.
    """
    given = stack["services"][service]
    volumes = _volumes(given, behaviour.keeps_binds)
    made = {key: given[key] for key in KEPT if key in given} | {
        "image": IMAGE,
        "command": behaviour.command(),
        "environment": {SLOT: "{{.Task.Slot}}", RELEASE: release},
        "labels": {RELEASE_LABEL: release},
        "networks": [NETWORK],
        "deploy": _deploy(given, release, keeps_constraints),
        "ports": [port for port in given.get("ports", []) if port.get("mode") == "host"],
        "volumes": volumes,
    }
    if network != "host":
        made["deploy"]["endpoint_mode"] = "dnsrr"
    if _has_healthcheck(given):
        made["healthcheck"] = behaviour.healthcheck(given["healthcheck"]["test"])
    document = {
        "version": VERSION,
        "services": {service: made},
        "volumes": {volume["source"]: {} for volume in volumes if volume["type"] == "volume"},
        "networks": {NETWORK: {"external": True, "name": network}},
    }
    return json.dumps(document).replace("$", "$$")


def create_binds(stack: Mapping[str, Any], service: str, home: Path) -> None:
    """Create the folders that a service mounts from the folder of its example, on the engine with this home."""
    for volume in stack["services"][service].get("volumes", []):
        if volume["type"] == "bind" and volume["source"].startswith(f"{HOME}/"):
            (home / Path(volume["source"]).relative_to(HOME)).mkdir(parents=True, exist_ok=True)


def _deploy(given: Mapping[str, Any], release: str, keeps_constraints: bool) -> Stack:
    deploy = json.loads(json.dumps(given.get("deploy", {})))
    deploy["labels"] = {RELEASE_LABEL: release}
    if not keeps_constraints:
        deploy.get("placement", {}).pop("constraints", None)
    for amounts in deploy.get("resources", {}).values():
        for other in set(amounts) - {"memory"}:
            del amounts[other]
    return dict(deploy)


def _volumes(given: Mapping[str, Any], keeps_binds: bool) -> list[Stack]:
    kept = ("tmpfs", "bind") if keeps_binds else ("tmpfs",)
    return [_local(number, volume, kept) for number, volume in enumerate(given.get("volumes", []))]


def _local(number: int, volume: Mapping[str, Any], kept: Sequence[str]) -> Stack:
    if volume["type"] in kept:
        return dict(volume)
    return {"type": "volume", "source": f"volume-{number}", "target": volume["target"]}


def _has_healthcheck(given: Mapping[str, Any]) -> bool:
    healthcheck = given.get("healthcheck", {})
    disabled = healthcheck.get("disable") or healthcheck.get("test") == ["NONE"]
    return "test" in healthcheck and not disabled
