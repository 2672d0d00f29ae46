"""Storage that the tasks of a service share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived, first_known
from rollout_lint.stack.unknown import Unknown, is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.stack.model import Setting
    from rollout_lint.stack.shorthand import Volume

_NOT_DATA = ("/proc", "/sys", "/dev", "/run", "/var/run", "/var/log", "/etc/localtime", "/etc/timezone", "/etc/hosts")
"""Folders of a host that have no data of the service: those of the system, sockets and logs."""

_LOG_FOLDERS = frozenset(("log", "logs"))
_SOCKET_SUFFIXES = (".sock", ".socket")

_CONFIGURATION_FOLDERS = frozenset(("conf", "config", "conf.d", "sites-enabled", "provisioning"))
"""Last parts of paths that are configuration if they are bind mounts."""

_FILE = re.compile(r".*[^.]\.[A-Za-z][A-Za-z0-9]{0,9}|[A-Z][a-z]*file")
"""Name of a file in a container, such as `nginx.conf` or `Caddyfile`. Folders there rarely have a name like this."""

_CONFIGURATION_FILE = re.compile(
    r".*\.(?:conf|cfg|cnf|ini|ya?ml|json|toml|xml|properties|env|pem|crt|cert|key|sh|php|js|sql|te?mpl)"
)


@derived("string", "null", words={"is any string": "the image locks its data in a writable volume"})
def exclusive_store(facts: ServiceFacts) -> Derivation:
    """Name of the database, broker or application that locks its data in a writable volume, else null.

    `rules/images.yaml` lists the images that lock their data, and the folder of the data.
    """
    writable = list(_may_be_writable(facts))
    image = facts.get("image") if writable else None
    data = None if image is None else facts.images.find(image.value)
    if data is None or not data.locks or not _has(facts, data.locks_with):
        return None, None
    locks = data.locks
    item = first_known(
        item for item in writable if isinstance(item.value.target, Unknown) or _overlaps(item.value.target, locks)
    )
    return (None, None) if item is None else (data.name, item.location)


@derived("string", "null", words={"is any string": "all tasks can write to the same volume or bind mount"})
def shared_volume(facts: ServiceFacts) -> Derivation:
    """Source of the first named volume or bind mount that every task of the service can write, else null.

    Null also for the data of a known exclusive store. Configuration files, logs, sockets and system folders of the host
    are left out.
    """
    if exclusive_store(facts)[0] is not None:
        return None, None
    item = first_known(item for item in _may_be_writable(facts) if is_unknown(item.value) or _is_data(item.value))
    return (None, None) if item is None else (item.value.source, item.location)


@derived("string", "null", words={"is any string": "tasks can write to a volume or bind mount"})
def written_data(facts: ServiceFacts) -> Derivation:
    """Name of the exclusive store, or source of the volume or bind mount, that tasks write; else null."""
    store = exclusive_store(facts)
    return store if store[0] is not None else shared_volume(facts)


@derived("boolean", words={"is true": "one task at a time uses a volume"})
def single_writer(facts: ServiceFacts) -> Derivation:
    """True if one task at a time writes to a volume of the service, except in a start-first update.

    This is so with one replica, and for a global service, because each node has volumes of its own. Swarm reserves no
    local, named or bind volume for one task (swarmkit `manager/scheduler/filter.go VolumesFilter`).
    """
    mode = facts.value("deploy.mode")
    if mode == "global":
        return True, facts.location("deploy.mode")
    return mode == "replicated" and facts.value("deploy.replicas") == 1, facts.location("deploy.replicas")


def _has(facts: ServiceFacts, key: str | None) -> bool:
    """Return True without a key, or if the service has the key or the environment variable `environment.NAME`."""
    if key is None:
        return True
    path, _, name = key.partition(".")
    value = facts.value(path)
    return name in (value or ()) if name else bool(value)


def _may_be_writable(facts: ServiceFacts) -> Iterator[Setting]:
    """Yield the volumes that tasks can write, including those of which that is unknown."""
    for item in facts.service.lists.get("volumes", []):
        is_volume = isinstance(item.value.type, Unknown) or item.value.type in ("volume", "bind")
        if is_volume and item.value.read_only is not True:
            yield item


def _is_data(volume: Volume) -> bool:
    """Return True unless the volume is anonymous or has configuration, logs, sockets or system files."""
    paths = (str(volume.source), str(volume.target))
    if not volume.source:
        return False
    names = [path.rstrip("/").rpartition("/")[2] for path in paths]
    is_log = any(re.split(r"[-_.]", name.lower())[-1] in _LOG_FOLDERS for name in names)
    is_socket = any(name.endswith(_SOCKET_SUFFIXES) for name in names)
    is_system = any(_contains(folder, path) for folder in _NOT_DATA for path in paths)
    is_configuration = volume.type == "bind" and (
        _FILE.fullmatch(names[1]) is not None
        or any(_CONFIGURATION_FILE.fullmatch(name) or name in _CONFIGURATION_FOLDERS for name in names)
    )
    return not (is_log or is_socket or is_system or is_configuration)


def _contains(folder: str, path: str) -> bool:
    return (path.rstrip("/") + "/").startswith(folder + "/")


def _overlaps(target: str, data: str) -> bool:
    """Return True if the data folder is, contains, or is inside the mount target."""
    target, data = target.rstrip("/") + "/", data.rstrip("/") + "/"
    return data.startswith(target) or target.startswith(data)
