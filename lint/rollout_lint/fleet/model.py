"""Fleet of recipes, with their hosts and the evidence of their upgrades."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from rollout_lint.facts.cluster import Cluster
from rollout_lint.fleet.source import FleetSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.discovery.revision import Revision
    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.facts.images import Claims
    from rollout_lint.location import Problem


class UpgradeOutcome(StrEnum):
    """Outcome of an upgrade in CI. Members are in order, the best first."""

    PASSED = "pass"
    FAILED = "fail"
    ROLLED_BACK = "rolled-back"


@dataclass(frozen=True, slots=True)
class UpgradeResult:
    """Result of one CI run: its date (ISO 8601), the recipe's revision, and the level of tests that passed.

    A run that has only a level has no `upgrade`. A result in the manifest itself has no `source` file.
    """

    upgrade: UpgradeOutcome | None
    date: str
    ref: str | None = None
    level: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Data about a recipe that is not in its files; None if not set.

    `expect` is the expected outcome of the next upgrade. `results` come oldest first. `warnings` are about data that
    could not be read.
    """

    role: str | None = None
    runtime: str | None = None
    note: str | None = None
    upgrade_tests: bool | None = None
    expect: str | None = None
    results: tuple[UpgradeResult, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Member:
    """Recipe of a fleet, with its evidence and its hosts. A missing recipe has problems and no variant.

    `is_listed` is False for a recipe that was found in a folder and may turn out not to be a stack. `open_recipe_at`
    opens the recipe as it was at a result, or None if that is unknown; its files exist until the context ends.
    `find_revision` returns the revision of a result, or None if that is unknown.
    """

    recipe: Recipe
    evidence: Evidence = field(default_factory=Evidence)
    cluster: Cluster = field(default_factory=Cluster)
    is_listed: bool = False
    open_recipe_at: Callable[[UpgradeResult], AbstractContextManager[Recipe | None]] = lambda _: nullcontext()
    find_revision: Callable[[UpgradeResult], Revision | None] = lambda _: None


@dataclass(slots=True)
class Fleet:
    """Recipes of a sweep, in the order of the manifest or of their paths.

    `max_age` is the number of days after which a result is stale. `problems` are the errors in the manifest; the parts
    with errors are skipped. `skipped` are the stack files that are not checked. `source` is set only for reports that
    print it.
    """

    members: list[Member]
    images: Claims = field(default_factory=dict)
    max_age: int | None = None
    problems: list[Problem] = field(default_factory=list)
    unreadable: list[Problem] = field(default_factory=list)
    """Errors in results files for several recipes, without which the fleet is still swept."""
    skipped: list[SkippedFile] = field(default_factory=list)
    source: FleetSource = field(default_factory=FleetSource)
