"""What is asked of a repair, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding
    from rollout_lint.rules.model import Rule

Contents: TypeAlias = "Mapping[str, bytes]"
"""Files by the name that reports show."""

Settings: TypeAlias = "dict[str, object]"
"""Values by their dotted path below a service."""

Key: TypeAlias = "tuple[str, str | None, str]"
"""Rule, service and variant, of which there is one finding at most."""


def key_of(finding: Finding) -> Key:
    """What says of a finding before a change and of one after that they are the same."""
    return finding.rule.id, finding.service, finding.variant


@dataclass(frozen=True, slots=True)
class Change:
    """A file that is to be written: its name in reports and its path, its bytes until now (None where there is no such
    file) and from then on.
    """

    name: str
    path: Path
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Repaired:
    """A finding that is gone, by which settings in which files, and what else that was told is gone with it."""

    finding: Finding
    settings: Settings
    files: tuple[str, ...]
    others: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that is not repaired, and why; `unsafe` is whether only the operator's consent is missing, `refused`
    whether it was asked for and not given.
    """

    finding: Finding
    reason: str
    unsafe: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are to be repaired: those of the rules `only`, if any are named, and also what is unsafe.

    `agrees` is asked about each repair that could be made, with the files as they were and would be.
    """

    only: frozenset[str] = frozenset()
    unsafe: bool = False
    agrees: Callable[[Repaired, tuple[Change, ...]], bool] | None = None

    def includes(self, rule: Rule) -> bool:
        """Whether findings of the rule are to be repaired."""
        return not self.only or rule.id in self.only


@dataclass(slots=True)
class Fixed:
    """A recipe as it was evaluated first, what was repaired and what was left, and the files that are to be written.

    `failed` is whether something stood in the way of looking at it, or of writing.
    """

    evaluation: Evaluation
    repaired: list[Repaired] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    changes: tuple[Change, ...] = ()
    failed: bool = False
