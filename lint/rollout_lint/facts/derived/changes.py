"""Differences from a stack over which this one may be deployed, that a deploy cannot make."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived, derived_of_resource
from rollout_lint.facts.stated import stated_facts
from rollout_lint.pattern import compile_lazily
from rollout_lint.record import Record
from rollout_lint.stack.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.facts.derived.registry import Derivation, ResourceInStack, ServiceFacts
    from rollout_lint.stack.model import EarlierStack, Resource

_DEFAULT_DRIVERS = {"networks": "overlay", "volumes": "local"}
"""Drivers without `driver` (docker/cli `cli/command/stack/deploy_composefile.go createNetworks`)."""

COMPARED_WITH = {
    "derived.mode_before": "derived.mode_compared_with",
    "resource.changed_options": "resource.options_compared_with",
    "resource.content_changed_since": "resource.content_changed_since",
}
"""Facts about a difference, each with the fact that names the revision or the variant that differs."""

_CONTENTS = ("configs", "secrets")
_VERSION_AT_END = compile_lazily(r"[-_.](?:v?\d[\d._-]*|[0-9a-f]{7,64})\Z", re.IGNORECASE)


class _ModeChange(Record):
    before: str
    earlier: EarlierStack


class _OptionChange(Record):
    paths: list[str]
    earlier: EarlierStack


@derived("string", "null", words={"is set": "the earlier revision, or another variant, has another deploy.mode"})
def mode_before(facts: ServiceFacts) -> Derivation:
    """deploy.mode of the service at the earlier revision, or in the first variant, if it is another one; else null.

    Swarm rejects another mode (swarmkit `manager/controlapi/service.go UpdateService`).
    """
    change = _find_mode_change(facts)
    return (None, None) if change is None else (change.before, facts.location("deploy.mode"))


@derived(
    "string", "null", words={'is {"pattern": "^in variant"}': "only another variant of the recipe has the other mode"}
)
def mode_compared_with(facts: ServiceFacts) -> Derivation:
    """Revision or variant that has the other mode, such as `at main` or `in variant "default"`; else null."""
    change = _find_mode_change(facts)
    return (None, None) if change is None else (change.earlier.name, None)


@derived_of_resource(
    "array",
    words={"is not empty": "the earlier revision, or another variant, has other options of the network or volume"},
)
def changed_options(entry: ResourceInStack) -> Derivation:
    """Options of a network or local volume that differ from the earlier revision, or from the first variant.

    Docker keeps a network that exists (docker/cli `cli/command/stack/deploy_composefile.go createNetworks`), and a
    local volume that exists (moby `volume/service/store.go create`).
    """
    change = _find_option_change(entry)
    # Reports show the text at a location, and the value of an option may be a secret.
    return ([], None) if change is None else (change.paths, entry.resource.location)


@derived_of_resource(
    "string",
    "null",
    words={'is {"pattern": "^in variant"}': "only another variant of the recipe has the other options"},
)
def options_compared_with(entry: ResourceInStack) -> Derivation:
    """Revision or variant with the other options, such as `at main` or `in variant "default"`; else null."""
    change = _find_option_change(entry)
    return (None, None) if change is None else (change.earlier.name, None)


@derived_of_resource(
    "string",
    "null",
    words={"is set": "git shows that the file of the config or secret has changed, and its name did not"},
)
def content_changed_since(entry: ResourceInStack) -> Derivation:
    """Revision since which the file of a config or secret has changed under the same name, such as `at main`.

    Null if the name has a variable, or if git does not show a change. Swarm rejects another content under the same name
    (swarmkit `manager/controlapi/config.go UpdateConfig`).
    """
    for earlier, before in _earlier_entries(entry):
        if (entry.section, entry.key) in earlier.changed_contents and not _has_variable(before):
            return earlier.name, entry.resource.file.location if entry.resource.file else None
    return None, None


@derived_of_resource("boolean", words={"is true": "the name of the config or secret is fixed, and its file can change"})
def has_fixed_name(entry: ResourceInStack) -> Derivation:
    """True if a service uses the config or secret, which has a file, and a name that no edit of the file changes.

    False if the name has a variable, or ends with a number or hash, which an operator changes together with the file.
    False also if no service of the stack has a `deploy` block, because docker compose mounts the file itself.
    """
    section, resource = entry.section, entry.resource
    is_from_file = resource.file is not None and resource.is_external is False and not resource.driver
    if section not in _CONTENTS or not is_from_file:
        return False, None
    is_used = (section, entry.key) in entry.stack.used_contents
    name = resource.name
    is_versioned = name is not None and _VERSION_AT_END.search(name.written) is not None
    is_fixed = not (_has_variable(resource) or is_versioned) and entry.stack.is_for_swarm and is_used
    located = name or resource.file
    return is_fixed, located.location if located else None


def _find_mode_change(facts: ServiceFacts) -> _ModeChange | None:
    for earlier, service in facts.earlier_services:
        before = stated_facts(service)["deploy.mode"].value
        if not isinstance(before, Unknown) and before != facts.value("deploy.mode"):
            return _ModeChange(before, earlier)
    return None


def _find_option_change(entry: ResourceInStack) -> _OptionChange | None:
    if entry.section not in _DEFAULT_DRIVERS:
        return None
    after = _effective_options(entry.section, entry.resource)
    for earlier, resource in _earlier_entries(entry):
        before = _effective_options(entry.section, resource)
        if entry.section == "volumes" and (before.keys() | after.keys()) & {"driver"}:
            continue
        paths = [path for path in sorted(before.keys() | after.keys()) if _differ(before.get(path), after.get(path))]
        if paths:
            return _OptionChange(paths, earlier)
    return None


def _effective_options(section: str, resource: Resource) -> Mapping[str, str | Unknown]:
    """Return the options without those that mean the default."""
    values = {path: setting.value for path, setting in resource.options.items()}
    if values.get("driver") == _DEFAULT_DRIVERS[section]:
        del values["driver"]
    return {path: value for path, value in values.items() if value not in ("", "false")}


def _differ(before: str | Unknown | None, after: str | Unknown | None) -> bool:
    return before != after and not isinstance(before, Unknown) and not isinstance(after, Unknown)


def _earlier_entries(entry: ResourceInStack) -> Iterator[tuple[EarlierStack, Resource]]:
    """Yield the resource of each earlier stack that creates the same object of the engine."""
    for earlier in entry.stack.earlier:
        before = earlier.stack.resources.get(entry.section, {}).get(entry.key)
        if before is not None and _is_same_object(before, entry.resource):
            yield earlier, before


def _is_same_object(before: Resource, now: Resource) -> bool:
    is_created = before.is_external is False and now.is_external is False
    return is_created and _written_name(before) == _written_name(now)


def _written_name(resource: Resource) -> str:
    return resource.name.written if resource.name else ""


def _has_variable(resource: Resource) -> bool:
    return "$" in _written_name(resource).replace("$$", "")
