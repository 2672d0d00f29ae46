"""What does not get through a merge: values that mergo takes for absent, and ports that stand in for one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.stack.model import Marks, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.stack.model import Service
    from rollout_lint.stack.shorthand import Port

_ENVIRONMENT = "environment"


def ignored_values(base: Service, overlay: Service) -> dict[str, Setting]:
    """The zero values of an overlay that a non-zero earlier one outlives (`merge.go mergeServices`, mergo), by path.

    What an earlier overlay lost so is lost until a later one says more.
    """
    said = {path for path, setting in overlay.settings.items() if not setting.zero}
    said |= {path for path, items in overlay.lists.items() if items}
    earlier = {path: setting for path, setting in base.ignored.items() if path not in said}
    return earlier | dict(_zeros(base, overlay))


def _zeros(base: Service, overlay: Service) -> Iterator[tuple[str, Setting]]:
    for path, setting in overlay.settings.items():
        earlier = base.settings.get(path)
        if setting.zero and earlier is not None and not earlier.zero:
            yield path, setting
    for path, items in overlay.lists.items():
        if not items and base.lists.get(path):
            yield path, Setting(path, overlay.blocks[path], "", zero=True)
    given = {item.value for item in base.lists.get(_ENVIRONMENT, []) if not item.zero}
    for item in overlay.lists.get(_ENVIRONMENT, []):
        if item.zero and item.value in given:
            yield f"{_ENVIRONMENT}.{item.value}", item


def lost_ports(base: list[Setting], overlay: list[Setting], merged: list[Setting]) -> list[Setting]:
    """Ports that another of the same published number drives out, though it was not meant to replace them.

    The key is the published number alone (`merge.go toServicePortConfigsMap`), and 0 for all that leave it to Docker.
    """
    kept = {item.value.published: item for item in merged}
    own, others = set(map(id, base)), set(map(id, merged))
    return [
        item
        for item in (*base, *overlay)
        if id(item) not in others
        and _is_another(item.value, kept[item.value.published].value, id(kept[item.value.published]) in own)
    ]


def _is_another(lost: Port, kept: Port, of_one_layer: bool) -> bool:
    """One layer's port takes another's place on purpose where protocol and published number are the same."""
    if lost == kept:
        return False
    return of_one_layer or lost.protocol != kept.protocol or (not lost.published and lost.target != kept.target)


def merge_marks(base: Service, overlay: Service) -> Marks:
    """The marks of both, save those of values that the overlay sets anew."""
    said = {path for path, setting in overlay.settings.items() if not setting.zero}
    swallowed = {path: mark for path, mark in base.marks.swallowed.items() if path not in said}
    return Marks(swallowed | overlay.marks.swallowed, base.marks.modifiers | overlay.marks.modifiers)
