"""What is known of a recipe beside its files: from its entry, its CI settings, results files and measurements."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.export import join_path
from rollout_lint.discovery.filesystem import is_file, is_outside, resolve_links
from rollout_lint.facts.cluster import Cluster
from rollout_lint.fleet.docker_stats import Measured, read_stats
from rollout_lint.fleet.manifest.schema import Mention
from rollout_lint.fleet.model import Evidence, Member, UpgradeResult
from rollout_lint.fleet.recipe_meta import Setting, read_meta
from rollout_lint.fleet.result_files import ResultFiles, read, read_mentioned
from rollout_lint.fleet.results.dates import iso_date, moment
from rollout_lint.stack.units import parse_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.fleet.manifest.entry import Entry
    from rollout_lint.location import Problem

META = "recipe_meta.py"


@dataclass(slots=True)
class Gatherer:
    """For one manifest in `folder`; each file that it names is read once.

    `cluster` is what it says of all hosts, `stats` what was measured on one of them. `results` are files that tell of
    several recipes, `meta` is where a recipe's CI settings are, with `*` for its name. `problems` are what is wrong
    with the files that are named.
    """

    folder: Path
    cluster: Cluster = field(default_factory=Cluster)
    stats: list[Mention] = field(default_factory=list)
    results: list[Mention] = field(default_factory=list)
    meta: str | None = None
    problems: list[Problem] = field(default_factory=list)
    result_files: ResultFiles = field(init=False)
    _measured: dict[Path, Measured] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Collect the errors of the result files with all others."""
        self.result_files = ResultFiles(self.folder, self.problems, self.results)

    def member(self, recipe: Recipe, folder: Path | None, entry: Entry | None = None) -> Member:
        """The recipe with its evidence; an entry's own words count more than those of the CI's settings.

        `folder` is where it may have settings of its own, None for a stack beside another, whose those are.
        """
        settings, doubts = self._settings(recipe, folder)
        values = {key: setting.value for key, setting in settings.items()} | (entry.values if entry else {})
        evidence = Evidence(
            role=values.get("role"),
            runtime=values.get("runtime"),
            note=values.get("note"),
            upgrade_tests=values.get("upgrade_tests"),
            expect=values.get("expect"),
            results=self._results(recipe, folder, settings.get("results"), entry),
            doubts=tuple(doubts),
        )
        return Member(recipe, evidence, self._cluster(recipe.name, values, entry), named=entry is not None)

    def overlay(self, recipe: Recipe, folder: Path) -> Mention | None:
        """The overlay that the CI's settings of a recipe name."""
        setting = self._settings(recipe, folder)[0].get("overlay")
        return None if setting is None else self._mention(recipe, setting)

    def leads_out(self, path: Path, folder: Path) -> bool:
        """Whether it lies neither in the recipe's folder nor in the fleet's."""
        return is_outside(path, resolve_links(folder)) and is_outside(path, resolve_links(self.folder))

    def _mention(self, recipe: Recipe, setting: Setting) -> Mention:
        file = self.meta.replace("*", recipe.name) if self.meta else META
        return Mention(setting.value, file, setting.line, setting.column)

    def _settings(self, recipe: Recipe, folder: Path | None) -> tuple[dict[str, Setting], list[str]]:
        """What the CI's settings say of a recipe, and what in them cannot be known."""
        if self.meta:
            path = join_path(self.folder, self.meta.replace("*", recipe.name))
        elif folder is not None:
            path = join_path(folder, META)
        else:
            return {}, []
        if not is_file(path):
            return {}, []
        if folder is not None and not self.meta and self.leads_out(path, folder):
            return {}, [f"{META} lies outside the given folder, and is not read"]
        try:
            settings, problems = read_meta(read(path), path.name)
        except OSError as error:
            return {}, [f"{path.name} cannot be read: {error.strerror}"]
        return settings, [problem.told for problem in problems]

    def _results(
        self, recipe: Recipe, folder: Path | None, setting: Setting | None, entry: Entry | None
    ) -> tuple[UpgradeResult, ...]:
        found = list(self.result_files.of_fleet(recipe.name))
        if setting is not None and folder is not None:
            found += self._by_settings(recipe, folder, self._mention(recipe, setting))
        if entry is not None:
            found += self._inline(entry)
            for mention in entry.mentions("results"):
                found += self.result_files.of_recipe(recipe.name, join_path(self.folder, mention.name), mention)
        once = list(dict.fromkeys(reversed(found)))[::-1]
        return tuple(sorted(once, key=lambda result: moment(result.date)))

    def _by_settings(self, recipe: Recipe, folder: Path, mention: Mention) -> list[UpgradeResult]:
        """Those of the file that the recipe's own settings name; what is wrong there stops no other recipe."""
        path = join_path(folder, mention.name)
        if self.leads_out(path, folder):
            recipe.problems.append(mention.problem(f"{mention.name} lies outside the given folder, and is not read"))
            return []
        of_others = len(self.problems)
        found = self.result_files.of_recipe(recipe.name, path, mention)
        recipe.problems += self.problems[of_others:]
        del self.problems[of_others:]
        return found

    def _inline(self, entry: Entry) -> Iterator[UpgradeResult]:
        """The results that stand in an entry itself."""
        results = entry.values.get("results", ())
        for each in results if isinstance(results, list) else ():
            if isinstance(each, dict) and iso_date(each["date"]) is None:
                self.problems.append(entry.problem("results", f"{each['date']} is no date"))
            elif isinstance(each, dict):
                yield UpgradeResult(each.get("upgrade"), each["date"], each.get("ref"), each.get("level"))

    def _measure(self, mention: Mention) -> Measured:
        path = join_path(self.folder, mention.name)
        if path not in self._measured:
            self._measured[path] = Measured(tuple(read_mentioned(path, mention, read_stats, self.problems)))
        return self._measured[path]

    def _cluster(self, recipe: str, values: dict[str, Any], entry: Entry | None) -> Cluster:
        """What the entry says of hosts and memory, else what the manifest says of all, else what was measured."""
        cluster = cluster_of(values.get("hosts", {})).with_fallback(self.cluster)
        for mention in (entry.mentions("hosts", "stats") if entry else []) or self.stats:
            cluster = cluster.with_fallback(_measured_for(values.get("stack", recipe), self._measure(mention)))
        memory = values.get("memory")
        if isinstance(memory, dict):
            by_service = {name: parse_size(text) or 0 for name, text in memory.items()}
            return replace(cluster, service_memory={**cluster.service_memory, **by_service})
        return replace(cluster, task_memory=parse_size(memory), service_memory={}) if memory else cluster


def cluster_of(hosts: dict[str, Any]) -> Cluster:
    """What a manifest says of hosts."""
    return Cluster(
        hosts.get("nodes"),
        parse_size(hosts["memory"]) if "memory" in hosts else None,
        used=parse_size(hosts["used"]) if "used" in hosts else None,
    )


def _measured_for(stack: str, measured: Measured) -> Cluster:
    """What was seen of a stack's services, and beside each of them; beside one that was not there, everything."""
    prefix = f"{stack}_"
    services = {task.service for task in measured.tasks if task.service.startswith(prefix)}
    return Cluster(
        memory=measured.host,
        used=measured.all_together if measured.tasks else None,
        service_memory={name.removeprefix(prefix): measured.of_service(name) or 0 for name in services},
        others={name.removeprefix(prefix): measured.others(name) for name in services},
    )
