"""Errors of `docker stack deploy` when it converts a stack to services, which `docker stack config` accepts."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.facts.derived.registry import derived
from rollout_lint.pattern import compile_lazily
from rollout_lint.stack.unknown import Unknown, is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction

    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.location import Location
    from rollout_lint.stack.model import Setting

Rejection: TypeAlias = "tuple[str, Location | None]"
"""Error message of Docker, and its location in the file."""

Checks: TypeAlias = "tuple[tuple[str, Callable[[ServiceFacts], Iterator[Rejection]]], ...]"
"""Checks with the path of the block or list that they read; "" for a value of the service itself."""

_MODES_BEFORE_23 = ("", "replicated", "global")
_MODES = (*_MODES_BEFORE_23, "replicated-job", "global-job")
_RESTARTS = ("", "no", "always", "unless-stopped", "on-failure")
_COUNT = compile_lazily(r"[+-]?\d+", re.ASCII)
_NUMBER = compile_lazily(r"[+-]?(?:\d+/0*[1-9]\d*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?)", re.ASCII)
_STRANGE_NUMBER = compile_lazily(r"^.{100}|[eE][+-]?\d{3}|[xXbBoOpP_]")
_REPOSITORY = compile_lazily(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_DOMAIN = compile_lazily(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d+)?", re.ASCII)
_TAG = compile_lazily(r"\w[\w.-]{0,127}", re.ASCII)
_MIN_DIGEST = 32
"""A reference that is only a digest is longer. Most names are shorter, and need no pattern for it."""
_DIGEST = compile_lazily(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}")


@derived("array", words={"is not empty": "docker stack deploy rejects the service"})
def refused_by_deploy(facts: ServiceFacts) -> Derivation:
    """Error of `docker stack deploy` for the stack because of this service, in Docker's words.

    By then it has created the networks, secrets and configs, and changed no service (docker/cli
    `cli/compose/convert/service.go Services`); for an image it has created nothing (`cli/command/stack/loader.go`).
    Values that depend on a variable without a value are not checked.
    """
    return collect(facts, _CHECKS)


def collect(facts: ServiceFacts, checks: Checks) -> Derivation:
    """Return the messages of the checks whose block or list the service has, each once, and the first location."""
    blocks = facts.service.blocks
    found = [rejection for block, check in checks if not block or block in blocks for rejection in check(facts)]
    messages = list(dict.fromkeys(message for message, _ in found))
    return messages, next((location for _, location in found if location), None)


def known_setting(facts: ServiceFacts, path: str) -> Setting | None:
    """Return a value of the service, None if it depends on a variable without a value."""
    setting = facts.service.settings.get(path)
    return None if setting is None or setting.unset or isinstance(setting.value, Unknown) else setting


def known_items(facts: ServiceFacts, path: str) -> Iterator[Setting]:
    """Yield the items of a list, except those that depend on a variable without a value."""
    items = facts.service.lists.get(path, [])
    return (item for item in items if not item.unset and not is_unknown(item.value))


@derived("boolean", words={"is true": "no file sets the image of the service"})
def lacks_image(facts: ServiceFacts) -> Derivation:
    """True if no file sets the image of the service. A variable without a value also sets it."""
    setting = facts.service.settings.get("image")
    if setting is None:
        return True, facts.service.location
    return not setting.value and not setting.unset, setting.location


@derived("boolean", words={"is true": "the service has build, and no service of the stack has a deploy block"})
def only_built(facts: ServiceFacts) -> Derivation:
    """True if the service has `build` and no image, in a stack in which no service has `deploy`.

    `docker stack deploy` rejects that, but files for `docker compose` look like this.
    """
    built = facts.service.blocks.get("build")
    for_swarm = facts.is_for_swarm
    return built is not None and lacks_image(facts)[0] and not for_swarm, built


def _image(facts: ServiceFacts) -> Iterator[Rejection]:
    image = known_setting(facts, "image")
    if lacks_image(facts)[0]:
        yield "no image specified", facts.service.location
    elif image is not None and not _is_reference(image.value):
        yield "invalid reference format", image.location


@lru_cache(maxsize=1000)
def _is_reference(text: str) -> bool:
    """Return True if distribution's `reference.ParseAnyReference` accepts the text."""
    if len(text) > _MIN_DIGEST and _DIGEST.fullmatch(text):
        return True
    name, at, digest = text.partition("@")
    first, slash, rest = name.partition("/")
    if slash and (any(mark in first for mark in ".:") or first == "localhost" or first != first.lower()):
        if not _DOMAIN.fullmatch(first):
            return False
        name = rest
    repository, colon, tag = name.partition(":")
    return bool(
        _REPOSITORY.fullmatch(repository)
        and (not colon or _TAG.fullmatch(tag))
        and (not at or _DIGEST.fullmatch(digest))
    )


def _mode(facts: ServiceFacts) -> Iterator[Rejection]:
    mode, replicas = known_setting(facts, "deploy.mode"), known_setting(facts, "deploy.replicas")
    if mode is None:
        return
    client = facts.cluster.client
    known = _MODES if client is None or not client.is_before(23) else _MODES_BEFORE_23
    if mode.value not in known:
        yield f"unknown mode: {mode.value}", mode.location
    elif mode.value.startswith("global") and replicas is not None:
        yield "replicas can only be used with replicated or replicated-job mode", replicas.location


def _healthcheck(facts: ServiceFacts) -> Iterator[Rejection]:
    disable = known_setting(facts, "healthcheck.disable")
    if disable is not None and disable.value and facts.service.lists.get("healthcheck.test"):
        yield "test and disable can't be set at the same time", disable.location


def _restart(facts: ServiceFacts) -> Iterator[Rejection]:
    restart = known_setting(facts, "restart")
    if restart is None or "deploy.restart_policy" in facts.service.blocks:
        return
    policy, colon, count = restart.value.partition(":")
    if count and not _COUNT.fullmatch(count):
        yield "maximum retry count must be an integer", restart.location
    elif policy not in _RESTARTS or (colon and not policy):
        yield f"unknown restart policy: {policy}", restart.location


def _undefined(section: str, facts: ServiceFacts) -> Iterator[Rejection]:
    defined = facts.resources.get(section, {})
    for item in known_items(facts, section):
        if item.value not in defined and (section, item.value) != ("networks", "default"):
            yield f'undefined {section.removesuffix("s")} "{item.value}"', item.location


def _undefined_volumes(facts: ServiceFacts) -> Iterator[Rejection]:
    volumes = facts.resources.get("volumes", {})
    for item in known_items(facts, "volumes"):
        source = item.value.source
        if source and item.value.type in ("volume", "") and source not in volumes:
            yield f'undefined volume "{source}"', item.location


_OWN_OPTIONS = {"": "volume", "volume": "volume", "image": "image", "bind": "bind", "tmpfs": "tmpfs", "npipe": "bind"}
_NEEDS_SOURCE = ("bind", "image", "npipe", "cluster")


def _mounts(facts: ServiceFacts) -> Iterator[Rejection]:
    for item in known_items(facts, "volumes"):
        type_, options = item.value.type, item.value.options
        if type_ not in _OWN_OPTIONS and type_ != "cluster":
            yield "volume type must be volume, bind, tmpfs, npipe, or cluster", item.location
        elif type_ in _NEEDS_SOURCE and not item.value.source:
            yield f"invalid {type_} source, source cannot be empty", item.location
        elif type_ == "tmpfs" and item.value.source:
            yield "invalid tmpfs source, source must be empty", item.location
        else:
            foreign = next((each for each in options if each != _OWN_OPTIONS.get(type_, type_)), None)
            if foreign:
                yield f"{foreign} options are incompatible with type {type_ or 'volume'}", item.location


def _cpus(facts: ServiceFacts) -> Iterator[Rejection]:
    for setting, amount in processors(facts):
        if amount is None:
            yield f"failed to parse {setting.value} as a rational number", setting.location
        elif (amount * 10**9).denominator != 1:
            yield "value is too precise", setting.location


def processors(facts: ServiceFacts) -> Iterator[tuple[Setting, Fraction | None]]:
    """Yield the limit and the reservation of processors, None for a number that docker/cli cannot read.

    It is parsed as in `opts/opts.go ParseCPUs`. Powers of two and numbers of more than a hundred digits are left out.
    """
    for kind in ("limits", "reservations"):
        setting = known_setting(facts, f"deploy.resources.{kind}.cpus")
        if setting is not None and setting.value and not _STRANGE_NUMBER.search(setting.value):
            from fractions import Fraction

            yield setting, Fraction(setting.value) if _NUMBER.fullmatch(setting.value) else None


_CHECKS: Checks = (
    ("", _image),
    ("deploy", _mode),
    ("volumes", _mounts),
    *((section, partial(_undefined, section)) for section in ("networks", "secrets", "configs")),
    ("volumes", _undefined_volumes),
    ("deploy.resources", _cpus),
    ("", _restart),
    ("healthcheck", _healthcheck),
)
