"""Values in the layers of a service that Docker reads in an unexpected way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived, values_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.stack.docker_version import DockerVersion
    from rollout_lint.stack.model import Service, Setting, Stack


_IN_POLICY = r'is {"contains": {"pattern": "^deploy\\.(update|rollback)_config\\."}}'
"""Condition that a path of an update policy is in the list."""


@derived(
    "array",
    words={
        "is not empty": "an overlay sets a value to zero, empty or false",
        _IN_POLICY: "the value is in update_config or rollback_config",
    },
)
def ignored_zeros(facts: ServiceFacts) -> Derivation:
    """Paths that an overlay sets to 0, "", false or an empty value, and that keep the earlier value.

    docker/cli merges decoded structs, in which such a value counts as not set (`cli/compose/loader/merge.go
    mergeServices`). A value that means the same as the earlier one is left out.
    """
    ignored = {path: setting for path, setting in facts.service.ignored.items() if not _means_the_same(facts, path)}
    return list(ignored), next((setting.location for setting in ignored.values()), None)


def _means_the_same(facts: ServiceFacts, path: str) -> bool:
    """Return True for a zero that means the default: a monitor of 0s is 5s, an empty failure_action is pause."""
    fact = facts.get(path)
    value = None if fact is None else fact.value
    return (path.endswith(".monitor") and value == 5) or (path.endswith(".failure_action") and value == "pause")


@derived("boolean", words={"is false": "the first file does not have the service"})
def in_first_layer(facts: ServiceFacts) -> Derivation:
    """True if the first file has the service."""
    return facts.service.first_layer == 0, facts.service.location


@derived("array", words={"has at least 2 items": "two files set healthcheck.test"})
def healthcheck_test_layers(facts: ServiceFacts) -> Derivation:
    """Files that set healthcheck.test, whose words docker/cli concatenates (`cli/compose/loader/merge.go`)."""
    by_file = {item.location.file: item.location for item in facts.service.lists.get("healthcheck.test", [])}
    return list(by_file), list(by_file.values())[-1] if by_file else None


@derived("array", words={"is not empty": "two ports have the same published number, and an overlay names the service"})
def lost_ports(facts: ServiceFacts) -> Derivation:
    """Ports, as published:target/protocol, that the merge drops because another has the same published number.

    docker/cli uses that number alone as the key (`cli/compose/loader/merge.go toServicePortConfigsMap`).
    """
    kept = [item.value for item in facts.service.lists.get("ports", [])]
    lost = [item for item in facts.service.lost_ports if item.value not in kept]
    names = [f"{item.value.published or ''}:{item.value.target}/{item.value.protocol}".lstrip(":") for item in lost]
    return list(dict.fromkeys(names)), lost[0].location if lost else None


@derived("array", words={"is not empty": "text follows a variable without braces, after a dash or a question mark"})
def swallowed_text(facts: ServiceFacts) -> Derivation:
    """Paths with an unbraced variable that takes the text after it as its default, and that variable.

    `$TAG-alpine` is the tag alone, or `alpine` (docker/cli `cli/compose/template/template.go`).
    """
    return swallowed_in(facts.service)


@derived("array", words={"is not empty": "a value has the tag !reset or !override"})
def ignored_modifiers(facts: ServiceFacts) -> Derivation:
    """Paths with `!reset` or `!override`, which docker/cli does not know and ignores."""
    return modified_in(facts.service)


@derived("array", words={"is not empty": "a `<<` after a key sets another value of the key"})
def overridden_by_merge(facts: ServiceFacts) -> Derivation:
    """Paths of keys before a `<<` that sets another value of them.

    With a client from 28 on, a key overrides `<<` in any place. With an older one, a `<<` after the key overrides
    it (docker/cli 58bf0f1, go-yaml v2 until 27). All facts have the values of a client from 28 on.
    """
    return overridden_in(facts.service)


@derived(
    "boolean",
    "null",
    words={"is true": "the client is older than 28", "is false": "the client is 28 or later"},
)
def merge_overrides(facts: ServiceFacts) -> Derivation:
    """True if a `<<` overrides the keys before it, as with a client before 28; null if the client is unknown."""
    return _overrides(facts.cluster.client), None


def overridden_in(holder: Service | Stack) -> Derivation:
    """Return `overridden_by_merge` of a service, or of the rest of the stack."""
    return values_of(_sorted(holder.quirks.late_merges))


def merge_overrides_in(stack: Stack) -> Derivation:
    """Return `merge_overrides` of a stack."""
    return _overrides(stack.client), None


def _overrides(client: DockerVersion | None) -> bool | None:
    return None if client is None else client.is_before(28)


def swallowed_in(holder: Service | Stack) -> Derivation:
    """Return `swallowed_text` of a service, or of the rest of the stack."""
    return values_of(_sorted(holder.quirks.unbraced_defaults))


def modified_in(holder: Service | Stack) -> Derivation:
    """Return `ignored_modifiers` of a service, or of the rest of the stack."""
    return values_of(_sorted(holder.quirks.modifiers))


def _sorted(marks: dict[str, Setting]) -> list[Setting]:
    return sorted(marks.values(), key=lambda mark: mark.location)


OF_STACK_AND_SERVICE: dict[str, Callable[[Stack], Derivation]] = {
    swallowed_text.__name__: swallowed_in,
    ignored_modifiers.__name__: modified_in,
    overridden_by_merge.__name__: overridden_in,
    merge_overrides.__name__: merge_overrides_in,
}
"""Facts that both a service and the stack have."""
