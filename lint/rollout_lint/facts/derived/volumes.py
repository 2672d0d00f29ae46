"""Storage that the tasks of a service share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived, first_known
from rollout_lint.stack.unknown import Unknown, is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.stack.model import Setting

_NOT_DATA = ("/proc", "/sys", "/dev", "/etc/localtime", "/etc/timezone", "/etc/hosts", "/etc/resolv.conf")
"""System folders of a host, which tasks are not meant to write."""


@derived("string", "null")
def exclusive_store(facts: ServiceFacts) -> Derivation:
    """Name of the database, broker or application that locks its data in a writable volume, else null.

    `rules/images.yaml` lists the images that lock their data, and the folder of the data.
    """
    writable = list(_may_be_writable(facts))
    image = facts.get("image") if writable else None
    data = None if image is None else facts.images.find(image.value)
    if data is None or not data.locks or (data.locks_with and not facts.value(data.locks_with)):
        return None, None
    locks = data.locks
    item = first_known(
        item for item in writable if isinstance(item.value.target, Unknown) or _overlaps(item.value.target, locks)
    )
    return (None, None) if item is None else (data.name, item.location)


@derived("string", "null")
def shared_volume(facts: ServiceFacts) -> Derivation:
    """Source of the first named volume or bind mount that every task of the service can write, else null.

    Null also for the data of a known exclusive store. Sockets and system folders of the host are left out.
    """
    if exclusive_store(facts)[0] is not None:
        return None, None
    item = first_known(
        item for item in _may_be_writable(facts) if is_unknown(item.value) or _is_data(item.value.source)
    )
    return (None, None) if item is None else (item.value.source, item.location)


@derived("boolean")
def single_writer(facts: ServiceFacts) -> Derivation:
    """True if one task at a time writes to a volume of the service, except in a start-first update.

    This is so with one replica, and for a global service, because each node has volumes of its own. Swarm reserves no
    local, named or bind volume for one task (swarmkit `manager/scheduler/filter.go VolumesFilter`).
    """
    mode = facts.value("deploy.mode")
    if mode == "global":
        return True, facts.location("deploy.mode")
    return mode == "replicated" and facts.value("deploy.replicas") == 1, facts.location("deploy.replicas")


def _may_be_writable(facts: ServiceFacts) -> Iterator[Setting]:
    """Yield the volumes that tasks can write, including those of which that is unknown."""
    for item in facts.service.lists.get("volumes", []):
        is_volume = isinstance(item.value.type, Unknown) or item.value.type in ("volume", "bind")
        if is_volume and item.value.read_only is not True:
            yield item


def _is_data(source: str) -> bool:
    is_excluded = source.endswith(".sock") or any(_contains(each, source) for each in _NOT_DATA)
    return bool(source) and not is_excluded


def _contains(folder: str, path: str) -> bool:
    return (path.rstrip("/") + "/").startswith(folder + "/")


def _overlaps(target: str, data: str) -> bool:
    """Return True if the data folder is, contains, or is inside the mount target."""
    target, data = target.rstrip("/") + "/", data.rstrip("/") + "/"
    return data.startswith(target) or target.startswith(data)
