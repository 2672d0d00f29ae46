"""Inspection of running services: their updates, findings and drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.errors import ExitCode
from rollout_lint.live.declared_labels import declared_labels
from rollout_lint.live.describe import describe_update, is_stuck
from rollout_lint.live.drift import DeclaredService, Drift, find_drift
from rollout_lint.live.kept_options import find_volume_differences
from rollout_lint.live.model import FAILED_STATES, UpdateState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation
    from rollout_lint.live.lint import LintResult
    from rollout_lint.live.model import LiveService


@dataclass(frozen=True, slots=True)
class InspectedService:
    """A service with its findings and its drift at a moment; without `drift` if it was not compared with files."""

    lint_result: LintResult
    now: datetime
    drift: Drift | None = None

    @property
    def service(self) -> LiveService:
        """The service itself."""
        return self.lint_result.service

    @property
    def update_failed(self) -> bool:
        """True if the last update failed, or has been in progress for longer than it can take."""
        return self.service.state in FAILED_STATES or is_stuck(self.service, self.now, self.lint_result.longest_update)

    @property
    def message(self) -> str:
        """Sentence on how the last update ended."""
        return describe_update(self.service, self.now, self.lint_result.longest_update)

    def is_bad(self, fail_on: Collection[str]) -> bool:
        """Return True if the update failed, the service has drifted, or a finding has one of these severities."""
        has_drifted = self.drift is not None and self.drift.has_drifted
        findings = self.lint_result.findings
        return (
            self.update_failed or has_drifted or any(each.is_active and each.severity in fail_on for each in findings)
        )

    @property
    def has_unknown_state(self) -> bool:
        """True if Docker reports an unknown state of the last update."""
        return self.service.state not in ("", *UpdateState)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The variant that running services are compared with.

    `matching_variants` are the other variants that all services match, if some service differs from this one.
    `missing_services` are those of the files that were not given, `foreign_services` the given ones of another stack.
    """

    variant: VariantEvaluation
    matching_variants: tuple[str, ...] = ()
    missing_services: tuple[str, ...] = ()
    foreign_services: tuple[str, ...] = ()


def compare(
    results: Sequence[LintResult], now: datetime, evaluation: Evaluation, chosen: VariantEvaluation
) -> tuple[list[InspectedService], Comparison]:
    """Compare services with the chosen variant.

    A service that the files do not have has drifted if it belongs to the same stack as one that they have. A service
    of another stack is not compared.
    """
    stacks = {each.service.stack for each in results if each.service.name_in_stack in chosen.services}
    foreign = [each for each in results if each.service.stack not in stacks and stacks]
    compared = [each for each in results if each not in foreign]
    inspected = [InspectedService(each, now, _drift(each, evaluation, chosen)) for each in compared]
    matching: tuple[str, ...] = ()
    if any(each.drift and each.drift.differences for each in inspected):
        others = (each for each in evaluation.variants if each is not chosen)
        matching = tuple(each.variant.name for each in others if _matches(compared, evaluation, each))
    given = {each.service.name_in_stack for each in results}
    comparison = Comparison(
        variant=chosen,
        matching_variants=matching,
        missing_services=tuple(name for name in chosen.services if name not in given),
        foreign_services=tuple(each.service.name for each in foreign),
    )
    return [*inspected, *(InspectedService(each, now) for each in foreign)], comparison


def _drift(result: LintResult, evaluation: Evaluation, variant: VariantEvaluation) -> Drift:
    name = result.service.name_in_stack
    facts = variant.services.get(name)
    if facts is None:
        return find_drift(result.service, result.facts, None)
    labels = declared_labels(name, variant.variant, evaluation.sources)
    volumes = find_volume_differences(result.service, facts)
    is_exact, engine = variant.variant.is_exact, facts.cluster.engine
    return find_drift(result.service, result.facts, DeclaredService(facts, labels, volumes, is_exact, engine))


def _matches(results: Sequence[LintResult], evaluation: Evaluation, variant: VariantEvaluation) -> bool:
    drifts = [_drift(each, evaluation, variant) for each in results]
    return not variant.problems and all(each.is_in_files and not each.differences for each in drifts)


@dataclass(frozen=True, slots=True)
class Inspection:
    """Inspected services, the files that they were compared with, and the expectations that are not met."""

    services: tuple[InspectedService, ...]
    comparison: Comparison | None
    mismatches: tuple[str, ...]
    fail_on: tuple[str, ...]

    @property
    def exit_code(self) -> ExitCode:
        """2 if an update has an unknown state, 1 if anything is bad, else 0."""
        if any(each.has_unknown_state for each in self.services):
            return ExitCode.ERROR
        if self.mismatches or any(each.is_bad(self.fail_on) for each in self.services):
            return ExitCode.FINDINGS
        return ExitCode.OK
