"""Print the report of a sweep while its rows are computed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.cli.choices import SweepFormat
from rollout_lint.cli.console import warn, width, write
from rollout_lint.cli.progress import with_progress
from rollout_lint.fleet.compare import Comparison, Earlier, State, compare, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fleet.risk import Verdict
    from rollout_lint.fleet.risk_level import RiskLevel
    from rollout_lint.fleet.sweep import Sweep, Swept


class Layout(NamedTuple):
    """Format of the report, and which rows its table has."""

    format: SweepFormat
    unfold: bool
    services: bool


@dataclass(slots=True)
class Outcome:
    """What the exit code, the comparison and the tables need of the rows.

    `keeps` is whether the verdicts are needed once they have been written; a document that is written row by row does
    without them, however large the fleet is.
    """

    earlier: Earlier | None
    keeps: bool = True
    verdicts: list[Verdict] = field(default_factory=list)
    levels: set[RiskLevel] = field(default_factory=set)
    states: dict[str, State] = field(default_factory=dict)

    def watch(self, rows: Iterator[Swept]) -> Iterator[Swept]:
        """The rows, while what is needed of them is kept."""
        for row in rows:
            self.levels.add(row.verdict.risk.level)
            if self.keeps:
                self.verdicts.append(row.verdict)
            if self.earlier is not None:
                self.states[row.verdict.recipe] = state_of(row.verdict)
            yield row

    def comparison(self) -> Comparison | None:
        """What changed since the earlier sweep, where one is given."""
        return None if self.earlier is None else compare(self.earlier, self.states)


def print_sweep(sweep: Sweep, outcome: Outcome, layout: Layout, jobs: int | None) -> None:
    """Run a sweep in `jobs` processes and print its report."""
    rows = with_progress(outcome.watch(sweep.rows(jobs)), len(sweep.fleet.members))
    if layout.format is SweepFormat.JSON:
        _print_json(sweep, outcome, rows)
    elif layout.format is SweepFormat.HTML:
        _print_page(sweep, outcome, rows)
    else:
        for _ in rows:
            pass
        write(_report(outcome, layout))
    if layout.format in (SweepFormat.MARKDOWN, SweepFormat.HTML):
        warn(problem for verdict in outcome.verdicts for problem in verdict.problems)


def _print_json(sweep: Sweep, outcome: Outcome, rows: Iterator[Swept]) -> None:
    from rollout_lint.report.sweep.json_document import format_recipe_line, stream_sweep_json

    sweep.detail = format_recipe_line
    lines = ((row.verdict, row.detail) for row in rows)
    for piece in stream_sweep_json(lines, sweep.calendar, sweep.rules.values, outcome.comparison):
        write(piece)


def _print_page(sweep: Sweep, outcome: Outcome, rows: Iterator[Swept]) -> None:
    from rollout_lint.report.sweep.html_page import stream_sweep_html
    from rollout_lint.report.sweep.json_document import build_sweep_document, format_recipe_line
    from rollout_lint.report.sweep.view import build_page_table

    sweep.detail = format_recipe_line
    lines = [row.detail for row in rows]
    rules, comparison = sweep.rules.values(), outcome.comparison()
    document = build_sweep_document(lines, outcome.verdicts, sweep.calendar, rules, comparison)
    for piece in stream_sweep_html(document, build_page_table(outcome.verdicts)):
        write(piece)


def _report(outcome: Outcome, layout: Layout) -> str:
    verdicts = outcome.verdicts
    if layout.format is SweepFormat.CSV:
        from rollout_lint.report.sweep.csv_table import format_services_csv, format_sweep_csv

        return format_services_csv(verdicts) if layout.services else format_sweep_csv(verdicts)
    from rollout_lint.report.sweep.rows import build_recipe_table, build_service_table

    table = (build_service_table if layout.services else build_recipe_table)(verdicts, layout.unfold)
    if layout.format is SweepFormat.MARKDOWN:
        from rollout_lint.report.sweep.markdown import format_sweep_markdown

        return format_sweep_markdown(table, outcome.comparison())
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.sweep.text import format_sweep_text

    return format_sweep_text(table, verdicts, outcome.comparison(), style_for_stdout(), width())
