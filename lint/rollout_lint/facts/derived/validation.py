"""Errors of the daemon for a service that `docker stack config` and `docker stack deploy` accept."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rollout_lint.facts.constraint import InvalidConstraintError, parse_constraint
from rollout_lint.facts.derived.conversion import collect, known_items, known_setting, processors
from rollout_lint.facts.derived.registry import derived
from rollout_lint.pattern import compile_lazily
from rollout_lint.stack.shorthand import has_host_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.facts.derived.conversion import Checks, Rejection
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.stack.model import Setting

MIN_MEMORY = 4 << 20
MIN_SECONDS = 0.001

_ID = compile_lazily(r"[a-f0-9]{64}")
_DNS_NAME = compile_lazily(r"[A-Za-z0-9_-]*[A-Za-z0-9]")
_CONDITIONS = ("", "none", "any", "on-failure")
_ENDPOINT_MODES = ("", "vip", "dnsrr")
_HEALTHCHECK_TIMES = {
    "interval": "Interval",
    "timeout": "Timeout",
    "start_period": "StartPeriod",
    "start_interval": "StartInterval",
}


@derived("array", words={"is not empty": "the daemon rejects the service"})
def refused_by_engine(facts: ServiceFacts) -> Derivation:
    """Error of the daemon for this service, in its words, except for update policies, which other facts cover.

    See swarmkit `manager/controlapi/service.go validateServiceSpec`, moby `daemon/cluster/convert/service.go`. By then
    `docker stack deploy` has deployed the services before this one. Values that depend on a variable without a value
    are not checked.
    """
    return collect(facts, _CHECKS)


def _image(facts: ServiceFacts) -> Iterator[Rejection]:
    """Yield an error for an image id: the CLI accepts it (swarmkit `manager/controlapi/service.go validateImage`)."""
    image = known_setting(facts, "image")
    if image is not None and _ID.fullmatch(image.value):
        yield f'"{image.value}" is not a valid repository/tag', image.location


def _name(facts: ServiceFacts) -> Iterator[Rejection]:
    """Yield an error for a name that is invalid in the daemon, after the name of the stack and an underscore."""
    if not _DNS_NAME.fullmatch(facts.service.name):
        yield "name must be valid as a DNS name component", facts.service.location


def _resources(facts: ServiceFacts) -> Iterator[Rejection]:
    for setting, amount in processors(facts):
        if amount and amount * 1000 < 1:
            yield f"invalid cpu value {float(amount):g}: Must be at least 0.001", setting.location
    for kind in ("limits", "reservations"):
        memory = known_setting(facts, f"deploy.resources.{kind}.memory")
        if memory is not None and memory.value and memory.value < MIN_MEMORY:
            yield f"invalid memory value {memory.value}: Must be at least 4MiB", memory.location


def _restart_policy(facts: ServiceFacts) -> Iterator[Rejection]:
    condition = known_setting(facts, "deploy.restart_policy.condition")
    if condition is not None and condition.value not in _CONDITIONS:
        yield f'invalid RestartCondition: "{condition.value}"', condition.location
    for key in ("delay", "window"):
        time = known_setting(facts, f"deploy.restart_policy.{key}")
        if time is not None and time.value < 0:
            yield f"TaskSpec: restart-{key} cannot be negative", time.location


def _constraints(facts: ServiceFacts) -> Iterator[Rejection]:
    """Yield the errors of swarmkit `manager/constraint/constraint.go Parse`."""
    for item in known_items(facts, "deploy.placement.constraints"):
        try:
            parse_constraint(item.value)
        except InvalidConstraintError as error:
            yield str(error), item.location


def _healthcheck(facts: ServiceFacts) -> Iterator[Rejection]:
    disable = facts.service.settings.get("healthcheck.disable")
    if disable is not None and disable.value:
        return
    for key, name in _HEALTHCHECK_TIMES.items():
        time = known_setting(facts, f"healthcheck.{key}")
        if time is not None and time.value and time.value < MIN_SECONDS:
            yield f"{name} in HealthConfig cannot be less than 1ms", time.location


def _endpoint(facts: ServiceFacts) -> Iterator[Rejection]:
    mode = known_setting(facts, "deploy.endpoint_mode")
    if mode is not None and mode.value.lower() not in _ENDPOINT_MODES:
        yield f'invalid resolution mode: "{mode.value}"', mode.location
    if mode is not None and mode.value.lower() == "dnsrr":
        for item in known_items(facts, "ports"):
            if item.value.mode != "host":
                yield "port published with ingress mode can't be used with dnsrr mode", item.location


def _duplicate_ports(facts: ServiceFacts) -> Iterator[Rejection]:
    ports: dict[tuple[int, str], list[Setting]] = {}
    for item in known_items(facts, "ports"):
        same = ports.setdefault((item.value.published, item.value.protocol), [])
        same.append(item)
        if item.value.published and len(same) == 2:
            yield f"duplicate published ports provided{_ignored_addresses(same)}", item.location


def _duplicate_targets(facts: ServiceFacts) -> Iterator[Rejection]:
    targets: Counter[str] = Counter()
    for item in known_items(facts, "volumes"):
        targets[item.value.target] += 1
        if targets[item.value.target] == 2:
            yield f"duplicate mount point: {item.value.target}", item.location


def _ignored_addresses(ports: list[Setting]) -> str:
    """Return a note on the host addresses of ports, which docker/cli drops (`loader.go toServicePortConfigs`)."""
    with_address = [port.written for port in ports if has_host_address(port.written)]
    return f" (Swarm ignores the host address of {' and '.join(with_address)})" if with_address else ""


_CHECKS: Checks = (
    ("", _image),
    ("", _name),
    ("deploy.resources", _resources),
    ("deploy.restart_policy", _restart_policy),
    ("deploy.placement.constraints", _constraints),
    ("healthcheck", _healthcheck),
    ("deploy", _endpoint),
    ("ports", _duplicate_ports),
    ("volumes", _duplicate_targets),
)
