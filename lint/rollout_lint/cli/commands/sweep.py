"""`sweep`: print the risk table of a fleet and its changes."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.api.sweep import SweepOptions, prepare_sweep
from rollout_lint.api.sweep_exit import ExitPolicy
from rollout_lint.api.sweep_summary import SweepSummary
from rollout_lint.cli.choices import SweepFormat
from rollout_lint.cli.commands.sweep_output import Layout, print_sweep
from rollout_lint.cli.console import print_problems
from rollout_lint.fleet.source import find_fleet_source
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.api.thresholds import RiskThreshold
    from rollout_lint.errors import ExitCode


class Request(Record):
    """Options of `sweep`: those of the sweep itself, of its report, and of the exit code."""

    options: SweepOptions
    layout: Layout
    fail_on: RiskThreshold | None = None
    fail_on_worse: bool = False
    jobs: int | None = None


def run_plain(path: str, format_: SweepFormat = SweepFormat.TEXT) -> ExitCode:
    """Sweep the path with default options, and print this format."""
    return run(Request(SweepOptions(path), Layout(format_)))


def run(request: Request) -> ExitCode:
    """Print the table and return the exit code."""
    options, layout = request.options, request.layout
    run = prepare_sweep(options)
    fleet = run.sweep.fleet
    print_problems(fleet.problems)
    print_problems(fleet.unreadable)
    if layout.format in (SweepFormat.JSON, SweepFormat.HTML):
        path = Path(options.path) if options.given is None else Path(options.given.files[0]).parent
        fleet.source = find_fleet_source(path, options.revision)
    summary = SweepSummary(run.earlier, keeps_verdicts=layout.format is not SweepFormat.JSON)
    policy = ExitPolicy(request.fail_on, request.fail_on_worse, run.has_manifest_errors)
    with _rare_garbage_collection():
        return print_sweep(run.sweep, summary, layout, policy, request.jobs)


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    """Collect garbage less often: reference counting already frees the objects of a recipe."""
    threshold = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        gc.unfreeze()
