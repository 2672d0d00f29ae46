"""What there is to be said of a service that is running: its update, the rules, and the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.errors import ExitCode
from rollout_lint.live.declared_labels import labels_of
from rollout_lint.live.describe import FAILED_STATES, KNOWN_STATES
from rollout_lint.live.drift import Drift, Filed, drift

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation
    from rollout_lint.live.lint import Judged
    from rollout_lint.live.model import LiveService


@dataclass(frozen=True, slots=True)
class Inspected:
    """A service, what the rules say of it, and what differs from the files; None where it was compared with none."""

    judged: Judged
    drift: Drift | None = None

    @property
    def service(self) -> LiveService:
        """The service."""
        return self.judged.service

    @property
    def update_failed(self) -> bool:
        """Whether its last update failed."""
        return self.service.state in FAILED_STATES

    def is_wrong(self, fail_on: Collection[str]) -> bool:
        """Whether its update failed, it has drifted, or a finding has one of these severities."""
        grave = (finding.is_active and finding.severity in fail_on for finding in self.judged.findings)
        return self.update_failed or (self.drift is not None and self.drift.is_there) or any(grave)

    @property
    def is_unknown(self) -> bool:
        """Whether the engine uses a word for its last update that is not known here."""
        return self.service.state not in ("", *KNOWN_STATES)


@dataclass(frozen=True, slots=True)
class Against:
    """A variant that running services are compared with.

    `others` are the variants of the recipe from which no policy value differs, where some differs from this one;
    `absent` the services of the files that were not given, `strange` the given ones that are of another stack.
    """

    variant: VariantEvaluation
    others: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()


def compare(
    judged: Sequence[Judged], evaluation: Evaluation, chosen: VariantEvaluation
) -> tuple[list[Inspected], Against]:
    """Every service with what differs from the chosen variant.

    A service that the files do not have has drifted where it is of the same stack as one that they have; one of
    another stack is not compared.
    """
    of_files = {each.service.stack for each in judged if each.service.name_in_stack in chosen.services}
    strange = [each for each in judged if each.service.stack not in of_files and of_files]
    compared = [each for each in judged if each not in strange]
    inspected = [Inspected(each, _drift(each, evaluation, chosen)) for each in compared]
    others: tuple[str, ...] = ()
    if any(each.drift and each.drift.differences for each in inspected):
        fitting = [each for each in evaluation.variants if each is not chosen and _fits(compared, evaluation, each)]
        others = tuple(each.variant.name for each in fitting)
    given = {each.service.name_in_stack for each in judged}
    against = Against(
        variant=chosen,
        others=others,
        absent=tuple(name for name in chosen.services if name not in given),
        strange=tuple(each.service.name for each in strange),
    )
    return [*inspected, *(Inspected(each) for each in strange)], against


def _drift(judged: Judged, evaluation: Evaluation, variant: VariantEvaluation) -> Drift:
    name = judged.service.name_in_stack
    facts = variant.services.get(name)
    if facts is None:
        return drift(judged.service, judged.facts, None)
    labels = labels_of(name, variant.variant, evaluation.sources)
    return drift(judged.service, judged.facts, Filed(facts, labels, variant.variant.is_exact))


def _fits(judged: Sequence[Judged], evaluation: Evaluation, variant: VariantEvaluation) -> bool:
    found = [_drift(each, evaluation, variant) for each in judged]
    return not variant.problems and all(each.is_known and not each.differences for each in found)


@dataclass(frozen=True, slots=True)
class Inspection:
    """The services, what they were compared with, what was expected and is not so, and when this was asked."""

    services: tuple[Inspected, ...]
    against: Against | None
    mismatches: tuple[str, ...]
    now: datetime
    fail_on: tuple[str, ...]

    @property
    def exit_code(self) -> ExitCode:
        """2 where an update has a state that is not known here; 1 where something is as it should not be; else 0."""
        if any(each.is_unknown for each in self.services):
            return ExitCode.ERROR
        if self.mismatches or any(each.is_wrong(self.fail_on) for each in self.services):
            return ExitCode.FINDINGS
        return ExitCode.OK
