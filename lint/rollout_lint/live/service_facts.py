"""A live spec to the facts that a stack file gives, as far as they can be known from it.

What `docker service inspect` shows has every default filled in (swarmkit `api/defaults/service.go InterpolateService`),
so that nobody can tell there what a file said and what Swarm added; and it names networks by their id.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.defaults import ROLLOUT_BLOCKS
from rollout_lint.facts.derived import DERIVED, STACK_FACTS, ServiceFacts
from rollout_lint.facts.derived.layers import OF_STACK_AND_SERVICE
from rollout_lint.facts.stated import stated_facts
from rollout_lint.live import spec_diff as normal
from rollout_lint.live.json_access import items, mapping, number, seconds, text, whole
from rollout_lint.location import Location
from rollout_lint.stack.model import Resource, Service, Setting, Stack
from rollout_lint.stack.shorthand import Port, Volume

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.facts.cluster import Cluster
    from rollout_lint.facts.images import Images
    from rollout_lint.live.model import LiveService

_ID = re.compile(r"[a-z0-9]{25}\Z")
_NANO_CPUS = 1e9

OF_FILES = "only files show it"
DEFAULTS_ARE_FILLED_IN = "the engine fills its defaults in, and does not say what was given"
NETWORKS_BY_ID = "the engine names networks by their id"
_OF_FILES = {
    *STACK_FACTS,
    *(f"derived.{name}" for name in OF_STACK_AND_SERVICE),
    "derived.in_first_layer",
    "derived.lacks_image",
    "derived.healthcheck_test_layers",
    "derived.ignored_zeros",
    "derived.lost_ports",
    "derived.swallowed_text",
    "derived.ignored_modifiers",
    "derived.refused_by_deploy",
    "derived.refused_by_engine",
    "derived.only_built",
    "derived.has_update_config",
    "derived.has_restart_policy",
    "restart",
    "env_file",
    "ignore.refused",
    "ignore.ended",
    "ignore.idle",
}


def facts_of_live(service: LiveService, cluster: Cluster, images: Images) -> ServiceFacts:
    """The facts of a service by path; `unknown_facts` says which of them mean nothing."""
    location = Location(service.name, 0, 0, 0, 0)
    made = _service(service, location)
    stack = Stack(services={made.name: made}, resources={"networks": _networks(service, location)})
    return ServiceFacts(made, stack, stated_facts(made), cluster, images)


def unknown_facts(service: LiveService) -> dict[str, str]:
    """The facts that a live spec cannot tell, each with why."""
    unknown = dict.fromkeys(_OF_FILES, OF_FILES)
    if not stated_blocks(service):
        unknown["derived.states_a_policy"] = DEFAULTS_ARE_FILLED_IN
    if text(service.spec.document, "UpdateConfig", "FailureAction") in ("", "pause"):
        unknown["derived.stated_failure_action"] = DEFAULTS_ARE_FILLED_IN
    if any(_ID.match(target) for target in _targets(service)):
        unknown["derived.on_host_network"] = NETWORKS_BY_ID
    assert unknown.keys() - DERIVED.keys() <= _OF_FILES
    return unknown


def stated_blocks(service: LiveService) -> list[str]:
    """The policies that somebody gave, for they are not what the engine fills in."""
    given = normal.rollouts(service.spec)
    return [block for block, policy in zip(ROLLOUT_BLOCKS, given, strict=True) if policy != normal.ROLLOUT]


def _service(service: LiveService, location: Location) -> Service:
    document = service.spec.document
    settings = {path: value for path, value in _settings(service, document) if value not in (None, "")}
    lists = {path: list(values) for path, values in _lists(service, document)}
    return Service(
        name=service.name_in_stack,
        location=location,
        blocks=dict.fromkeys(stated_blocks(service), location),
        settings={path: Setting(value, location, "", is_zero=not value) for path, value in settings.items()},
        lists={path: [Setting(value, location, "") for value in values] for path, values in lists.items() if values},
    )


_API: dict[str, tuple[str, ...]] = {
    "deploy.update_config": ("UpdateConfig",),
    "deploy.rollback_config": ("RollbackConfig",),
}


def _settings(service: LiveService, document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    template, container = mapping(document, "TaskTemplate"), mapping(document, "TaskTemplate", "ContainerSpec")
    yield "image", service.spec.image
    yield "deploy.mode", service.spec.mode
    yield "deploy.replicas", service.spec.replicas
    for block, path in _API.items():
        for key, value in _rollout(mapping(document, *path)):
            yield f"{block}.{key}", value
    yield "deploy.placement.max_replicas_per_node", whole(template, "Placement", "MaxReplicas")
    yield "deploy.endpoint_mode", text(document, "EndpointSpec", "Mode")
    for kind in ("Limits", "Reservations"):
        yield f"deploy.resources.{kind.lower()}.memory", whole(template, "Resources", kind, "MemoryBytes")
        yield f"deploy.resources.{kind.lower()}.cpus", _processors(whole(template, "Resources", kind, "NanoCPUs"))
    yield from _restart(mapping(template, "RestartPolicy"))
    yield "stop_grace_period", seconds(container, "StopGracePeriod")
    yield "stop_signal", text(container, "StopSignal")
    yield from _healthcheck(mapping(container, "Healthcheck"))


def _rollout(given: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """A block that is there and says nothing of parallelism takes all tasks at once."""
    if given:
        yield "parallelism", whole(given, "Parallelism") or 0
        yield "delay", seconds(given, "Delay")
        yield "failure_action", text(given, "FailureAction")
        yield "monitor", seconds(given, "Monitor")
        yield "max_failure_ratio", number(given, "MaxFailureRatio")
        yield "order", text(given, "Order")


def _restart(given: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "deploy.restart_policy.condition", text(given, "Condition")
    yield "deploy.restart_policy.delay", seconds(given, "Delay")
    yield "deploy.restart_policy.max_attempts", whole(given, "MaxAttempts")
    yield "deploy.restart_policy.window", seconds(given, "Window")


def _healthcheck(given: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, name in (("interval", "Interval"), ("timeout", "Timeout"), ("start_period", "StartPeriod")):
        yield f"healthcheck.{key}", seconds(given, name)
    yield "healthcheck.start_interval", seconds(given, "StartInterval")
    yield "healthcheck.retries", whole(given, "Retries")


def _processors(nano: int | None) -> str:
    return f"{nano / _NANO_CPUS:g}" if nano else ""


def _lists(service: LiveService, document: dict[str, Any]) -> Iterator[tuple[str, Iterator[Any]]]:
    template, container = mapping(document, "TaskTemplate"), mapping(document, "TaskTemplate", "ContainerSpec")
    yield "ports", (_port(each) for each in items(document, "EndpointSpec", "Ports"))
    yield "volumes", (_volume(each) for each in items(container, "Mounts"))
    yield "networks", iter(_targets(service))
    yield "deploy.labels", iter(service.spec.labels)
    yield "labels", iter(service.spec.container_labels)
    yield "environment", (each.partition("=")[0] for each in _texts(container, "Env"))
    yield "configs", (text(each, "ConfigName") for each in items(container, "Configs"))
    yield "secrets", (text(each, "SecretName") for each in items(container, "Secrets"))
    yield "healthcheck.test", iter(_texts(container, "Healthcheck", "Test"))
    yield "deploy.placement.constraints", iter(_texts(template, "Placement", "Constraints"))
    spread = (text(each, "Spread", "SpreadDescriptor") for each in items(template, "Placement", "Preferences"))
    yield "deploy.placement.preferences", spread


def _texts(document: Any, *path: str) -> list[str]:
    return [each for each in items(document, *path) if isinstance(each, str)]


def _port(given: Any) -> Port:
    target, published = (whole(given, key) or 0 for key in ("TargetPort", "PublishedPort"))
    return Port(target, published, text(given, "PublishMode") or "ingress", text(given, "Protocol") or "tcp")


def _volume(given: Any) -> Volume:
    read_only = mapping({"": given}, "").get("ReadOnly") is True
    return Volume(text(given, "Type") or "volume", text(given, "Source"), text(given, "Target"), read_only)


def _targets(service: LiveService) -> list[str]:
    """The networks of the tasks, or, as engines before 1.44 of the API took them too, of the service."""
    document = service.spec.document
    given = items(document, "TaskTemplate", "Networks") or items(document, "Networks")
    return [text(each, "Target") for each in given]


def _networks(service: LiveService, location: Location) -> dict[str, Resource]:
    return {target: Resource(location, is_external=True, engine_name=target) for target in _targets(service)}
