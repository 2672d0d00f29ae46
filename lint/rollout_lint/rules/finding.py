"""Findings, and why they are suppressed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.record import Record
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from rollout_lint.facts.model import Fact
    from rollout_lint.location import Location
    from rollout_lint.rules.model import Rule

THE_STACK = "the stack"

FindingKey: TypeAlias = "tuple[str, str | None, str | None, str]"
"""Rule, service, resource and variant, which have at most one finding."""


class SuppressionSource(StrEnum):
    """Source of a suppression."""

    COMMENT = "comment"
    CONFIG = "config"
    BASELINE = "baseline"


class Suppression(Record):
    """Reason why a finding is suppressed. `until` is the last day on which the suppression applies."""

    source: SuppressionSource
    reason: str
    location: Location | None = None
    until: str | None = None


class Finding(Record):
    """A rule that matched a service of a variant, or the stack without a `service`.

    `resource` is the top-level resource that the finding is about, such as `config app_conf`, if it is about one.
    `message_parts` are the texts of the message around the name of the service. `facts` are those of the rule's
    conditions. `risk` is the effect on the risk of the recipe (see Rule).
    `superseded_by` is the id of a rule that reports the same cause with at least the same severity. `has_unsafe_fix` is
    True if the conditions of the rule's `unsafe` hold.
    """

    rule: Rule
    severity: Severity
    risk: str | None
    assumes: str | None
    service: str | None
    variant: str
    message_parts: tuple[str, ...]
    location: Location
    facts: dict[str, Fact]
    superseded_by: str | None = None
    suppressed: Suppression | None = None
    has_unsafe_fix: bool = False
    resource: str | None = None

    @property
    def key(self) -> FindingKey:
        """Key of the finding in its recipe, before and after a change of the files."""
        return self.rule.id, self.service, self.resource, self.variant

    @property
    def is_active(self) -> bool:
        """True unless the finding is superseded or suppressed."""
        return self.superseded_by is None and self.suppressed is None

    @property
    def is_suppressed(self) -> bool:
        """True if the finding would be active without its suppression."""
        return self.superseded_by is None and self.suppressed is not None

    @property
    def needs_unsafe(self) -> bool:
        """True if `fix` needs `--unsafe`: it has a trade-off, and is unsafe or of a severity below medium."""
        return self.rule.trade_off is not None and (self.has_unsafe_fix or not self.severity.at_least(Severity.MEDIUM))

    @property
    def message(self) -> str:
        """Message with the name of the service."""
        return self.subject.join(self.message_parts)

    @property
    def subject(self) -> str:
        """Name of the service, the resource, or `the stack`."""
        return self.service or self.resource or THE_STACK
