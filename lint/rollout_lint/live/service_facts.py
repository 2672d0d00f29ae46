"""Facts of a running service, as a stack file would give them.

`docker service inspect` fills in every default (swarmkit `api/defaults/service.go InterpolateService`), so it does not
show which values a file sets. It names networks by their id.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.defaults import ROLLOUT_BLOCKS
from rollout_lint.facts.derived import DERIVED, RESOURCE_FACTS, STACK_FACTS, ServiceFacts
from rollout_lint.facts.derived.layers import OF_STACK_AND_SERVICE
from rollout_lint.facts.stated import stated_facts
from rollout_lint.live.json_access import (
    get_integer,
    get_list,
    get_mapping,
    get_number,
    get_seconds,
    get_text,
    get_value,
)
from rollout_lint.live.spec_diff import DEFAULT_POLICY, normal_policies
from rollout_lint.location import Location
from rollout_lint.stack.model import Resource, Service, Setting, Stack
from rollout_lint.stack.shorthand import Port, Volume

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.facts.cluster import Cluster
    from rollout_lint.facts.images import Images
    from rollout_lint.live.model import LiveService

_ID = re.compile(r"[a-z0-9]{25}\Z")
_NANO_CPUS = 1e9

ONLY_IN_FILES = "only files show it"
_DEFAULTS_FILLED_IN = "Docker fills in its defaults and does not show which values were set"
_NETWORKS_BY_ID = "Docker shows networks by their id"
_FACTS_ONLY_IN_FILES = {
    *STACK_FACTS,
    *RESOURCE_FACTS,
    "derived.mode_before",
    "derived.mode_compared_with",
    *(f"derived.{name}" for name in OF_STACK_AND_SERVICE),
    "derived.in_first_layer",
    "derived.moving_volume",
    "derived.moving_store",
    "derived.deploy_host_mount",
    "derived.choice_of_nodes",
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
    "derived.is_for_swarm",
    "derived.has_restart_policy",
    "restart",
    "env_file",
    "ignore.refused",
    "ignore.ended",
    "ignore.idle",
}


def compute_facts(service: LiveService, cluster: Cluster, images: Images) -> ServiceFacts:
    """Return the facts of a service by path, of which those of `find_unknown_facts` mean nothing."""
    location = Location(service.name, 0, 0, 0, 0)
    converted = _service(service, location)
    stack = Stack()
    stack.services[converted.name] = converted
    stack.resources["networks"] = _networks(service, location)
    return ServiceFacts(converted, stack, stated_facts(converted), cluster, images)


def find_unknown_facts(service: LiveService) -> dict[str, str]:
    """Return the facts that a live spec does not show, with the reason for each."""
    unknown = dict.fromkeys(_FACTS_ONLY_IN_FILES, ONLY_IN_FILES)
    if not _defined_policies(service):
        unknown["derived.states_a_policy"] = _DEFAULTS_FILLED_IN
    if get_text(service.spec.document, "UpdateConfig", "FailureAction") in ("", "pause"):
        unknown["derived.stated_failure_action"] = _DEFAULTS_FILLED_IN
    if any(_ID.match(target) for target in _network_ids(service)):
        unknown |= dict.fromkeys(("derived.on_host_network", "derived.room_on_host_network"), _NETWORKS_BY_ID)
    assert unknown.keys() - DERIVED.keys() <= _FACTS_ONLY_IN_FILES
    return unknown


def _defined_policies(service: LiveService) -> list[str]:
    """Return the policies that were set, because they differ from the defaults."""
    policies = normal_policies(service.spec)
    return [block for block, policy in zip(ROLLOUT_BLOCKS, policies, strict=True) if policy != DEFAULT_POLICY]


def _service(service: LiveService, location: Location) -> Service:
    document = service.spec.document
    settings = {path: value for path, value in _settings(service, document) if value not in (None, "")}
    lists = {path: values for path, values in _lists(service, document) if values}
    converted = Service(service.name_in_stack, location)
    converted.blocks = dict.fromkeys(_defined_policies(service), location)
    converted.settings = {path: Setting(value, location, "", is_zero=not value) for path, value in settings.items()}
    converted.lists = {path: [Setting(value, location, "") for value in values] for path, values in lists.items()}
    return converted


_POLICY_BLOCKS = {"deploy.update_config": "UpdateConfig", "deploy.rollback_config": "RollbackConfig"}
_TASK_SETTINGS: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("deploy.placement.max_replicas_per_node", get_integer, "Placement.MaxReplicas"),
    ("deploy.resources.limits.memory", get_integer, "Resources.Limits.MemoryBytes"),
    ("deploy.resources.reservations.memory", get_integer, "Resources.Reservations.MemoryBytes"),
    ("deploy.restart_policy.condition", get_text, "RestartPolicy.Condition"),
    ("deploy.restart_policy.delay", get_seconds, "RestartPolicy.Delay"),
    ("deploy.restart_policy.max_attempts", get_integer, "RestartPolicy.MaxAttempts"),
    ("deploy.restart_policy.window", get_seconds, "RestartPolicy.Window"),
    ("stop_grace_period", get_seconds, "ContainerSpec.StopGracePeriod"),
    ("stop_signal", get_text, "ContainerSpec.StopSignal"),
    ("healthcheck.interval", get_seconds, "ContainerSpec.Healthcheck.Interval"),
    ("healthcheck.timeout", get_seconds, "ContainerSpec.Healthcheck.Timeout"),
    ("healthcheck.start_period", get_seconds, "ContainerSpec.Healthcheck.StartPeriod"),
    ("healthcheck.start_interval", get_seconds, "ContainerSpec.Healthcheck.StartInterval"),
    ("healthcheck.retries", get_integer, "ContainerSpec.Healthcheck.Retries"),
)
"""Fact path, reader, and path in the task template."""


def _settings(service: LiveService, document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    template = get_mapping(document, "TaskTemplate")
    yield "image", service.spec.image
    yield "deploy.mode", service.spec.mode
    yield "deploy.replicas", service.spec.replicas
    yield "deploy.endpoint_mode", get_text(document, "EndpointSpec", "Mode")
    for block, api_key in _POLICY_BLOCKS.items():
        for key, value in _policy(get_mapping(document, api_key)):
            yield f"{block}.{key}", value
    for kind in ("Limits", "Reservations"):
        nano_cpus = get_integer(template, "Resources", kind, "NanoCPUs")
        yield f"deploy.resources.{kind.lower()}.cpus", f"{nano_cpus / _NANO_CPUS:g}" if nano_cpus else ""
    for fact, read, path in _TASK_SETTINGS:
        yield fact, read(template, *path.split("."))


def _policy(block: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if block:
        # The API's default for a block that is set is 0, which means all tasks at once.
        yield "parallelism", get_integer(block, "Parallelism") or 0
        yield "delay", get_seconds(block, "Delay")
        yield "failure_action", get_text(block, "FailureAction")
        yield "monitor", get_seconds(block, "Monitor")
        yield "max_failure_ratio", get_number(block, "MaxFailureRatio")
        yield "order", get_text(block, "Order")


def _lists(service: LiveService, document: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    template, container = get_mapping(document, "TaskTemplate"), get_mapping(document, "TaskTemplate", "ContainerSpec")
    preferences = get_list(template, "Placement", "Preferences")
    yield "ports", [_port(each) for each in get_list(document, "EndpointSpec", "Ports")]
    yield "volumes", [_volume(each) for each in get_list(container, "Mounts")]
    yield "networks", _network_ids(service)
    yield "deploy.labels", list(service.spec.labels)
    yield "labels", list(service.spec.container_labels)
    yield "environment", [each.partition("=")[0] for each in _texts(container, "Env")]
    yield "configs", [get_text(each, "ConfigName") for each in get_list(container, "Configs")]
    yield "secrets", [get_text(each, "SecretName") for each in get_list(container, "Secrets")]
    yield "healthcheck.test", _texts(container, "Healthcheck", "Test")
    yield "deploy.placement.constraints", _texts(template, "Placement", "Constraints")
    yield "deploy.placement.preferences", [get_text(each, "Spread", "SpreadDescriptor") for each in preferences]


def _texts(document: Any, *path: str) -> list[str]:
    return [each for each in get_list(document, *path) if isinstance(each, str)]


def _port(document: Any) -> Port:
    target, published = (get_integer(document, key) or 0 for key in ("TargetPort", "PublishedPort"))
    mode, protocol = get_text(document, "PublishMode") or "ingress", get_text(document, "Protocol") or "tcp"
    return Port(target, published, mode, protocol)


def _volume(document: Any) -> Volume:
    type_, source, target = (get_text(document, key) for key in ("Type", "Source", "Target"))
    return Volume(type_ or "volume", source, target, get_value(document, "ReadOnly") is True)


def _network_ids(service: LiveService) -> list[str]:
    """Return the networks of the tasks, or of the service, as API versions before 1.44 allowed."""
    document = service.spec.document
    networks = get_list(document, "TaskTemplate", "Networks") or get_list(document, "Networks")
    return [get_text(each, "Target") for each in networks]


def _networks(service: LiveService, location: Location) -> dict[str, Resource]:
    return {target: Resource(location, is_external=True, engine_name=target) for target in _network_ids(service)}
