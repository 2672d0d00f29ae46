"""The cells of the risk table, which every format of `sweep` shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_lint.evidence import Seen
    from rollout_lint.verdict import Verdict

HEADINGS = ("Recipe", "failure_action", "order", "ccci overlay", "upgrade tests", "recent upgrade", "risk")

_NONE = "—"
_LATENT = ("blocked", "failing", "latent-high", "latent-medium", "latent-low", "latent-unexposed")
_SHORT = {"pass": "PASS", "fail": "FAIL", "rolled-back": "ROLLED BACK"}
_RISK = {"safe": "SAFE"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `level` is the risk's, `because` its reasons."""

    level: str
    cells: tuple[str, ...]
    because: list[str] = field(default_factory=list)


def sweep_rows(verdicts: list[Verdict], unfold: bool) -> list[Row]:
    """The worst first; those not at risk in one row at the end, unless unfolded."""
    ordered = sorted(verdicts, key=lambda verdict: (verdict.rank, verdict.recipe))
    shown = [verdict for verdict in ordered if unfold or verdict.risk.level != "not-at-risk"]
    rows = [_row(verdict) for verdict in shown]
    folded = [verdict for verdict in ordered if verdict not in shown]
    if folded:
        rows.append(_folded(folded))
    return rows


def _row(verdict: Verdict) -> Row:
    level = verdict.risk.level
    cells = (
        verdict.recipe,
        verdict.failure_action or _NONE,
        verdict.order or _NONE,
        _overlay(verdict),
        _tests(verdict),
        _upgrade(verdict),
        _RISK.get(level, verdict.risk.text),
    )
    return Row(level, cells, verdict.risk.because)


def _folded(verdicts: list[Verdict]) -> Row:
    actions = sorted({verdict.failure_action for verdict in verdicts if verdict.failure_action})
    action = f"{', '.join(actions)}, none or absent" if actions else "none or absent"
    return Row("not-at-risk", ("all others", action, _NONE, _NONE, _NONE, _NONE, "not at risk"))


def _overlay(verdict: Verdict) -> str:
    if verdict.overlay is None:
        return "no"
    return "YES (fixed)" if verdict.risk.level == "mitigated" else "yes"


def _tests(verdict: Verdict) -> str:
    if verdict.upgrade_tests is None:
        return "unknown"
    if verdict.upgrade_tests:
        return "yes"
    return "NO tests" if verdict.risk.level in _LATENT else "no"


def _upgrade(verdict: Verdict) -> str:
    """A pass after a failure is a repair only where the policy was repaired too; else the failure may come back."""
    newest = verdict.recent_upgrade
    if newest is None:
        return _without_upgrade(verdict)
    repaired = verdict.failed_before is not None and verdict.risk.level in ("mitigated", "safe", "not-at-risk")
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
