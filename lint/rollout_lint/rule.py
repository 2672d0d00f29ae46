"""A rule as the engine runs it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rollout_lint.condition import Condition

Conditions: TypeAlias = "dict[str, Condition]"

SEVERITIES = ("high", "medium", "low", "info")
"""Worst first."""

DEFAULT_FAIL_ON = "medium"
"""From which severity on a check fails where nobody says it."""

OWN_PREFIX = "RL"
"""What the ids of the packaged rules begin with, and no other's."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Grade(NamedTuple):
    """A severity that holds instead of the rule's own where all conditions of `when` do.

    `assumes` says what the milder or graver verdict takes for granted; `message` stands instead of the rule's own where
    that would say too much.
    """

    severity: str
    when: Conditions
    risk: str | None
    assumes: str | None
    message: str | None = None


class Shown(NamedTuple):
    """What shows a rule: its examples and proofs, and where the keys of the file stand, down to `when.a.fact` and
    `examples.bad[0]`.
    """

    examples: dict[str, list[dict[str, Any]]]
    proofs: tuple[dict[str, Any], ...]
    lines: dict[str, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule file.

    `risk` is what a finding makes of its recipe in a sweep: a level, `latent` where evidence of memory decides
    which, or None. `fix` is an overlay's patch below the service, or None where `advice` must do; `trade` is what an
    operator gives for it. `supersedes` are the
    ids of rules whose findings on the same service have the same cause, which this one tells; `voids` those of rules
    whose findings come to nothing where this one holds. `shown` gives what nobody needs who judges by the rule.
    """

    id: str
    name: str
    summary: str
    severity: str
    risk: str | None
    when: Conditions
    grades: tuple[Grade, ...]
    message: str
    why: str
    notes: dict[str, str]
    fix: dict[str, Any] | None
    trade: str | None
    advice: str | None
    assumes: str | None
    sources: tuple[str, ...]
    supersedes: frozenset[str]
    voids: frozenset[str]
    path: Path
    shown: Callable[[], Shown] = field(repr=False, compare=False)
    asked: tuple[tuple[str, Callable[[Any], bool]], ...] = field(init=False, repr=False, compare=False)
    """The tests of `when` in the order in which they cost least: a derived fact is made only where it decides."""

    def __post_init__(self) -> None:
        """Order the tests."""
        ordered = sorted(self.when, key=lambda path: path.startswith("derived."))
        object.__setattr__(self, "asked", tuple((path, self.when[path].holds) for path in ordered))

    @property
    def examples(self) -> dict[str, list[dict[str, Any]]]:
        """The examples by kind, `bad` and `good`."""
        return self.shown().examples

    @property
    def proofs(self) -> tuple[dict[str, Any], ...]:
        """How a real Swarm shows it."""
        return self.shown().proofs

    @property
    def lines(self) -> dict[str, int]:
        """Where the keys of the file stand."""
        return self.shown().lines

    @property
    def fix_settings(self) -> dict[str, Any]:
        """The repair as dotted paths."""
        return dict(flatten(self.fix or {}))

    @property
    def is_own(self) -> bool:
        """Whether it is one of rollout-lint's own, which `rules/README.md` has."""
        return self.id.startswith(OWN_PREFIX)

    @property
    def is_about_ignores(self) -> bool:
        """Whether it is about what silences findings, and so says nothing of Docker that would want a proof."""
        return all(path.startswith("ignore.") for path in self.when)

    @property
    def link(self) -> str:
        """Where it is explained: its section in the packaged rules' page, or the file of somebody's own rule."""
        return f"rules/README.md#{self.anchor}" if self.is_own else self.path.as_posix()

    @property
    def anchor(self) -> str:
        """The rule's section in `rules/README.md`."""
        return f"{self.id}-{self.name}".lower()

    @property
    def place_fact(self) -> str:
        """The fact at whose place a finding stands: the one that the repair changes, else the last condition's."""
        return next((path for path in self.when if path in self.fix_settings), list(self.when)[-1])


def flatten(patch: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested mappings as dotted paths."""
    for key, value in patch.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def placeholders(template: str) -> list[str]:
    """The names in braces of a message."""
    return _PLACEHOLDER.findall(template)


def fill(template: str, service: str, show: Callable[[str], str]) -> str:
    """A message with its placeholders filled: `{service}`, and facts as `show` gives them."""
    return _PLACEHOLDER.sub(lambda match: service if match[1] == "service" else show(match[1]), template)
