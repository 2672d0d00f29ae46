"""`sweep`: the risk of each recipe of a fleet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.api.clock import today
from rollout_lint.api.loaders import create_loader
from rollout_lint.api.selection import RecipeFinder
from rollout_lint.discovery.export import RevisionError
from rollout_lint.discovery.filesystem import is_file
from rollout_lint.discovery.revision_paths import join_path
from rollout_lint.errors import FleetError, OptionError
from rollout_lint.fleet.compare import read_earlier_sweep
from rollout_lint.fleet.manifest.loader import load_fleet
from rollout_lint.fleet.model import Fleet, Member
from rollout_lint.fleet.result_age import AgePolicy
from rollout_lint.fleet.sweep import Sweep

if TYPE_CHECKING:
    from datetime import date

    from rollout_lint.api.given_files import GivenFiles
    from rollout_lint.fleet.compare import EarlierSweep
    from rollout_lint.linter.context import ContextLoader, LintContext


@dataclass(frozen=True, slots=True)
class SweepOptions:
    """Options of `sweep`. With `given`, the fleet is these files and not the path.

    `revision` is the name of a commit at which the fleet is swept. `compare` is an earlier document to compare with.
    With `keeps_going`, the valid parts of a manifest with errors are swept.
    """

    path: str
    revision: str | None = None
    compare: Path | None = None
    max_age: int | None = None
    keeps_going: bool = False
    overlays: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rule_folders: tuple[Path, ...] = ()
    config_file: Path | None = None
    given: GivenFiles | None = None


@dataclass(frozen=True, slots=True)
class SweepRun:
    """Sweep that is ready to run, and the earlier one to compare with.

    The problems of its fleet are the errors of a manifest.
    """

    sweep: Sweep
    earlier: EarlierSweep | None

    @property
    def has_manifest_errors(self) -> bool:
        """True if parts of the manifest, or files that it names, were skipped."""
        return bool(self.sweep.fleet.problems or self.sweep.fleet.unreadable)


def prepare_sweep(options: SweepOptions) -> SweepRun:
    """Find the recipes of a fleet. Raises OptionError, FleetError, ConfigError and RuleError."""
    loader = create_loader(options.rule_folders, options.config_file)

    def load_context(path: str) -> LintContext:
        return loader.context(Path(path))

    earlier = None if options.compare is None else read_earlier_sweep(options.compare)
    # Report an invalid config of the fleet once, and not for each recipe.
    load_context(options.path if options.given is None else options.given.files[0])
    root, day = _resolve_root(options)
    fleet = _load_fleet(options, root, loader)
    max_age = fleet.max_age if options.max_age is None else options.max_age
    since = earlier.commit if earlier is not None else None
    return SweepRun(Sweep(fleet, load_context, AgePolicy(day, max_age), since=since), earlier)


def _resolve_root(options: SweepOptions) -> tuple[Path, date]:
    """Return the path of the fleet and the date for ages: today, or the date of the revision."""
    path = Path(options.path)
    if options.revision is None:
        return path, today()
    from rollout_lint.discovery.revision import open_revision

    try:
        revision = open_revision(path, options.revision)
        root = join_path(revision.export(path).path, "")
        if is_file(root):
            join_path(root.parent, "")
        return root, datetime.fromisoformat(revision.date).astimezone(UTC).date()
    except RevisionError as error:
        raise _revision_error(options, error) from error


def _load_fleet(options: SweepOptions, root: Path, loader: ContextLoader) -> Fleet:
    if options.given is not None:
        return Fleet([Member(options.given.recipe(), is_listed=True)])
    finder = RecipeFinder(options.overlays, options.exclude, loader)
    exclude, configured_overlays = finder.exclude(options.path), finder.configured_overlays(options.path)
    try:
        fleet = load_fleet(root, options.overlays, exclude, configured_overlays, finder.stacks(options.path))
    except RevisionError as error:
        raise _revision_error(options, error) from error
    if fleet.problems and not options.keeps_going:
        raise FleetError(fleet.problems)
    return fleet


def _revision_error(options: SweepOptions, error: RevisionError) -> OptionError:
    return OptionError(f"{options.path}: --at {options.revision}: {error}")
