"""Outline of a stack file: what decides how it is deployed, without its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.pattern import compile_lazily
from rollout_lint.record import Record
from rollout_lint.syntax.node import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.syntax.node import Node

_SERVICE_KEYS = frozenset(
    (
        *("build", "command", "configs", "container_name", "depends_on", "deploy", "entrypoint", "env_file"),
        *("environment", "expose", "extends", "healthcheck", "hostname", "image", "labels", "logging", "network_mode"),
        *("networks", "ports", "privileged", "profiles", "restart", "secrets", "stop_grace_period", "user", "volumes"),
    )
)
"""Keys of a Compose service that services of other tools, such as Symfony, do not have."""

_FOREIGN_KEYS = frozenset(
    ("apiVersion", "functions", "jobs", "kind", "parameters", "pipeline", "stages", "steps", "workflow")
)
"""Top-level keys of CI files, Kubernetes manifests, and files of Symfony and OpenFaaS, which can have `services`."""

_SECTIONS = ("networks", "volumes", "configs", "secrets")
_ROOT_FEATURES = ("name", "include", "models")
SERVICE_FEATURES = frozenset(
    (
        *("annotations", "attach", "blkio_config", "cgroup", "cpu_count", "cpu_percent", "cpu_period"),
        *("cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset", "develop"),
        *("device_cgroup_rules", "dns_opt", "extends", "gpus", "group_add", "label_file", "mem_limit"),
        *("mem_reservation", "mem_swappiness", "memswap_limit", "models", "oom_kill_disable", "pids_limit"),
        *("platform", "post_start", "pre_stop", "profiles", "provider", "pull_policy", "pull_refresh_after"),
        *("runtime", "scale", "storage_opt", "use_api_socket", "uts", "volume_driver", "volumes_from"),
    )
)
"""Keys of a service that `docker compose` has and `docker stack deploy` rejects.

They are not in any version of docker/cli's schema (`cli/compose/schema/data`), or are in
`cli/compose/types/types.go ForbiddenProperties`.
"""

_DEPLOY_KEYS_OF_COMPOSE = frozenset(("resources", "restart_policy"))
"""Keys of `deploy` that files for `docker compose` have too."""

_OLD_VERSION = compile_lazily(r"[12](?:\.\d+)?\Z")


class Outline(Record):
    """Services and names of a stack file.

    `without_image` are the services without an image, `undefined` the names such as `networks.proxy` that services use
    and the file does not define, `defined` those that it defines. `has_deploy` is True if a service has `deploy`, and
    `has_swarm_policy` if one has more in it than `resources` and `restart_policy`. `compose_feature` is the first
    thing in the file that only `docker compose` accepts, with its line.
    """

    services: frozenset[str]
    without_image: frozenset[str]
    undefined: frozenset[str]
    defined: frozenset[str]
    has_deploy: bool
    has_swarm_policy: bool
    compose_feature: tuple[str, int] | None

    @property
    def is_self_contained(self) -> bool:
        """True if Docker can deploy the file alone."""
        return not self.without_image and not self.undefined

    @property
    def is_compose_only(self) -> bool:
        """True if nothing in the file is about a Swarm, and something in it is only for `docker compose`."""
        return not self.has_swarm_policy and self.compose_feature is not None

    def gets_something_from(self, base: Outline) -> bool:
        """Return True if a base has a service that this file only changes, or defines a name that it uses."""
        return bool(self.without_image & base.services or self.undefined & base.defined)

    def missing_images_on(self, base: Outline) -> frozenset[str]:
        """Return the services without an image after this file is merged onto a base."""
        with_image = (self.services - self.without_image) | (base.services - base.without_image)
        return (self.services | base.services) - with_image


def read_outline(root: Node | None) -> Outline | None:
    """Return the outline of a stack file, or None for YAML of another kind."""
    services = root.get("services") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(services, Mapping) or _FOREIGN_KEYS & root.entries.keys():
        return None
    bodies = {name: body for name, (_, body) in services.entries.items() if isinstance(body, Mapping)}
    if not any(_SERVICE_KEYS & body.entries.keys() for body in bodies.values()):
        return None
    defined = frozenset(f"{section}.{name}" for section in _SECTIONS for name in _names(root.get(section)))
    used = {name for body in bodies.values() for name in _used_names(body)}
    with_image = {name for name, body in bodies.items() if "image" in body.entries}
    return Outline(
        services=frozenset(services.entries),
        without_image=frozenset(services.entries) - with_image,
        undefined=frozenset(used) - defined - {"networks.default"},
        defined=defined,
        has_deploy=any("deploy" in body.entries for body in bodies.values()),
        has_swarm_policy=any(map(_has_swarm_policy, bodies.values())),
        compose_feature=min(_compose_features(root, bodies), key=lambda each: each[1], default=None),
    )


def _has_swarm_policy(service: Mapping) -> bool:
    deploy = service.get("deploy")
    return isinstance(deploy, Mapping) and not deploy.entries.keys() <= _DEPLOY_KEYS_OF_COMPOSE


def _names(section: Node | None) -> Iterator[str]:
    if isinstance(section, Mapping):
        yield from section.entries


def _used_names(service: Mapping) -> Iterator[str]:
    """Yield the names of networks, volumes, configs and secrets; one with a variable is unknown."""
    for section in _SECTIONS:
        used = service.get(section)
        items = used.items if isinstance(used, Sequence) else ()
        found = list(used.entries) if isinstance(used, Mapping) and section == "networks" else []
        found += [name for item in items if (name := _used_name(section, item))]
        yield from (f"{section}.{name}" for name in found if "$" not in name)


def _used_name(section: str, item: Node) -> str:
    if isinstance(item, Scalar):
        if section != "volumes":
            return item.text
        name, separator, _ = item.text.partition(":")
        return name if separator and name[:1] not in ("", ".", "/", "~", "\\") and len(name) > 1 else ""
    source = item.get("source") if isinstance(item, Mapping) else None
    kind = item.get("type") if isinstance(item, Mapping) else None
    if not isinstance(source, Scalar) or (section == "volumes" and getattr(kind, "text", "") != "volume"):
        return ""
    return source.text


def _compose_features(root: Mapping, services: dict[str, Mapping]) -> Iterator[tuple[str, int]]:
    for key in _ROOT_FEATURES:
        if key in root.entries:
            yield key, root.entries[key][0].line
    version = root.get("version")
    if isinstance(version, Scalar) and _OLD_VERSION.match(version.text):
        yield f"version {version.text}", version.line
    for body in services.values():
        yield from ((key, body.entries[key][0].line) for key in SERVICE_FEATURES & body.entries.keys())
        if isinstance(body.get("depends_on"), Mapping):
            yield "depends_on with conditions", body.entries["depends_on"][0].line
        if "build" in body.entries and "image" not in body.entries:
            yield "build without image", body.entries["build"][0].line
