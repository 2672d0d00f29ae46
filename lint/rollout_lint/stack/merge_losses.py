"""Overlay values that a merge ignores, and ports that it drops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.stack.model import Quirks, Setting
from rollout_lint.stack.unknown import Unknown, is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.stack.model import Service
    from rollout_lint.stack.shorthand import Port

_ENVIRONMENT = "environment"


def find_ignored_values(base: Service, overlay: Service) -> dict[str, Setting]:
    """Return the zero values of an overlay that do not replace an earlier value, by path.

    An unknown earlier value may be zero too, so nothing may be lost.
    A value that an earlier overlay lost stays lost until a later overlay sets one (`merge.go mergeServices`, mergo).
    """
    replaced = _replaced_paths(overlay) | {path for path, items in overlay.lists.items() if items}
    earlier = {path: setting for path, setting in base.ignored.items() if path not in replaced}
    return earlier | dict(_ignored_zeros(base, overlay))


def _ignored_zeros(base: Service, overlay: Service) -> Iterator[tuple[str, Setting]]:
    for path, setting in overlay.settings.items():
        earlier = base.settings.get(path)
        if setting.is_zero and earlier is not None and not earlier.is_zero and not isinstance(earlier.value, Unknown):
            yield path, setting
    for path, items in overlay.lists.items():
        if not items and any(not isinstance(item.value, Unknown) for item in base.lists.get(path, [])):
            yield path, Setting(path, overlay.blocks[path], "", is_zero=True)
    names = {item.value for item in base.lists.get(_ENVIRONMENT, []) if not item.is_zero and not item.unset}
    for item in overlay.lists.get(_ENVIRONMENT, []):
        if item.is_zero and item.value in names:
            yield f"{_ENVIRONMENT}.{item.value}", item


def find_lost_ports(base: list[Setting], overlay: list[Setting], merged: list[Setting]) -> list[Setting]:
    """Return the ports that a different port with the same published number replaces.

    The merge uses the published number as the key (`merge.go toServicePortConfigsMap`). It is 0 for every port that
    leaves the number to Docker.
    """
    kept = {item.value.published: item for item in merged}
    base_ids, merged_ids = set(map(id, base)), set(map(id, merged))
    return [
        item
        for item in (*base, *overlay)
        if id(item) not in merged_ids
        and _is_lost(item.value, kept[item.value.published].value, id(kept[item.value.published]) in base_ids)
    ]


def _is_lost(port: Port, kept: Port, is_same_layer: bool) -> bool:
    """Return False if an overlay replaces the port on purpose: with the same protocol and published number."""
    if port == kept or is_unknown(port) or is_unknown(kept):
        return False
    return is_same_layer or port.protocol != kept.protocol or (not port.published and port.target != kept.target)


def merge_quirks(base: Service, overlay: Service) -> Quirks:
    """Return the quirks of both services, except of values that the overlay replaces."""
    replaced = _replaced_paths(overlay)
    kept = {path: quirk for path, quirk in base.quirks.unbraced_defaults.items() if path not in replaced}
    quirks = Quirks()
    quirks.unbraced_defaults = kept | overlay.quirks.unbraced_defaults
    quirks.modifiers = base.quirks.modifiers | overlay.quirks.modifiers
    quirks.late_merges = base.quirks.late_merges | overlay.quirks.late_merges
    return quirks


def _replaced_paths(overlay: Service) -> set[str]:
    return {path for path, setting in overlay.settings.items() if not setting.is_zero}
