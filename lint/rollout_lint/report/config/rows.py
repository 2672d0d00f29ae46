"""What counts for a recipe, key by key, with who says so, as `config` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.discovery.recipes import DEFAULT_OVERLAYS
from rollout_lint.rules.model import DEFAULT_FAIL_ON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.linter.config import SourcedValue
    from rollout_lint.linter.resolve import EffectiveConfig
    from rollout_lint.location import Location

DEFAULT = "default"

_HOSTS = ("memory", "nodes", "used")


class CommandLineSettings(NamedTuple):
    """What the command line says; None and nothing where it does not."""

    fail_on: SourcedValue | None = None
    overlays: SourcedValue | None = None
    exclude: SourcedValue | None = None
    rules: tuple[SourcedValue, ...] = ()


class Row(NamedTuple):
    """A key and its value, memory in bytes, None where nobody knows; `origin` is a place, an option, or DEFAULT."""

    key: str
    value: Any
    origin: Location | str


def list_config_rows(counts: EffectiveConfig, given: CommandLineSettings) -> Iterator[Row]:
    """Every key, and each claim about an image; what is given on the command line counts more than the config."""
    config = counts.config
    for name in _HOSTS:
        yield _row(f"hosts.{name}", counts.hosts.get(name), None)
    for image, claims in counts.images.items():
        for name, stated in claims.items():
            yield Row(f"images.{image}.{name}", stated.value, stated.location)
    yield _row("fail-on", given.fail_on or counts.fail_on, DEFAULT_FAIL_ON)
    yield _row("overlays", given.overlays or config.overlays, DEFAULT_OVERLAYS)
    yield _row("exclude", given.exclude or config.exclude, ())
    folders = [*config.rules, *given.rules]
    yield from (Row("rules", each.value.as_posix(), each.location) for each in folders)
    if not folders:
        yield Row("rules", None, DEFAULT)
    yield from (Row("ignore", f"{', '.join(each.rules)}: {each.reason}", each.location) for each in config.ignores)


def _row(key: str, stated: SourcedValue | None, default: Any) -> Row:
    return Row(key, default, DEFAULT) if stated is None else Row(key, stated.value, stated.location)
