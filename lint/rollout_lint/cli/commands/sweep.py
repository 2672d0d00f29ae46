"""`sweep`: print the risk table of a fleet and its changes."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.cli.choices import RiskThreshold, SweepFormat
from rollout_lint.cli.commands.clock import today
from rollout_lint.cli.commands.sweep_exit import ExitPolicy
from rollout_lint.cli.commands.sweep_output import Layout, SweepSummary, print_sweep
from rollout_lint.cli.commands.targets import RecipeFinder
from rollout_lint.cli.console import exit_with_error, exit_with_problems, print_problems
from rollout_lint.discovery.export import RevisionError
from rollout_lint.discovery.filesystem import is_file
from rollout_lint.discovery.revision_paths import join_path
from rollout_lint.errors import ConfigError, ExitCode, FleetError, RuleError
from rollout_lint.fleet.compare import EarlierSweep, read_earlier_sweep
from rollout_lint.fleet.manifest.loader import load_fleet
from rollout_lint.fleet.model import Fleet, Member
from rollout_lint.fleet.result_age import AgePolicy
from rollout_lint.fleet.source import find_fleet_source
from rollout_lint.fleet.sweep import Sweep

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from rollout_lint.cli.commands.given_files import GivenFiles
    from rollout_lint.linter.context import ContextLoader, LintContext


@dataclass(frozen=True, slots=True)
class Request:
    """Options of `sweep`. With `given`, the fleet is these files and not the path."""

    path: str
    revision: str | None = None
    format: SweepFormat = SweepFormat.TEXT
    show_all: bool = False
    services: bool = False
    brief: bool = False
    fail_on: RiskThreshold | None = None
    compare: Path | None = None
    fail_on_worse: bool = False
    max_age: int | None = None
    keep_going: bool = False
    jobs: int | None = None
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    list_skipped: bool = False
    given: GivenFiles | None = None


def run(request: Request, loader: ContextLoader) -> ExitCode:
    """Print the table and return the exit code."""

    def load_context(path: str) -> LintContext:
        return loader.context(Path(path))

    before = _read_earlier(request)
    summary = SweepSummary(before, keeps_verdicts=request.format is not SweepFormat.JSON)
    try:
        # Report an invalid config of the fleet once, and not for each recipe.
        load_context(request.path if request.given is None else request.given.files[0])
    except (ConfigError, RuleError) as error:
        exit_with_problems(error.problems)
    root, day = _resolve_root(request)
    fleet = _load_fleet(request, root, loader)
    max_age = fleet.max_age if request.max_age is None else request.max_age
    if request.format in (SweepFormat.JSON, SweepFormat.HTML):
        path = Path(request.path) if request.given is None else Path(request.given.files[0]).parent
        fleet.source = find_fleet_source(path, request.revision)
    since = before.commit if before is not None else None
    sweep = Sweep(fleet, load_context, AgePolicy(day, max_age), since=since)
    layout = Layout(request.format, request.show_all, request.services, request.list_skipped, request.brief)
    policy = ExitPolicy(request.fail_on, request.fail_on_worse, bool(fleet.problems or fleet.unreadable))
    with _rare_garbage_collection():
        return print_sweep(sweep, summary, layout, policy, request.jobs)


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


def _resolve_root(request: Request) -> tuple[Path, date]:
    """Return the path of the fleet and the date for ages: today, or the date of the revision."""
    path = Path(request.path)
    if request.revision is None:
        return path, today()
    from rollout_lint.discovery.revision import open_revision

    try:
        revision = open_revision(path, request.revision)
        root = join_path(revision.export(path).path, "")
        if is_file(root):
            join_path(root.parent, "")
        return root, datetime.fromisoformat(revision.date).astimezone(UTC).date()
    except RevisionError as error:
        exit_with_error(f"{request.path}: --at {request.revision}: {error}")


def _load_fleet(request: Request, root: Path, loader: ContextLoader) -> Fleet:
    if request.given is not None:
        return Fleet([Member(request.given.recipe(), is_listed=True)])
    finder = RecipeFinder(request.overlays, request.exclude, loader)
    exclude, configured_overlays = finder.exclude(request.path), finder.configured_overlays(request.path)
    try:
        fleet = load_fleet(root, request.overlays, exclude, configured_overlays, finder.stacks(request.path))
    except FleetError as error:
        exit_with_problems(error.problems)
    except RevisionError as error:
        exit_with_error(f"{request.path}: --at {request.revision}: {error}")
    if fleet.problems:
        (print_problems if request.keep_going else exit_with_problems)(fleet.problems)
    print_problems(fleet.unreadable)
    return fleet


def _read_earlier(request: Request) -> EarlierSweep | None:
    if request.compare is None:
        return None
    try:
        return read_earlier_sweep(request.compare)
    except FleetError as error:
        exit_with_problems(error.problems)
