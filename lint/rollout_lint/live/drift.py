"""Differences between a running service and the stack files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.defaults import ROLLOUT_BLOCKS, ROLLOUT_KEYS
from rollout_lint.facts.derived.health import DEFAULTS
from rollout_lint.live.expectations import matches_image
from rollout_lint.stack.unknown import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.facts.model import Fact
    from rollout_lint.live.declared_labels import DeclaredLabels
    from rollout_lint.live.kept_options import VolumeDifferences
    from rollout_lint.live.model import LiveService
    from rollout_lint.stack.docker_version import DockerVersion

POLICY = (
    *(f"{block}.{key}" for block in ROLLOUT_BLOCKS for key in ROLLOUT_KEYS),
    "deploy.mode",
    "deploy.replicas",
    "deploy.placement.max_replicas_per_node",
    "deploy.placement.constraints",
    "deploy.resources.limits.memory",
    "deploy.resources.reservations.memory",
    "deploy.restart_policy.condition",
    "deploy.restart_policy.delay",
    "deploy.restart_policy.max_attempts",
    "deploy.restart_policy.window",
    "healthcheck.test",
    "healthcheck.interval",
    "healthcheck.timeout",
    "healthcheck.retries",
    "healthcheck.start_period",
    "healthcheck.start_interval",
    "stop_grace_period",
    "derived.host_ports",
)
"""Facts that affect how an update ends."""

NOT_SHOWN = ("healthcheck.test",)
"""Facts whose text may hold a secret."""

_HEALTHCHECK_DEFAULTS = {f"healthcheck.{key}": value for key, value in DEFAULTS.items()}
_DROPPED_BY_OLD_ENGINES = ("healthcheck.start_interval",)
"""Facts that Docker Engine before 25.0 drops, so that a service may lack them although the files have them."""

_ZERO_IS_A_VALUE = ("deploy.replicas", *(f"{block}.parallelism" for block in ROLLOUT_BLOCKS))
_DOCKER_LABEL_PREFIX = "com.docker.stack."
_RATIO_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Difference:
    """A live value that differs from the files; a fact that one side does not have is unset there."""

    path: str
    live: Fact | None
    files: Fact | None


class LabelDifferenceKind(StrEnum):
    """Kinds of differences of a label."""

    OTHER_VALUE = "other value"
    MISSING = "missing"
    NOT_IN_FILES = "not in the files"


@dataclass(frozen=True, slots=True)
class LabelDifference:
    """A label that differs from the files, without its value, which may be a secret.

    `matched_before` is True if the label in the previous spec matches the files.
    """

    key: str
    kind: LabelDifferenceKind
    matched_before: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """Differences of one service; `service` is its name in the files, `is_in_files` True if the files have it.

    `expected_image` is the image of the files if another one runs, `image_matched_before` True if the previous spec
    has it. `kept_volumes` are local volumes that keep other options than the files have. `not_compared` are the labels,
    volumes and paths whose value in the files depends on an unknown variable.
    """

    service: str
    is_in_files: bool = True
    differences: tuple[Difference, ...] = ()
    labels: tuple[LabelDifference, ...] = ()
    expected_image: str | None = None
    image_matched_before: bool = False
    kept_volumes: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()

    @property
    def has_drifted(self) -> bool:
        """True if anything differs."""
        differing = self.differences or self.labels or self.expected_image or self.kept_volumes
        return not self.is_in_files or bool(differing)

    @property
    def blocks_deploy(self) -> bool:
        """True if Swarm rejects a deploy of the files (swarmkit `manager/controlapi/service.go UpdateService`)."""
        return any(each.path == "deploy.mode" for each in self.differences)


@dataclass(frozen=True, slots=True)
class DeclaredService:
    """A service in the files: its facts, labels and differing volumes, and True if all its variables are known.

    `engine` is the version of Docker Engine, None if unknown.
    """

    facts: Mapping[str, Fact]
    labels: DeclaredLabels
    volumes: VolumeDifferences
    is_exact: bool
    engine: DockerVersion | None = None


def find_drift(service: LiveService, live: Mapping[str, Fact], declared: DeclaredService | None) -> Drift:
    """Compare a running service, with its facts, with the service in the files; None if they do not have it."""
    name = service.name_in_stack
    if declared is None:
        return Drift(name, is_in_files=False)
    image, labels = declared.facts.get("image"), declared.labels
    if image is None or image.unset or image.is_unknown or ("$" in image.written and not declared.is_exact):
        expected, not_compared = None, ["image"]
    else:
        expected = None if matches_image(service.spec.image, image.value) else str(image.value)
        not_compared = []
    not_compared += [
        f"label {key}" for key, value in labels.values.items() if value is None and key in service.spec.labels
    ]
    not_compared += ["labels with a variable in their name"] if labels.has_open_keys else []
    not_compared += [f"volume {key}" for key in declared.volumes.unknown]
    unknown = [path for path in POLICY if _depends_on_variable(declared.facts.get(path))]
    not_compared += unknown
    return Drift(
        service=name,
        differences=tuple(each for each in _differences(live, declared) if each.path not in unknown),
        labels=tuple(_label_differences(service, labels)),
        expected_image=expected,
        image_matched_before=bool(expected and service.previous and matches_image(service.previous.image, expected)),
        kept_volumes=declared.volumes.kept,
        not_compared=tuple(not_compared),
    )


def _depends_on_variable(fact: Fact | None) -> bool:
    if fact is None:
        return False
    return fact.is_unknown or (isinstance(fact.value, list) and any(map(is_unknown, fact.value)))


def _differences(live: Mapping[str, Fact], declared: DeclaredService) -> Iterator[Difference]:
    files, engine = declared.facts, declared.engine
    dropped = _DROPPED_BY_OLD_ENGINES if engine is None or engine.is_before(25) else ()
    for path in POLICY:
        if path in dropped and path not in live:
            continue
        if _normalize(path, live) != _normalize(path, files):
            yield Difference(path, live.get(path), files.get(path))


def _normalize(path: str, facts: Mapping[str, Fact]) -> Any:
    """Return a value, or None for zeros that mean the same to Swarm as an unset value."""
    fact, disable = facts.get(path), facts.get("healthcheck.disable")
    value = None if fact is None else fact.value
    if path == "healthcheck.test" and disable is not None and disable.value:
        # docker/cli `cli/compose/convert/service.go convertHealthcheck`
        return ["NONE"]
    if path in _ZERO_IS_A_VALUE:
        return value
    value = value or _HEALTHCHECK_DEFAULTS.get(path)
    # Swarm stores ratios in 32 bits.
    return (round(value, _RATIO_DIGITS) if isinstance(value, float) else value) or None


def _label_differences(service: LiveService, declared: DeclaredLabels) -> Iterator[LabelDifference]:
    """Compare the service's labels, except those that `docker stack deploy` sets."""
    running, before = service.spec.labels, service.previous.labels if service.previous else {}
    for key in sorted({*running, *declared.values}):
        if key not in declared.values:
            if not key.startswith(_DOCKER_LABEL_PREFIX) and not declared.has_open_keys:
                yield LabelDifference(key, LabelDifferenceKind.NOT_IN_FILES, bool(before) and key not in before)
            continue
        value = declared.values[key]
        if key not in running:
            yield LabelDifference(key, LabelDifferenceKind.MISSING, key in before and before[key] == value)
        elif value not in (None, running[key]):
            yield LabelDifference(key, LabelDifferenceKind.OTHER_VALUE, before.get(key) == value)
