"""Rules, their grades and severities."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rollout_lint.rules.condition import Condition, Test

Conditions: TypeAlias = "dict[str, Condition]"


class Severity(StrEnum):
    """Severity of a finding, worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Position in the order of severities, 0 for the worst."""
        return _RANKS[self]

    def at_least(self, other: Severity) -> bool:
        """Return True if this severity is the same as the other, or worse."""
        return self.rank <= other.rank


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}

DEFAULT_FAIL_ON = Severity.MEDIUM
"""Default for `--fail-on`."""

NEVER = "never"
"""Threshold that no finding reaches."""


def severities_at_or_above(threshold: str) -> tuple[Severity, ...]:
    """Return the severities that fail a run with this threshold."""
    if threshold == NEVER:
        return ()
    return tuple(severity for severity in Severity if severity.at_least(Severity(threshold)))


PACKAGED_PREFIX = "RL"
"""Prefix of the ids of packaged rules. Other rules must not use it."""

SERVICE_PLACEHOLDER = "{service}"
"""Placeholder of a message for the name of the service."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Grade(Record):
    """Severity that replaces that of the rule if all conditions of `when` hold.

    `assumes` is the assumption behind the grade. `message` replaces that of the rule if it is set.
    """

    severity: Severity
    when: Conditions
    risk: str | None
    assumes: str | None
    message: str | None = None


class RuleDetails(Record):
    """Parts of a rule file that checking does not need: examples, proofs, and the lines of its keys.

    `lines` has keys such as `when.a.fact` and `examples.bad[0]`.
    """

    examples: dict[str, list[dict[str, Any]]]
    proofs: tuple[dict[str, Any], ...]
    lines: dict[str, int]


class _RuleValues(Record):
    """Values of a rule file.

    `risk` is the effect of a finding on the risk of its recipe in a sweep: a level, `latent` if evidence of memory
    decides the level, or None. `why` is what happens, `likelihood` when it happens, and `mitigation` what reduces
    the risk without the fix. `fix` is a patch of the service, or None if there is only `advice`. `computed_fix` are the
    settings whose values depend on the file, each with the fact that has the value. `trade_off` is their
    trade-off, `alternative` another way, and `unsafe` has conditions under which it needs `--unsafe` at any severity.
    `supersedes` are the ids of rules that report the same cause, `voids` those of rules whose findings mean nothing if
    this rule matches. `load_details` reads the details, which are more than half of a file. `is_locked` is True if a
    config locks the rule, so that nothing suppresses its findings.
    """

    id: str
    name: str
    summary: str
    severity: Severity
    risk: str | None
    when: Conditions
    grades: tuple[Grade, ...]
    message: str
    why: str
    likelihood: str | None
    mitigation: str | None
    notes: dict[str, str]
    fix: dict[str, Any] | None
    computed_fix: dict[str, str]
    trade_off: str | None
    alternative: str | None
    unsafe: Conditions
    advice: str | None
    assumes: str | None
    sources: tuple[str, ...]
    supersedes: frozenset[str]
    voids: frozenset[str]
    path: Path
    load_details: Callable[[], RuleDetails]
    is_locked: bool = False


class Rule(_RuleValues):
    """One rule file, with what follows from it."""

    @cached_property
    def tests(self) -> tuple[tuple[str, Test], ...]:
        """Tests of `when`, stated facts first, so that a derived fact is computed only if it decides."""
        ordered = sorted(self.when, key=lambda path: path.startswith("derived."))
        return tuple((path, self.when[path].test) for path in ordered)

    @cached_property
    def location_facts(self) -> tuple[str, ...]:
        """Facts that give a finding its location: the first one that a file sets.

        These are the first one that the fix changes, then those of the conditions, beginning with the last. No file
        sets the facts that must be absent.
        """
        paths = [path for path, condition in self.when.items() if not condition.is_absence]
        fixed = [path for path in paths if path in self.fix_settings]
        return tuple(dict.fromkeys([*fixed[:1], *reversed(paths)]))

    @property
    def examples(self) -> dict[str, list[dict[str, Any]]]:
        """Examples by kind, `bad` and `good`."""
        return self.load_details().examples

    @property
    def proofs(self) -> tuple[dict[str, Any], ...]:
        """Proofs on a real Swarm."""
        return self.load_details().proofs

    @property
    def lines(self) -> dict[str, int]:
        """Line of each key of the file."""
        return self.load_details().lines

    @property
    def fix_settings(self) -> dict[str, Any]:
        """Fix as dotted paths."""
        return dict(flatten(self.fix or {}))

    @property
    def has_fix(self) -> bool:
        """True if `fix` can set values for a finding."""
        return self.fix is not None or bool(self.computed_fix)

    @property
    def is_packaged(self) -> bool:
        """True for a packaged rule, which `rules/README.md` documents."""
        return self.id.startswith(PACKAGED_PREFIX)

    @property
    def is_about_suppressions(self) -> bool:
        """True if the rule is about suppressions. It needs no proof then, because it makes no claim about Docker."""
        return all(path.startswith("ignore.") for path in self.when)

    @property
    def link(self) -> str:
        """Documentation of the rule: its section in `rules/README.md`, or the file of a user's own rule."""
        return f"rules/README.md#{self.anchor}" if self.is_packaged else self.path.as_posix()

    @property
    def anchor(self) -> str:
        """Anchor of the rule in `rules/README.md`, which does not change with the name."""
        return self.id.lower()


def flatten(patch: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested mappings by dotted path."""
    for key, value in patch.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def placeholders(template: str) -> list[str]:
    """Return the names in braces of a message."""
    return _PLACEHOLDER.findall(template)


def fill_template(template: str, service: str, show: Callable[[str], str]) -> str:
    """Return a message with its placeholders replaced: `{service}`, and facts as `show` formats them."""
    if "{" not in template:
        return template
    return _PLACEHOLDER.sub(lambda match: service if match[1] == "service" else show(match[1]), template)
