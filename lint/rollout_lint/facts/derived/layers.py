"""What a service's layers say and Docker does not take as it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived, values_of

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.stack.setting import Service, Setting, Stack


@derived("array")
def ignored_zeros(facts: ServiceFacts) -> Derivation:
    """The paths of what an overlay sets to 0, "", false or nothing, and the earlier value outlives.

    docker/cli merges decoded structs, in which such a value is one that was never given (`cli/compose/loader/merge.go
    mergeServices`). One that means the same as the earlier value is not among them.
    """
    ignored = {path: setting for path, setting in facts.service.ignored.items() if not _means_the_same(facts, path)}
    return list(ignored), next((setting.place for setting in ignored.values()), None)


def _means_the_same(facts: ServiceFacts, path: str) -> bool:
    """A monitor of 0s is one of 5s, an empty failure_action is pause."""
    stands = facts.value(path)
    return (path.endswith(".monitor") and stands == 5) or (path.endswith(".failure_action") and stands == "pause")


@derived("boolean")
def in_first_layer(facts: ServiceFacts) -> Derivation:
    """Whether the first file names the service."""
    return facts.service.first_layer == 0, facts.service.place


@derived("array")
def healthcheck_test_layers(facts: ServiceFacts) -> Derivation:
    """The files that give healthcheck.test, whose words docker/cli strings together (`cli/compose/loader/merge.go`)."""
    by_file = {item.place.file: item.place for item in facts.service.lists.get("healthcheck.test", [])}
    return list(by_file), list(by_file.values())[-1] if by_file else None


@derived("array")
def lost_ports(facts: ServiceFacts) -> Derivation:
    """The ports, as published:target/protocol, that the merge drops for another with the same published number.

    docker/cli keys them by that number alone (`cli/compose/loader/merge.go toServicePortConfigsMap`).
    """
    kept = [item.value for item in facts.service.lists.get("ports", [])]
    lost = [item for item in facts.service.lost_ports if item.value not in kept]
    told = [f"{item.value.published or ''}:{item.value.target}/{item.value.protocol}".lstrip(":") for item in lost]
    return list(dict.fromkeys(told)), lost[0].place if lost else None


@derived("array")
def swallowed_text(facts: ServiceFacts) -> Derivation:
    """Where an unbraced variable takes the text behind it for its default, and that variable.

    `$TAG-alpine` is the tag alone, or `alpine` (docker/cli `cli/compose/template/template.go`).
    """
    return swallowed_in(facts.service)


@derived("array")
def ignored_modifiers(facts: ServiceFacts) -> Derivation:
    """Where `!reset` or `!override` stands, which docker/cli does not know and passes over."""
    return modified_in(facts.service)


def swallowed_in(holder: Service | Stack) -> Derivation:
    """The same of a service or of the rest of the stack."""
    return values_of(_sorted(holder.marks.swallowed))


def modified_in(holder: Service | Stack) -> Derivation:
    """The same of a service or of the rest of the stack."""
    return values_of(_sorted(holder.marks.modifiers))


def _sorted(marks: dict[str, Setting]) -> list[Setting]:
    return sorted(marks.values(), key=lambda mark: mark.place)


OF_STACK_AND_SERVICE = {swallowed_text.__name__: swallowed_in, ignored_modifiers.__name__: modified_in}
"""What can stand in a service and outside any."""
