"""Where what is running differs from what the files say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_lint.facts import ROLLOUT_BLOCKS, ROLLOUT_KEYS
from rollout_lint.live import normal
from rollout_lint.live.expectation import is_image

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.facts import Fact
    from rollout_lint.live.model import LiveService, Spec

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
    "stop_grace_period",
)
"""What decides how an update ends."""

NOT_SHOWN = ("healthcheck.test",)
"""The user's own text, which may hold a secret."""

_RATIO_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not what the files say; a fact is None where that side has none."""

    path: str
    live: Fact | None
    files: Fact | None


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs of one service, which is called `service` in the files; `files` is None where they have none.

    `image` is whether the image is that of the files, None where they leave it open. `lacking` and `added` are the
    service's labels that the running one has none of, and those that only it has: keys alone, for a value may be a
    secret.
    """

    service: str
    files: Mapping[str, Fact] | None
    differences: tuple[Difference, ...] = ()
    image: bool | None = None
    lacking: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether anything differs."""
        return self.files is None or bool(self.differences or self.lacking or self.added) or self.image is False


def drift(service: LiveService, live: Mapping[str, Fact], files: Mapping[str, Fact] | None) -> Drift:
    """What of the live facts is not as the files' facts have it, None where the files have no such service."""
    name = service.name_in_stack
    if files is None:
        return Drift(name, None)
    lacking, added = _labels(service, files)
    return Drift(
        service=name,
        files=files,
        differences=tuple(_differences(live, files)),
        image=_same_image(service.spec, files.get("image")),
        lacking=lacking,
        added=added,
    )


def _differences(live: Mapping[str, Fact], files: Mapping[str, Fact]) -> Iterator[Difference]:
    for path in POLICY:
        if _compared(path, live.get(path)) != _compared(path, files.get(path)):
            yield Difference(path, live.get(path), files.get(path))


def _compared(path: str, fact: Fact | None) -> Any:
    """A value, in which nothing and a zero are the same where they are to Swarm."""
    value = None if fact is None else fact.value
    if path in ("deploy.replicas", *_MAY_BE_ZERO):
        return value
    if isinstance(value, float):
        # The engine keeps ratios in 32 bits.
        return round(value, _RATIO_DIGITS) or None
    return value or None


_MAY_BE_ZERO = tuple(f"{block}.parallelism" for block in ROLLOUT_BLOCKS)


def _same_image(spec: Spec, files: Fact | None) -> bool | None:
    if files is None or files.unset or not files.value:
        return None
    return is_image(spec.image, files.value)


def _labels(service: LiveService, files: Mapping[str, Fact]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys of the service that the running one has none of, and the other way round; Docker's own do not count."""
    stated = _keys(files.get("deploy.labels"))
    running = {key for key in service.spec.labels if not key.startswith("com.docker.stack.")}
    return tuple(sorted(stated - running)), tuple(sorted(running - stated))


def _keys(fact: Fact | None) -> set[str]:
    return set() if fact is None else {str(item) for item in fact.value}


@dataclass(frozen=True, slots=True)
class AgainstPrevious:
    """How the spec in force differs from the one that a rollback would put back; labels by their keys alone."""

    image: bool
    labels: tuple[str, ...]
    tasks: bool


def against_previous(service: LiveService) -> AgainstPrevious | None:
    """What a rollback would change; None where there is nothing to go back to."""
    now, before = service.spec, service.previous
    if before is None:
        return None
    keys = {*now.labels, *before.labels, *now.container_labels, *before.container_labels}
    changed = {key for key in keys if _both(now, key) != _both(before, key)}
    return AgainstPrevious(
        image=now.image != before.image,
        labels=tuple(sorted(changed)),
        tasks=normal.task_template(now) != normal.task_template(before),
    )


def _both(spec: Spec, key: str) -> tuple[str | None, str | None]:
    return spec.labels.get(key), spec.container_labels.get(key)
