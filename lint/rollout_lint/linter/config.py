"""Values of a config: rules and severities, data of hosts and images, and the files to look for.

Every value keeps its location, so that reports can name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.exclude import Exclude
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rollout_lint.discovery.deployments import DeclaredStack
    from rollout_lint.linter.suppression.directives import IgnoreEntry
    from rollout_lint.location import Location


class SourcedValue(Record):
    """A value and its location. `location` is the name of an option for a value of the command line."""

    value: Any
    location: Location | str


class Section(Record):
    """Values of a config for all recipes, or of one of its overrides for some.

    `hosts` has memory in bytes, `nodes` the entries of the list as written, `deploys` how stacks are deployed, `images`
    claims by repository. `engine` and `client` are versions of Docker as written. `severity` and the lists have ids or
    names of rules as written. `variables` are those of `env_files` and `variables`. `paths` are the patterns of an
    override.
    """

    hosts: Mapping[str, SourcedValue] = {}
    nodes: tuple[SourcedValue, ...] = ()
    deploys: Mapping[str, SourcedValue] = {}
    engine: SourcedValue | None = None
    client: SourcedValue | None = None
    images: Mapping[str, dict[str, SourcedValue]] = {}
    select: tuple[SourcedValue, ...] | None = None
    disable: tuple[SourcedValue, ...] = ()
    severity: Mapping[str, SourcedValue] = {}
    fail_on: SourcedValue | None = None
    print_severity: SourcedValue | None = None
    print_rules: tuple[SourcedValue, ...] | None = None
    variables: Mapping[str, SourcedValue] = {}
    paths: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Return True for the same object, so that caches need not compare values."""
        return self is other

    def __hash__(self) -> int:
        """Return a hash of the object."""
        return id(self)


class Config(Record):
    """Content of a config file; empty without a `folder`.

    `rules` are folders of additional rules, `ignores` suppressions. `overlays` and `exclude` are values as a whole.
    These four include the values of the `parent`, the config that `extends` names. Patterns are relative to `folder`,
    which is that of the extending config for a parent. `locked` are the ids, names or prefixes of locked rules.
    """

    folder: Path | None = None
    file: str | None = None
    base: Section = Section()
    overrides: tuple[Section, ...] = ()
    rules: tuple[SourcedValue, ...] = ()
    overlays: SourcedValue | None = None
    exclude: SourcedValue | None = None
    stacks: tuple[DeclaredStack, ...] = ()
    ignores: tuple[IgnoreEntry, ...] = ()
    locked: tuple[SourcedValue, ...] = ()
    extends: SourcedValue | None = None
    parent: Config | None = None

    def __eq__(self, other: object) -> bool:
        """Return True for the same object, so that caches need not compare values."""
        return self is other

    def __hash__(self) -> int:
        """Return a hash of the object."""
        return id(self)

    @property
    def lineage(self) -> tuple[Config, ...]:
        """This config, then the ones that it extends."""
        return (self, *(self.parent.lineage if self.parent is not None else ()))

    def sections(self, folder: Path) -> tuple[Section, ...]:
        """Return the sections for a recipe at or below the folder of the config; a later one overrides earlier ones."""
        inherited = self.parent.sections(folder) if self.parent is not None else ()
        if not self.overrides or self.folder is None or folder == self.folder:
            return (*inherited, self.base)
        path = folder.relative_to(self.folder).as_posix()
        return (*inherited, self.base, *(each for each in self.overrides if Exclude(each.paths).matches(path)))
