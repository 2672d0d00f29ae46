"""The cells of the risk table, one row a recipe or a service, which every format of `sweep` shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rollout_lint.fleet.risk_level import RiskLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollout_lint.fleet.result_age import Seen
    from rollout_lint.fleet.risk import Risk, ServiceVerdict, Verdict

HEADINGS = ("Recipe", "failure_action", "order", "ccci overlay", "upgrade tests", "recent upgrade", "risk")
SERVICE_HEADINGS = ("Recipe", "service", "failure_action", "order", "in CI", "risk")

_NOT_SET = "—"
_SHORT = {"pass": "PASS", "fail": "FAIL", "rolled-back": "ROLLED BACK"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `level` is the risk's, `because` its reasons."""

    level: RiskLevel
    cells: tuple[str, ...]
    because: list[str] = field(default_factory=list)
    tells: bool = True
    """Whether the reasons are more than that there is no risk."""


@dataclass(frozen=True, slots=True)
class Table:
    """The risk table: its headings, and its rows with the worst first. The last column is the risk.

    `naming` is how many of the first columns it takes to name a row.
    """

    headings: tuple[str, ...]
    rows: list[Row]
    naming: int = 1


def build_recipe_table(verdicts: list[Verdict], unfold: bool) -> Table:
    """A row for each recipe; those not at risk in one at the end, unless unfolded."""
    ordered = sort_verdicts(verdicts)
    rows = [_recipe_row(verdict) for verdict in ordered if unfold or not _is_folded(verdict.risk)]
    folded = [verdict for verdict in ordered if not unfold and _is_folded(verdict.risk)]
    if folded:
        rows.append(Row(RiskLevel.NOT_AT_RISK, ("all others", _actions(folded), *[_NOT_SET] * 4, _of_folded(folded))))
    return Table(HEADINGS, rows)


def build_service_table(verdicts: list[Verdict], unfold: bool) -> Table:
    """A row for each service, and for each recipe that was not evaluated or whose upgrade failed; those not at risk as
    above.
    """
    rows = []
    folded: list[ServiceVerdict] = []
    for verdict in verdicts:
        if verdict.risk.level in (RiskLevel.NOT_EVALUATED, RiskLevel.FAILING):
            cells = (verdict.recipe, _NOT_SET, _NOT_SET, _NOT_SET, _NOT_SET, verdict.risk.text)
            rows.append((verdict.rank, verdict.recipe, Row(verdict.risk.level, cells, verdict.risk.because)))
        for service in verdict.services:
            if _is_folded(service.risk) and not unfold:
                folded.append(service)
            else:
                rows.append((service.risk.rank, verdict.recipe, _service_row(verdict, service)))
    ordered = [row for _, _, row in sorted(rows, key=lambda each: each[:2])]
    if folded:
        cells = ("all others", _NOT_SET, _actions(folded), _NOT_SET, _NOT_SET, _of_folded(folded))
        ordered.append(Row(RiskLevel.NOT_AT_RISK, cells))
    return Table(SERVICE_HEADINGS, ordered, naming=2)


def sort_verdicts(verdicts: list[Verdict]) -> list[Verdict]:
    """By level, then by name."""
    return sorted(verdicts, key=lambda verdict: (verdict.rank, verdict.recipe))


def format_recipe_cells(verdict: Verdict) -> tuple[str, ...]:
    """The words of a recipe's row, one for each of HEADINGS."""
    return (
        verdict.recipe,
        verdict.failure_action or _NOT_SET,
        verdict.order or _NOT_SET,
        _overlay(verdict),
        _tests(verdict),
        _upgrade(verdict),
        _told(verdict.risk),
    )


def age(verdict: Verdict) -> str:
    """How old the newest upgrade's result is, in days."""
    newest = verdict.recent_upgrade
    return _NOT_SET if newest is None or newest.age is None else f"{newest.age} d"


def _recipe_row(verdict: Verdict) -> Row:
    return Row(verdict.risk.level, format_recipe_cells(verdict), verdict.risk.because, not _is_quiet(verdict.risk))


def _is_folded(risk: Risk) -> bool:
    """One that is not at risk since somebody has silenced what was found is told."""
    return risk.level is RiskLevel.NOT_AT_RISK and _is_quiet(risk)


def _is_quiet(risk: Risk) -> bool:
    return risk.level.is_without_risk and not risk.silenced


def _told(risk: Risk) -> str:
    return "SAFE" if risk.text == "safe" else risk.text


def _service_row(verdict: Verdict, service: ServiceVerdict) -> Row:
    cells = (
        verdict.recipe,
        service.service or "(the stack)",
        service.failure_action or _NOT_SET,
        service.order or _NOT_SET,
        ", ".join(f"{key}: {value}" for key, value in service.in_ci.items()) or _NOT_SET,
        _told(service.risk),
    )
    return Row(service.risk.level, cells, service.risk.because, not _is_quiet(service.risk))


def _of_folded(folded: Sequence[Verdict | ServiceVerdict]) -> str:
    """What is said of all of them, where the same is."""
    texts = {each.risk.text for each in folded}
    return texts.pop() if len(texts) == 1 else "not at risk; of some not everything judged"


def _actions(folded: Sequence[Verdict | ServiceVerdict]) -> str:
    actions = sorted({each.failure_action for each in folded if each.failure_action})
    return f"{', '.join(actions)}, none or absent" if actions else "none or absent"


def _overlay(verdict: Verdict) -> str:
    if verdict.overlay is None:
        return "no"
    return "YES (fixed)" if verdict.risk.level is RiskLevel.MITIGATED else "yes"


def _tests(verdict: Verdict) -> str:
    if verdict.upgrade_tests is None:
        return "unknown"
    if verdict.upgrade_tests:
        return "yes"
    is_known_risk = verdict.risk.level.is_at_risk and verdict.risk.level is not RiskLevel.NOT_EVALUATED
    return "NO tests" if is_known_risk else "no"


def _upgrade(verdict: Verdict) -> str:
    """A pass after a failure is a repair only where the policy was repaired too; else the failure may come back."""
    newest = verdict.recent_upgrade
    if newest is None:
        return _without_upgrade(verdict)
    repaired = verdict.failed_before is not None and not verdict.risk.level.is_at_risk
    level = "" if newest.result.level is None else f" L{newest.result.level}"
    before = f"was {_short(verdict.failed_before)}" if verdict.failed_before and not repaired else ""
    notes = ", ".join(filter(None, [before, "stale" if newest.stale else ""]))
    return f"{'FIXED' if repaired else _short(newest) + level}{f' ({notes})' if notes else ''}"


def _without_upgrade(verdict: Verdict) -> str:
    """A level alone proves no upgrade."""
    if verdict.upgrade_tests is False:
        return "n/a"
    level = next((each.result.level for each in reversed(verdict.evidence) if each.result.level is not None), None)
    return "unknown" if level is None else f"unknown (only L{level})"


def _short(seen: Seen) -> str:
    return _SHORT[seen.result.upgrade or ""]
