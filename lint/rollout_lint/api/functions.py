"""Public functions. Their options have the names and defaults of the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from rollout_lint.api.baseline import BaselineRequest
from rollout_lint.api.check import CheckOptions, CheckRun
from rollout_lint.api.given_files import GivenFiles, parse_given_files
from rollout_lint.api.results import CheckResult, ShowResult, to_checked_recipe, to_shown_recipe
from rollout_lint.api.selection import Selection, StdinFile
from rollout_lint.api.show import ShowOptions, evaluate_recipes, exit_code_of
from rollout_lint.api.since import reject_combinations
from rollout_lint.api.thresholds import RiskThreshold, SeverityThreshold
from rollout_lint.discovery.recipes import STDIN
from rollout_lint.errors import OptionError
from rollout_lint.rules.model import Severity
from rollout_lint.syntax.wording import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

    from rollout_lint.api.results import CheckedRecipe
    from rollout_lint.api.sweep_result import SweepResult
    from rollout_lint.linter.context import LintContext
    from rollout_lint.linter.evaluation import Evaluation

    E = TypeVar("E", bound=StrEnum)

StrPath: TypeAlias = "str | os.PathLike[str]"


def check(
    path: StrPath | Iterable[StrPath] | None = None,
    *,
    contents: str | bytes | None = None,
    compose_files: StrPath | Iterable[StrPath] = (),
    env_files: StrPath | Iterable[StrPath] = (),
    variables: Mapping[str, str] | None = None,
    fail_on: SeverityThreshold | str | None = None,
    severity: Severity | str | None = None,
    only_rules: str | Iterable[str] = (),
    overlays: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    rule_folders: StrPath | Iterable[StrPath] = (),
    config: StrPath | None = None,
    use_suppressions: bool = True,
    baseline: StrPath | None = None,
    use_baseline: bool = True,
    since: str | None = None,
    changed: bool = False,
) -> CheckResult:
    """Check the recipes at a path, or at several; without one, those in the current folder.

    `compose_files` are merged in this order, as `docker stack deploy -c A -c B` does, instead of a path. Their
    variables have the values of `env_files`, else of `variables`, else of the environment. An `env_file` of a service
    is never read. `contents` replaces the contents of the file at the path, which need not exist.

    `fail_on` is the least severity that sets the exit code to 1; without it, the config of each recipe decides, else it
    is `medium`. `severity` and `only_rules` (ids, names or prefixes of ids) select the findings of the result, and do
    not change the exit code. `overlays` and `exclude` are patterns. `rule_folders` have your own rules; they are read
    in each call. `config` is used instead of the nearest ones.

    Without `use_suppressions`, no comment, config or baseline suppresses a finding. `baseline` is a file of known
    findings; by default that is `.rollout-lint-baseline.json` of the current folder, if it exists and `use_baseline` is
    set. `since` is a commit: the result has only the recipes that changed since, with the findings in changed files and
    about changes. With `changed`, a path that a check of its whole tree would not check is skipped.

    Raises OptionError, ConfigError, RuleError and FleetError. A file that Docker rejects or that cannot be read is no
    exception, but a problem of its recipe.
    """
    given = _given(path, compose_files, env_files, variables, overlays, exclude)
    paths = _paths(path)
    reject_combinations(since, {"--changed": changed, "contents": contents is not None})
    options = CheckOptions(
        Selection(paths, _texts(overlays), _texts(exclude), given, changed, _replaced_file(paths, contents)),
        _member(SeverityThreshold, "fail_on", fail_on),
        _member(Severity, "severity", severity),
        _texts(only_rules),
        tuple(map(Path, _texts(rule_folders))),
        None if config is None else Path(config),
        use_suppressions,
        BaselineRequest(
            None if baseline is None else Path(baseline), is_disabled=not use_baseline, uses_default=use_suppressions
        ),
        since,
    )
    run = CheckRun.create(options)

    def convert(evaluation: Evaluation, context: LintContext) -> CheckedRecipe:
        evaluation.filter = run.finding_filter(context)
        return to_checked_recipe(evaluation, run.exit_code_of(evaluation, context))

    recipes = tuple(outcome.detail for _, outcome in run.outcomes(convert, jobs=1))
    return CheckResult(recipes, run.skipped, run.exit_code, run.obsolete_entries)


def sweep(
    path: StrPath | None = None,
    *,
    compose_files: StrPath | Iterable[StrPath] = (),
    env_files: StrPath | Iterable[StrPath] = (),
    variables: Mapping[str, str] | None = None,
    fail_on: RiskThreshold | str | None = None,
    compare: StrPath | None = None,
    fail_on_worse: bool = False,
    at: str | None = None,
    max_age: int | None = None,
    keep_going: bool = False,
    jobs: int | None = None,
    overlays: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    rule_folders: StrPath | Iterable[StrPath] = (),
    config: StrPath | None = None,
) -> SweepResult:
    """Return the risk of each recipe of a fleet: of a folder, or of a manifest such as `fleet.yml`.

    `fail_on` is a risk level, or a severity: a recipe at it or worse sets the exit code to 1. `compare` is an earlier
    output of `sweep --format json`; with `fail_on_worse`, a recipe that is worse than in it sets the exit code to 1.
    `at` is a commit whose files are swept. `max_age` is the number of days after which a CI result is stale. With
    `keep_going`, a manifest with errors is no exception: what it still lists is swept, and the exit code is 2.

    `jobs` is the number of processes. By default it depends on the processors and the size of the fleet; it is 1 if
    this process has other threads, because a process with threads must not be forked. The other options are those of
    `check`.

    Raises OptionError, ConfigError, RuleError and FleetError.
    """
    from rollout_lint.api.sweep import SweepOptions
    from rollout_lint.api.sweep_result import run_sweep

    if fail_on_worse and compare is None:
        raise OptionError("--fail-on-worse requires --compare OLD.json")
    if jobs is not None and jobs < 1:
        raise OptionError(f"invalid --jobs {jobs}: must be at least 1")
    given = _given(path, compose_files, env_files, variables, overlays, exclude, {"--at": at})
    options = SweepOptions(
        path=_text(path or "."),
        revision=at,
        compare=None if compare is None else Path(compare),
        max_age=max_age,
        keeps_going=keep_going,
        overlays=_texts(overlays),
        exclude=_texts(exclude),
        rule_folders=tuple(map(Path, _texts(rule_folders))),
        config_file=None if config is None else Path(config),
        given=given,
    )
    return run_sweep(options, _member(RiskThreshold, "fail_on", fail_on), fail_on_worse, jobs)


def show(
    path: StrPath | None = None,
    *,
    compose_files: StrPath | Iterable[StrPath] = (),
    env_files: StrPath | Iterable[StrPath] = (),
    variables: Mapping[str, str] | None = None,
    overlays: str | Iterable[str] = (),
    config: StrPath | None = None,
) -> ShowResult:
    """Return what `docker stack deploy` makes of a recipe: each value, its location, and the values that it overrides.

    Words that may be a secret are masked, as in the output of the command. The options are those of `check`.

    Raises OptionError, ConfigError and RuleError.
    """
    given = _given(path, compose_files, env_files, variables, overlays, ())
    paths = _paths(path)
    options = ShowOptions(paths[0], given, _texts(overlays), None if config is None else Path(config))
    evaluations = evaluate_recipes(options)
    return ShowResult(tuple(map(to_shown_recipe, evaluations)), exit_code_of(evaluations))


def _given(
    path: StrPath | Iterable[StrPath] | None,
    compose_files: StrPath | Iterable[StrPath],
    env_files: StrPath | Iterable[StrPath],
    variables: Mapping[str, str] | None,
    overlays: str | Iterable[str],
    exclude: str | Iterable[str],
    others: Mapping[str, object] | None = None,
) -> GivenFiles | None:
    files = _texts(compose_files)
    if STDIN in files:
        raise OptionError("standard input is not read here")
    selected = {"a path": path, "--overlay": _texts(overlays), "--exclude": _texts(exclude), **(others or {})}
    return parse_given_files(files, _texts(env_files), selected, variables)


def _paths(path: StrPath | Iterable[StrPath] | None) -> tuple[str, ...]:
    paths = (".",) if path is None else _texts(path)
    if STDIN in paths:
        raise OptionError("standard input is not read here: pass the name of the file, and its contents")
    return paths


def _replaced_file(paths: tuple[str, ...], contents: str | bytes | None) -> StdinFile | None:
    if contents is None:
        return None
    if len(paths) != 1:
        raise OptionError("contents require one path")
    return StdinFile(paths[0], contents.encode() if isinstance(contents, str) else contents)


def _texts(values: StrPath | Iterable[StrPath]) -> tuple[str, ...]:
    """Return one value, or several, as texts."""
    if isinstance(values, str | os.PathLike):
        return (_text(values),)
    return tuple(map(_text, values))


def _text(value: StrPath) -> str:
    return os.fspath(value)


def _member(kind: type[E], name: str, value: str | None) -> E | None:
    """Return a member of an enum by its value. Raises OptionError for another value."""
    try:
        return None if value is None else kind(value)
    except ValueError:
        raise OptionError(f"invalid {name} {quote(value)}: must be one of {', '.join(kind)}") from None
