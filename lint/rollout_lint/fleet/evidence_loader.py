"""Evidence of a recipe, from its manifest entry, its CI settings, results files and measurements."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.filesystem import is_outside, resolve_links
from rollout_lint.discovery.revision_paths import join_path
from rollout_lint.discovery.tree import is_named_outside
from rollout_lint.errors import FleetError
from rollout_lint.facts.cluster import Cluster
from rollout_lint.fleet.docker_stats import HostUsage, read_stats
from rollout_lint.fleet.manifest.schema import FileReference
from rollout_lint.fleet.model import Evidence, Member, UpgradeOutcome, UpgradeResult
from rollout_lint.fleet.recipe_meta import Setting, read_meta
from rollout_lint.fleet.result_files import OUTSIDE_REPOSITORY, ResultFiles, read_limited, read_reference
from rollout_lint.fleet.results.dates import normalize_date, to_timestamp
from rollout_lint.location import Problem
from rollout_lint.stack.units import parse_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.fleet.manifest.entry import ManifestEntry

META = "recipe_meta.py"


@dataclass(slots=True)
class EvidenceLoader:
    """Loader of the evidence for one manifest in `folder`; each file is read once.

    `cluster` and `stats` are the hosts and measurements for all recipes, `results` the results files for several
    recipes. `meta` is the path of a recipe's CI settings, with `*` for its name. `problems` are errors in the files.
    A `found_manifest` was not named by the user, so in a repository it can only name files of the repository.
    """

    folder: Path
    cluster: Cluster = field(default_factory=Cluster)
    stats: list[FileReference] = field(default_factory=list)
    results: list[FileReference] = field(default_factory=list)
    meta: str | None = None
    found_manifest: Path | None = None
    problems: list[Problem] = field(default_factory=list)
    result_files: ResultFiles = field(init=False)
    _usage: dict[Path, HostUsage] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Share the list of problems with the result files."""
        self.result_files = ResultFiles(self.folder, self.problems, self.results, self.is_forbidden)

    def is_forbidden(self, path: Path) -> bool:
        """Return True if the manifest names a file that it must not read."""
        return self.found_manifest is not None and is_named_outside(path, self.found_manifest)

    def find_path_error(self, path: Path, name: str) -> str | None:
        """Return the error if the manifest must not name a file, or None."""
        return f"{name} is {OUTSIDE_REPOSITORY}" if self.is_forbidden(path) else None

    def load_member(self, recipe: Recipe, folder: Path | None, entry: ManifestEntry | None = None) -> Member:
        """Return the recipe with its evidence; the entry takes precedence over the CI settings.

        `folder` is the folder of the CI settings, None for a further stack, whose folder's settings are not its own.
        """
        settings, warnings = self._settings(recipe, folder)
        values = {key: setting.value for key, setting in settings.items()} | (entry.values if entry else {})
        evidence = Evidence(
            role=values.get("role"),
            runtime=values.get("runtime"),
            note=values.get("note"),
            upgrade_tests=values.get("upgrade_tests"),
            expect=values.get("expect"),
            results=self._results(recipe, folder, settings.get("results"), entry),
            warnings=tuple(warnings),
        )
        return Member(recipe, evidence, self._cluster(recipe.name, values, entry), is_listed=entry is not None)

    def find_overlay(self, recipe: Recipe, folder: Path) -> FileReference | None:
        """Return the overlay that the CI settings of a recipe name."""
        setting = self._settings(recipe, folder)[0].get("overlay")
        return None if setting is None else self._reference(recipe, setting)

    def is_outside_fleet(self, path: Path, folder: Path) -> bool:
        """Return True if a path is neither in the recipe's folder nor in the fleet's."""
        return is_outside(path, resolve_links(folder)) and is_outside(path, resolve_links(self.folder))

    def resolve_reference(self, recipe: Recipe, folder: Path, reference: FileReference) -> Path | None:
        """Return the path of a file that the CI settings name; report a path outside the fleet and return None."""
        path = join_path(folder, reference.name)
        if not self.is_outside_fleet(path, folder):
            return path
        message = f"{reference.name} is outside the given folder and is not read"
        recipe.problems.append(reference.make_problem(message))
        return None

    def _reference(self, recipe: Recipe, setting: Setting) -> FileReference:
        file = self.meta.replace("*", recipe.name) if self.meta else META
        return FileReference(setting.value, file, setting.line, setting.column)

    def _settings(self, recipe: Recipe, folder: Path | None) -> tuple[dict[str, Setting], list[str]]:
        """Return the CI settings of a recipe, and warnings about single settings that are unknown.

        A file that cannot be read is a problem of the recipe.
        """
        if self.meta:
            path = join_path(self.folder, self.meta.replace("*", recipe.name))
        elif folder is not None:
            path = join_path(folder, META)
        else:
            return {}, []
        if not os.path.lexists(path):
            return {}, []
        try:
            if folder is not None and not self.meta and self.is_outside_fleet(path, folder):
                raise FleetError([Problem(META, 1, 1, "outside the given folder, not read")])
            if self.meta and self.is_forbidden(path):
                raise FleetError([Problem(self.meta, 1, 1, OUTSIDE_REPOSITORY)])
            settings, problems = read_meta(read_limited(path), path.name)
        except OSError as error:
            return self._reject_settings(recipe, [Problem(path.name, 1, 1, f"cannot be read: {error.strerror}")])
        except FleetError as error:
            return self._reject_settings(recipe, error.problems)
        return settings, [problem.text for problem in problems]

    @staticmethod
    def _reject_settings(recipe: Recipe, problems: list[Problem]) -> tuple[dict[str, Setting], list[str]]:
        """Add the problems to the recipe, once for all that reads its settings."""
        recipe.problems += [problem for problem in problems if problem not in recipe.problems]
        return {}, []

    def _results(
        self, recipe: Recipe, folder: Path | None, setting: Setting | None, entry: ManifestEntry | None
    ) -> tuple[UpgradeResult, ...]:
        results = list(self.result_files.shared_results(recipe.name, recipe.problems))
        if setting is not None and folder is not None:
            results += self._results_of_settings(recipe, folder, self._reference(recipe, setting))
        if entry is not None:
            results += self._inline_results(entry)
            for reference in entry.collect_file_references("results"):
                path = join_path(self.folder, reference.name)
                results += self.result_files.recipe_results(recipe.name, path, reference, recipe.problems)
        # The last of equal results stays, so that an order within one day is that of the latest source.
        unique = list(dict.fromkeys(reversed(results)))[::-1]
        return tuple(sorted(unique, key=lambda result: to_timestamp(result.date)))

    def _results_of_settings(self, recipe: Recipe, folder: Path, reference: FileReference) -> list[UpgradeResult]:
        """Return the results in the file of the CI settings; its errors are problems of this recipe only."""
        path = self.resolve_reference(recipe, folder, reference)
        if path is None:
            return []
        count = len(self.problems)
        results = self.result_files.recipe_results(recipe.name, path, reference, recipe.problems)
        recipe.problems += self.problems[count:]
        del self.problems[count:]
        return results

    def _inline_results(self, entry: ManifestEntry) -> Iterator[UpgradeResult]:
        results = entry.values.get("results", ())
        for each in results if isinstance(results, list) else ():
            if not isinstance(each, dict):
                continue
            if "date" in each and normalize_date(each["date"]) is None:
                self.problems.append(entry.make_problem("results", f'invalid date "{each["date"]}"'))
            elif "file" in each and len(each.keys() - {"date"}) > 1:
                self.problems.append(entry.make_problem("results", "a result with `file` can only have a `date` too"))
            elif "file" not in each:
                upgrade = UpgradeOutcome(each["upgrade"]) if each.get("upgrade") else None
                yield UpgradeResult(upgrade, each["date"], each.get("ref"), each.get("level"))

    def _host_usage(self, reference: FileReference) -> HostUsage:
        path = join_path(self.folder, reference.name)
        if path not in self._usage and self.is_forbidden(path):
            self.problems.append(reference.make_problem(f"{reference.name} is {OUTSIDE_REPOSITORY}"))
            self._usage[path] = HostUsage(())
        if path not in self._usage:
            self._usage[path] = HostUsage(tuple(read_reference(path, reference, read_stats, self.problems)))
        return self._usage[path]

    def _cluster(self, recipe: str, values: dict[str, Any], entry: ManifestEntry | None) -> Cluster:
        """Return the hosts of a recipe: from its entry, else from the manifest, else from measurements."""
        cluster = Cluster.from_values(values.get("hosts", {})).with_fallback(self.cluster)
        for reference in (entry.collect_file_references("hosts", "stats") if entry else []) or self.stats:
            cluster = cluster.with_fallback(
                _cluster_from_usage(values.get("stack", recipe), self._host_usage(reference))
            )
        memory = values.get("memory")
        if isinstance(memory, dict):
            by_service = {name: parse_size(text) or 0 for name, text in memory.items()}
            return cluster._replace(service_memory={**cluster.service_memory, **by_service})
        return cluster._replace(task_memory=parse_size(memory), service_memory={}) if memory else cluster


def _cluster_from_usage(stack: str, usage: HostUsage) -> Cluster:
    """Return the memory of a stack's services and of all others; `used` is for services that were not measured."""
    prefix = f"{stack}_"
    services = {task.service for task in usage.tasks if task.service.startswith(prefix)}
    return Cluster(
        memory=usage.host_memory,
        used=usage.total if usage.tasks else None,
        service_memory={name.removeprefix(prefix): usage.find_largest_task(name) or 0 for name in services},
        others={name.removeprefix(prefix): usage.sum_used_beside(name) for name in services},
    )
