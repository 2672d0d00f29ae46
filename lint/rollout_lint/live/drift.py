"""Where what is running differs from what the files say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.defaults import ROLLOUT_BLOCKS, ROLLOUT_KEYS
from rollout_lint.facts.derived.health import DEFAULTS
from rollout_lint.live.expectations import is_image

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.facts.model import Fact
    from rollout_lint.live.declared_labels import FiledLabels
    from rollout_lint.live.model import LiveService

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
    "derived.host_ports",
)
"""What decides how an update ends."""

NOT_SHOWN = ("healthcheck.test",)
"""The user's own text, which may hold a secret."""

_OPEN_KEYS = ("the labels whose names have one",)
DOCKERS_OWN = "com.docker.stack."
_RATIO_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not what the files say; a fact is None where that side has none."""

    path: str
    live: Fact | None
    files: Fact | None


@dataclass(frozen=True, slots=True)
class LabelDifference:
    """A label whose value is not that of the files, by its key alone, for the value may be a secret.

    `what` is `other value`, `missing` or `not in the files`. `was_before` is whether the spec that a rollback would put
    back has it as the files do.
    """

    key: str
    what: str
    was_before: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs of one service, which is called `service` in the files; `is_known` is whether they have it.

    `image` is the image of the files where another one runs, `image_was_before` whether the spec that a rollback would
    put back has it. `open` are the labels, and the image, that the files leave to a variable, so that they cannot be
    compared.
    """

    service: str
    is_known: bool = True
    differences: tuple[Difference, ...] = ()
    labels: tuple[LabelDifference, ...] = ()
    image: str | None = None
    image_was_before: bool = False
    open: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether anything differs."""
        return not self.is_known or bool(self.differences or self.labels or self.image)


@dataclass(frozen=True, slots=True)
class Filed:
    """What the files say of a service: its facts, its labels, and whether variables are known."""

    facts: Mapping[str, Fact]
    labels: FiledLabels
    is_exact: bool


def drift(service: LiveService, live: Mapping[str, Fact], filed: Filed | None) -> Drift:
    """What of a running service, whose facts are `live`, is not as the files have it; None where they have no such."""
    name = service.name_in_stack
    if filed is None:
        return Drift(name, is_known=False)
    image = filed.facts.get("image")
    is_open = image is None or bool(image.unset) or ("$" in image.written and not filed.is_exact)
    wanted = None if image is None or is_open or is_image(service.spec.image, image.value) else str(image.value)
    left_open = [
        f"label {key}" for key, value in filed.labels.values.items() if value is None and key in service.spec.labels
    ]
    return Drift(
        service=name,
        differences=tuple(_differences(live, filed.facts)),
        labels=tuple(_labels(service, filed.labels)),
        image=wanted,
        image_was_before=bool(wanted and service.previous and is_image(service.previous.image, wanted)),
        open=(*(["image"] if is_open else []), *left_open, *(_OPEN_KEYS if filed.labels.has_open_keys else ())),
    )


def _differences(live: Mapping[str, Fact], files: Mapping[str, Fact]) -> Iterator[Difference]:
    for path in POLICY:
        if _compared(path, live) != _compared(path, files):
            yield Difference(path, live.get(path), files.get(path))


def _compared(path: str, facts: Mapping[str, Fact]) -> Any:
    """A value, in which nothing and a zero are the same where they are to Swarm."""
    fact, disable = facts.get(path), facts.get("healthcheck.disable")
    value = None if fact is None else fact.value
    if path == "healthcheck.test" and disable is not None and disable.value:
        # docker/cli `cli/compose/convert/service.go convertHealthcheck`
        return ["NONE"]
    if path in _OF_HEALTHCHECK:
        value = value or _OF_HEALTHCHECK[path]
    if path in ("deploy.replicas", *_MAY_BE_ZERO):
        return value
    if isinstance(value, float):
        # The engine keeps ratios in 32 bits.
        return round(value, _RATIO_DIGITS) or None
    return value or None


_OF_HEALTHCHECK = {f"healthcheck.{key}": value for key, value in DEFAULTS.items()}
_MAY_BE_ZERO = tuple(f"{block}.parallelism" for block in ROLLOUT_BLOCKS)


def _labels(service: LiveService, filed: FiledLabels) -> Iterator[LabelDifference]:
    """Of the service's labels; those that `docker stack deploy` sets do not count."""
    running, before = service.spec.labels, service.previous.labels if service.previous else {}
    for key in sorted({*running, *filed.values}):
        if key not in filed.values:
            if not key.startswith(DOCKERS_OWN) and not filed.has_open_keys:
                yield LabelDifference(key, "not in the files", bool(before) and key not in before)
            continue
        wanted = filed.values[key]
        if key not in running:
            yield LabelDifference(key, "missing", key in before and before[key] == wanted)
        elif wanted not in (None, running[key]):
            yield LabelDifference(key, "other value", before.get(key) == wanted)
