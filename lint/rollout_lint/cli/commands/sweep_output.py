"""Print the report of a sweep while its rows are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.api.clock import now
from rollout_lint.cli.choices import SweepFormat
from rollout_lint.cli.console import print_error, print_message, terminal_width, write
from rollout_lint.cli.progress import with_progress
from rollout_lint.errors import ExitCode
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.api.sweep_exit import ExitPolicy
    from rollout_lint.api.sweep_summary import SweepSummary
    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.fleet.risk import RecipeAssessment
    from rollout_lint.fleet.sweep import Sweep, SweepRow


class Layout(Record):
    """Format of the report, and rows of its table. Text can be brief, or name every skipped file."""

    format: SweepFormat
    show_all: bool = False
    services: bool = False
    list_skipped: bool = False
    brief: bool = False


def print_sweep(sweep: Sweep, summary: SweepSummary, layout: Layout, policy: ExitPolicy, jobs: int | None) -> ExitCode:
    """Run a sweep in `jobs` processes, print its report and return the exit code.

    Text says why the command exits with the code. Other formats leave that to standard error if options ask for it.
    """
    rows = with_progress(summary.collect(sweep.rows(jobs)), len(sweep.fleet.members))
    if layout.format is SweepFormat.JSON:
        _print_json(sweep, summary, rows)
    elif layout.format is SweepFormat.HTML:
        _print_page(sweep, summary, rows)
    else:
        for _ in rows:
            pass
        write(_format_table(sweep.fleet.skipped, summary, layout, policy))
    if layout.format is SweepFormat.CSV:
        _print_port_conflicts(summary)
        _print_skipped(sweep.fleet.skipped, layout)
    if layout.format in (SweepFormat.MARKDOWN, SweepFormat.HTML):
        _print_problems(summary.assessments)
    decided = policy.decide(summary)
    if layout.format is not SweepFormat.TEXT and policy.is_set and decided.code is ExitCode.FINDINGS:
        print_error(decided.text)
    return decided.code


def _print_problems(assessments: list[RecipeAssessment]) -> None:
    """Print why recipes were not evaluated, after their names: some problems are in files outside the recipe."""
    from rollout_lint.printable import printable

    for assessment in assessments:
        for problem in assessment.problems:
            print_message(printable(f"{assessment.recipe}: {problem.text}"))


def _print_json(sweep: Sweep, summary: SweepSummary, rows: Iterator[SweepRow]) -> None:
    from rollout_lint.report.sweep.json_document import SweepHead, format_recipe_line, stream_sweep_json

    sweep.detail = format_recipe_line
    lines = ((row.assessment, row.detail) for row in rows)
    head = SweepHead(sweep.age_policy.today, now(), sweep.fleet.source)
    skipped = sweep.fleet.skipped
    pieces = stream_sweep_json(lines, head, sweep.rules.values, summary.comparison, skipped, summary.port_conflicts)
    for piece in pieces:
        write(piece)


def _print_page(sweep: Sweep, summary: SweepSummary, rows: Iterator[SweepRow]) -> None:
    from rollout_lint.report.sweep.html_page import stream_sweep_html
    from rollout_lint.report.sweep.json_document import SweepHead, build_sweep_document, format_recipe_line
    from rollout_lint.report.sweep.view import build_page_table

    sweep.detail = format_recipe_line
    lines = [row.detail for row in rows]
    rules, comparison = sweep.rules.values(), summary.comparison()
    head = SweepHead(sweep.age_policy.today, now(), sweep.fleet.source)
    skipped, ports = sweep.fleet.skipped, summary.port_conflicts()
    document = build_sweep_document(lines, summary.assessments, head, rules, comparison, skipped, ports)
    for piece in stream_sweep_html(document, build_page_table(summary.assessments)):
        write(piece)


def _format_table(skipped: list[SkippedFile], summary: SweepSummary, layout: Layout, policy: ExitPolicy) -> str:
    assessments = summary.assessments
    if layout.format is SweepFormat.CSV:
        from rollout_lint.report.sweep.csv_table import format_services_csv, format_sweep_csv

        return format_services_csv(assessments) if layout.services else format_sweep_csv(assessments)
    from rollout_lint.report.sweep.rows import build_recipe_table, build_service_table, with_service_column

    table = (build_service_table if layout.services else build_recipe_table)(assessments, layout.show_all)
    if layout.format is SweepFormat.MARKDOWN:
        from rollout_lint.report.sweep.markdown import format_sweep_markdown

        return format_sweep_markdown(table, summary.comparison(), skipped, summary.port_conflicts())
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.sweep.text import SweepReport, TextOptions, format_sweep_text

    if not layout.services:
        table = with_service_column(table, assessments)
    outcome = policy.decide(summary).text
    report = SweepReport(assessments, summary.comparison(), skipped, outcome, summary.port_conflicts())
    options = TextOptions(style_for_stdout(), terminal_width(), layout.list_skipped, layout.brief)
    return format_sweep_text(table, report, options)


def _print_port_conflicts(summary: SweepSummary) -> None:
    """Print the ports that several recipes publish on standard error: a CSV table has no place for them."""
    from rollout_lint.printable import printable
    from rollout_lint.report.sweep.port_text import list_port_conflicts

    for conflict in list_port_conflicts(summary.port_conflicts()):
        print_message(printable(conflict))


def _print_skipped(skipped: list[SkippedFile], layout: Layout) -> None:
    """Print the skipped files, or their number, on standard error: a CSV table has no place for them."""
    from rollout_lint.report.common.skipped import count_skipped, format_skipped
    from rollout_lint.report.common.style import style_for_stderr

    if layout.list_skipped:
        for line in format_skipped(skipped, style_for_stderr(), list_all=True):
            print_message(line)
    elif skipped:
        print_error(count_skipped(skipped))
