"""`sweep`: the risk table of a fleet, and what changed in it."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.cli.choices import SweepFormat
from rollout_lint.cli.commands.clock import today
from rollout_lint.cli.commands.sweep_output import Layout, Outcome, print_sweep
from rollout_lint.cli.commands.targets import Walk
from rollout_lint.cli.console import refuse, usage_error, warn
from rollout_lint.discovery.export import RevisionError, join_path
from rollout_lint.discovery.filesystem import is_file
from rollout_lint.errors import ConfigError, ExitCode, FleetError, RuleError
from rollout_lint.fleet.compare import Earlier, read_earlier
from rollout_lint.fleet.manifest.loader import load_fleet
from rollout_lint.fleet.model import Fleet
from rollout_lint.fleet.result_age import Calendar
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.fleet.sweep import Sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from rollout_lint.fleet.model import Fleet
    from rollout_lint.linter.context import LintContext


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    path: str
    at: str | None = None
    format: SweepFormat = SweepFormat.TEXT
    unfold: bool = False
    services: bool = False
    fail_on: RiskLevel | None = None
    compare: Path | None = None
    fail_on_worse: bool = False
    max_age: int | None = None
    keep_going: bool = False
    jobs: int | None = None
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def run(request: Request, knowledge: Callable[[str], LintContext]) -> ExitCode:
    """Print what is asked for; the exit code."""
    outcome = Outcome(_earlier(request), keeps=request.format is not SweepFormat.JSON)
    _hold_config(request, knowledge)
    root, day = _root(request)
    fleet = _fleet(request, root)
    max_age = fleet.max_age if request.max_age is None else request.max_age
    sweep = Sweep(fleet, knowledge, Calendar(day, max_age))
    with _little_collected():
        print_sweep(sweep, outcome, Layout(request.format, request.unfold, request.services), request.jobs)
    return _exit_code(request, fleet, outcome)


@contextmanager
def _little_collected() -> Iterator[None]:
    """What is made for a recipe is given back without it; looking for garbage as often as usual finds none."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _root(request: Request) -> tuple[Path, date]:
    """Where the fleet is read, and the day that ages are counted to: at a revision, that revision's."""
    path = Path(request.path)
    if request.at is None:
        return path, today()
    from rollout_lint.discovery.revision import open_revision

    try:
        revision = open_revision(path, request.at)
        root = join_path(revision.export(path).path, "")
        if is_file(root):
            join_path(root.parent, "")
        return root, datetime.fromisoformat(revision.date).astimezone(UTC).date()
    except RevisionError as error:
        usage_error(f"--at {request.at}: {error}")


def _hold_config(request: Request, knowledge: Callable[[str], LintContext]) -> None:
    """A config for the whole fleet that does not hold ends the run, before each recipe says so."""
    try:
        knowledge(request.path)
    except (ConfigError, RuleError) as error:
        refuse(error.problems)


def _fleet(request: Request, root: Path) -> Fleet:
    walk = Walk(request.overlays, request.exclude)
    try:
        fleet = load_fleet(root, request.overlays, walk.exclude(request.path), walk.configured_overlays(request.path))
    except FleetError as error:
        refuse(error.problems)
    except RevisionError as error:
        usage_error(f"--at {request.at}: {error}")
    if fleet.problems:
        (warn if request.keep_going else refuse)(fleet.problems)
    return fleet


def _earlier(request: Request) -> Earlier | None:
    if request.compare is None:
        return None
    try:
        return read_earlier(request.compare)
    except FleetError as error:
        refuse(error.problems)


def _exit_code(request: Request, fleet: Fleet, outcome: Outcome) -> ExitCode:
    if fleet.problems or RiskLevel.NOT_EVALUATED in outcome.levels:
        return ExitCode.ERROR
    if request.fail_on is not None and any(level.rank <= request.fail_on.rank for level in outcome.levels):
        return ExitCode.FINDINGS
    comparison = outcome.comparison()
    return ExitCode.FINDINGS if request.fail_on_worse and comparison is not None and comparison.worse else ExitCode.OK
