"""Storage that the tasks of a service share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.facts.derived.nodes import CONSTRAINTS, choice_of_nodes, node_range
from rollout_lint.facts.derived.registry import derived, first_known
from rollout_lint.pattern import compile_lazily
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

_FILE = compile_lazily(r".*[^.]\.[A-Za-z][A-Za-z0-9]{0,9}|[A-Z][a-z]*file")
"""Name of a file in a container, such as `nginx.conf` or `Caddyfile`. Folders there rarely have a name like this."""

_CONFIGURATION_FILE = compile_lazily(
    r".*\.(?:conf|cfg|cnf|ini|ya?ml|json|toml|xml|properties|env|pem|crt|cert|key|sh|php|js|sql|te?mpl)"
)


@derived("string", "null", words={"is any string": "the image locks its data in a writable volume"})
def exclusive_store(facts: ServiceFacts) -> Derivation:
    """Name of the database, broker or application that locks its data in a writable volume, else null.

    `rules/images.yaml` lists the images that lock their data, and the folder of the data.
    """
    name, item = _locked_volume(facts)
    return (None, None) if item is None else (name, item.location)


def _locked_volume(facts: ServiceFacts) -> tuple[str, Setting | None]:
    """Return the name of the image that locks its data, and the writable volume that has the data."""
    writable = list(_may_be_writable(facts))
    image = facts.get("image") if writable else None
    data = None if image is None else facts.images.find(image.value)
    if data is None or not data.locks or not _has(facts, data.locks_with):
        return "", None
    locks = data.locks
    item = first_known(
        item for item in writable if isinstance(item.value.target, Unknown) or _overlaps(item.value.target, locks)
    )
    return data.name, item


@derived("string", "null", words={"is any string": "all tasks can write to the same volume or bind mount"})
def shared_volume(facts: ServiceFacts) -> Derivation:
    """Source of the first named volume or bind mount that every task of the service can write, else null.

    Null also for the data of a known exclusive store. Configuration files, logs, sockets and system folders of the host
    are left out.
    """
    if exclusive_store(facts)[0] is not None:
        return None, None
    item = first_known(item for item in _may_be_writable(facts) if _may_be_data(item))
    return (None, None) if item is None else (item.value.source, item.location)


@derived("string", "null", words={"is any string": "tasks can write to a volume or bind mount"})
def written_data(facts: ServiceFacts) -> Derivation:
    """Name of the exclusive store, or source of the volume or bind mount, that tasks write; else null."""
    store = exclusive_store(facts)
    return store if store[0] is not None else shared_volume(facts)


@derived("string", "null", words={"is any string": "tasks that may run on several nodes write to a local volume"})
def moving_volume(facts: ServiceFacts) -> Derivation:
    """Name of the first local volume that a task does not find on its next node, else null.

    A volume of the driver `local` exists once on each node (moby `volume/local`). It is null for a service with
    constraints, unless two nodes of the config meet them, and for a global service. It is also null without any sign of
    several nodes, as in choice_of_nodes.
    """
    if "volumes" not in facts.service.lists or not _may_move(facts) or choice_of_nodes(facts)[0] == "unknown":
        return None, None
    locked = _locked_volume(facts)[1]
    items = [locked] if locked is not None else [item for item in _may_be_writable(facts) if _may_be_data(item)]
    item = first_known(item for item in items if _is_local(facts, item))
    return (None, None) if item is None else (item.value.source, item.location)


@derived(
    "string",
    "null",
    words={
        "is any null": "the data is not that of a known database",
        "is any string": "the data is that of a known database",
    },
)
def moving_store(facts: ServiceFacts) -> Derivation:
    """Name of the database, broker or application whose data is in moving_volume, else null."""
    volume, location = moving_volume(facts)
    return (exclusive_store(facts)[0] if volume is not None else None), location


@derived(
    "string", "null", words={"is any string": "tasks that may run on several nodes mount a file of the deploy host"}
)
def deploy_host_mount(facts: ServiceFacts) -> Derivation:
    """Source of the first bind mount with a relative path, if tasks may run on several nodes, else null.

    The docker CLI makes it an absolute path of the host on which it runs (docker/cli `cli/compose/loader/loader.go
    resolveVolumePaths`). Other nodes may not have the path.
    """
    if "volumes" not in facts.service.lists:
        return None, None
    is_global = facts.value("deploy.mode") == "global"
    if not (_has_choice(facts) if is_global else _may_move(facts)):
        return None, None
    item = first_known(item for item in facts.service.lists.get("volumes", []) if _may_be_of_deploy_host(item))
    return (None, None) if item is None else (item.value.source, item.location)


def _may_be_of_deploy_host(item: Setting) -> bool:
    if is_unknown(item.value):
        return True
    source = item.value.source
    is_absolute = source.startswith(("/", "\\")) or source[1:2] == ":"
    return item.value.type == "bind" and bool(source) and not is_absolute


def _may_move(facts: ServiceFacts) -> bool:
    """Return True if tasks of the service may run on several nodes, one after the other."""
    is_running = facts.value("deploy.mode") == "replicated" and bool(facts.value("deploy.replicas"))
    return is_running and _has_choice(facts)


def _has_choice(facts: ServiceFacts) -> bool:
    """Return True if several nodes meet the constraints, or if that is possible without constraints."""
    least, most, *_ = node_range(facts)
    return least > 1 or (most != 1 and not facts.service.lists.get(CONSTRAINTS))


def _may_be_data(item: Setting) -> bool:
    return is_unknown(item.value) or _is_data(item.value)


def _is_local(facts: ServiceFacts, item: Setting) -> bool:
    """Return True if the volume is unknown, or if the stack creates it on the node itself.

    Volumes with options may be network file systems, and external volumes are created by hand.
    """
    if is_unknown(item.value):
        return True
    volume = facts.resources.get("volumes", {}).get(item.value.source)
    if item.value.type != "volume" or volume is None or volume.is_external is not False:
        return False
    has_options = any(path.startswith("driver_opts") for path in volume.set_paths)
    return volume.driver in ("", "local") and not has_options


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
