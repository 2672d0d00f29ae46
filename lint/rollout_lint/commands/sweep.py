"""`sweep`: the risk table of a fleet, and what changed in it."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.commands.lookup import Walk
from rollout_lint.commands.today import today
from rollout_lint.compare import Comparison, Earlier, State, compare, read_earlier, state_of
from rollout_lint.config import ConfigError
from rollout_lint.evidence import Calendar
from rollout_lint.export import RevisionError, join
from rollout_lint.files import is_file
from rollout_lint.fleet.manifest import load_fleet
from rollout_lint.fleet.model import Fleet, FleetError
from rollout_lint.progress import with_progress
from rollout_lint.rule_files import RuleError
from rollout_lint.sweep import Sweep
from rollout_lint.terminal import FOUND, NOT_EVALUATED, refuse, usage_error, warn, width, write
from rollout_lint.verdict import LEVELS
from rollout_lint.words import Level, SweepFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from rollout_lint.evaluate import Known
    from rollout_lint.sweep import Swept
    from rollout_lint.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    path: str
    at: str | None = None
    format: SweepFormat = SweepFormat.TEXT
    unfold: bool = False
    services: bool = False
    fail_on: Level | None = None
    compare: Path | None = None
    fail_on_worse: bool = False
    max_age: int | None = None
    keep_going: bool = False
    jobs: int | None = None
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(slots=True)
class _Outcome:
    """What the exit code, the comparison and the tables need of the rows.

    `keeps` is whether the verdicts are needed once they have been written; a document that is written row by row does
    without them, however large the fleet is.
    """

    earlier: Earlier | None
    keeps: bool = True
    verdicts: list[Verdict] = field(default_factory=list)
    levels: set[str] = field(default_factory=set)
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


def run(request: Request, knowledge: Callable[[str], Known]) -> int:
    """Print what is asked for; the exit code."""
    outcome = _Outcome(_earlier(request), keeps=request.format is not SweepFormat.JSON)
    _hold_config(request, knowledge)
    root, day = _root(request)
    fleet = _fleet(request, root)
    max_age = fleet.max_age if request.max_age is None else request.max_age
    sweep = Sweep(fleet, knowledge, Calendar(day, max_age))
    with _little_collected():
        _print(request, sweep, outcome)
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
    from rollout_lint.revision import open_revision

    try:
        revision = open_revision(path, request.at)
        root = join(revision.export(path).path, "")
        if is_file(root):
            join(root.parent, "")
        return root, datetime.fromisoformat(revision.date).astimezone(UTC).date()
    except RevisionError as error:
        usage_error(f"--at {request.at}: {error}")


def _hold_config(request: Request, knowledge: Callable[[str], Known]) -> None:
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


def _rows(request: Request, sweep: Sweep, outcome: _Outcome) -> Iterator[Swept]:
    return with_progress(outcome.watch(sweep.rows(request.jobs)), len(sweep.fleet.members))


def _print(request: Request, sweep: Sweep, outcome: _Outcome) -> None:
    if request.format is SweepFormat.JSON:
        _print_json(request, sweep, outcome)
    elif request.format is SweepFormat.HTML:
        _print_page(request, sweep, outcome)
    else:
        for _ in _rows(request, sweep, outcome):
            pass
        write(_report(request, outcome))
    if request.format in (SweepFormat.MARKDOWN, SweepFormat.HTML):
        warn(problem for verdict in outcome.verdicts for problem in verdict.problems)


def _print_json(request: Request, sweep: Sweep, outcome: _Outcome) -> None:
    from rollout_lint.report.sweep_json import as_line, sweep_document

    sweep.detail = as_line
    lines = ((row.verdict, row.detail) for row in _rows(request, sweep, outcome))
    for piece in sweep_document(lines, sweep.calendar, sweep.rules.values, outcome.comparison):
        write(piece)


def _print_page(request: Request, sweep: Sweep, outcome: _Outcome) -> None:
    from rollout_lint.report.sweep_html import sweep_html
    from rollout_lint.report.sweep_json import as_line, kept_document
    from rollout_lint.report.sweep_view import page_table

    sweep.detail = as_line
    lines = [row.detail for row in _rows(request, sweep, outcome)]
    rules, comparison = sweep.rules.values(), outcome.comparison()
    document = kept_document(lines, outcome.verdicts, sweep.calendar, rules, comparison)
    for piece in sweep_html(document, page_table(outcome.verdicts)):
        write(piece)


def _report(request: Request, outcome: _Outcome) -> str:
    verdicts = outcome.verdicts
    if request.format is SweepFormat.CSV:
        from rollout_lint.report.sweep_csv import services_csv, sweep_csv

        return services_csv(verdicts) if request.services else sweep_csv(verdicts)
    from rollout_lint.report.sweep_rows import recipe_table, service_table

    table = (service_table if request.services else recipe_table)(verdicts, request.unfold)
    if request.format is SweepFormat.MARKDOWN:
        from rollout_lint.report.sweep_markdown import sweep_markdown

        return sweep_markdown(table, outcome.comparison())
    from rollout_lint.report.style import style_for_stdout
    from rollout_lint.report.sweep_text import sweep_text

    return sweep_text(table, verdicts, outcome.comparison(), style_for_stdout(), width())


def _exit_code(request: Request, fleet: Fleet, outcome: _Outcome) -> int:
    if fleet.problems or "not-evaluated" in outcome.levels:
        return NOT_EVALUATED
    failing = LEVELS[: LEVELS.index(request.fail_on.value) + 1] if request.fail_on is not None else ()
    if not outcome.levels.isdisjoint(failing):
        return FOUND
    comparison = outcome.comparison()
    return FOUND if request.fail_on_worse and comparison is not None and comparison.worse else 0
