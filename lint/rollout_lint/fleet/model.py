"""A fleet: its recipes, what their hosts have, and what is known of their upgrades."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rollout_lint.facts.cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.facts.images import Claims
    from rollout_lint.location import Problem


@dataclass(frozen=True, slots=True)
class UpgradeResult:
    """One run of a CI: its date (ISO 8601), the recipe's revision, and the level of tests that passed.

    `upgrade` is the upgrade's own result: `pass`, `fail` or `rolled-back`; None where the run says nothing of an
    upgrade, as a level alone does. `source` is the file that says so, None for the manifest itself.
    """

    upgrade: str | None
    date: str
    ref: str | None = None
    level: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a recipe beside its files; None where nothing says it.

    `expect` is the result that the next upgrade is expected to have. `results` come oldest first. `doubts` are what a
    CI's settings leave unknown.
    """

    role: str | None = None
    runtime: str | None = None
    note: str | None = None
    upgrade_tests: bool | None = None
    expect: str | None = None
    results: tuple[UpgradeResult, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class Member:
    """A recipe of a fleet, with its evidence; a recipe that could not be found has problems and no variant.

    `cluster` is what the manifest says of its hosts, and of what was measured there. `named` says that a manifest lists
    it; one that was only found in a folder may turn out to be something else. `earlier` is the recipe as it was when a
    CI had a result, None where its repository does not tell; its files are there until the context ends.
    """

    recipe: Recipe
    evidence: Evidence = field(default_factory=Evidence)
    cluster: Cluster = field(default_factory=Cluster)
    named: bool = False
    earlier: Callable[[UpgradeResult], AbstractContextManager[Recipe | None]] = lambda _: nullcontext()


@dataclass(slots=True)
class Fleet:
    """The recipes of a sweep, in the order of the manifest or of their paths.

    `max_age` is after how many days a result no longer counts. `problems` are what is wrong with the manifest, which
    the recipes are shown without.
    """

    members: list[Member]
    images: Claims = field(default_factory=dict)
    max_age: int | None = None
    problems: list[Problem] = field(default_factory=list)
