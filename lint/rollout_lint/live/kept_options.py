"""Volumes whose options in the files differ from those that a running service asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.live.json_access import get_list, get_text, get_texts
from rollout_lint.record import Record
from rollout_lint.stack.unknown import is_unknown

if TYPE_CHECKING:
    from rollout_lint.facts.derived import ServiceFacts
    from rollout_lint.live.model import LiveService
    from rollout_lint.stack.model import Resource

_LOCAL = ("", "local")
_PREFIX = "driver_opts."


class VolumeDifferences(Record):
    """Keys of local volumes with other options in the files, and of those whose options depend on a variable."""

    kept: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def find_volume_differences(service: LiveService, facts: ServiceFacts) -> VolumeDifferences:
    """Compare the options of the local volumes of a service.

    A volume that exists keeps its options, whatever a deploy asks for (moby `volume/service/store.go create`).
    """
    mounts = get_list(service.spec.document, "TaskTemplate", "ContainerSpec", "Mounts")
    running = {get_text(each, "Source"): each for each in mounts if get_text(each, "Type") in ("", "volume")}
    kept, unknown = [], []
    for key, resource in facts.resources.get("volumes", {}).items():
        mount = running.get(_engine_name(service, key, resource))
        if mount is None or resource.is_external is not False or resource.driver not in _LOCAL:
            continue
        declared = {
            path.removeprefix(_PREFIX): each.value
            for path, each in resource.options.items()
            if path.startswith(_PREFIX)
        }
        if any(map(is_unknown, declared.values())):
            unknown.append(key)
        elif _is_local(mount) and declared != get_texts(mount, "VolumeOptions", "DriverConfig", "Options"):
            kept.append(key)
    return VolumeDifferences(tuple(kept), tuple(unknown))


def _is_local(mount: Any) -> bool:
    return get_text(mount, "VolumeOptions", "DriverConfig", "Name") in _LOCAL


def _engine_name(service: LiveService, key: str, resource: Resource) -> str:
    """Return the name of a volume (docker/cli `cli/compose/convert/volume.go convertVolumeToMount`)."""
    return str(resource.engine_name) or (f"{service.stack}_{key}" if service.stack else key)
