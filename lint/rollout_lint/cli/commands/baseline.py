"""What `check` does with a baseline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rollout_lint.cli.console import refuse, say, usage_error, warn
from rollout_lint.discovery.filesystem import exists
from rollout_lint.errors import ExitCode, FleetError
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.linter.suppression.apply import BASELINE
from rollout_lint.report.common.style import printable

if TYPE_CHECKING:
    from rollout_lint.linter.baseline import Baseline
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.model import Rule


class BaselineRequest(NamedTuple):
    """What the command line asks for: the file, where it names one, whether to write it, or to do without.

    `is_sought` is whether one that is not named, but is there, counts.
    """

    file: Path | None = None
    write: bool = False
    without: bool = False
    is_sought: bool = True


def read_known(request: BaselineRequest) -> Baseline | None:
    """The baseline that counts: the one that is named, else that of this folder; a bad one ends the run."""
    if request.without and (request.write or request.file is not None):
        usage_error("--no-baseline goes with neither --baseline nor --write-baseline")
    path = request.file or Path(BASELINE)
    if not exists(path) and (request.write or request.file is None):
        return _new(path) if request.write else None
    if request.without or not (request.write or request.file or request.is_sought):
        return None
    from rollout_lint.linter.baseline import read_baseline

    try:
        return read_baseline(path)
    except FleetError as error:
        refuse(error.problems)


def _new(path: Path) -> Baseline:
    from rollout_lint.linter.baseline import Baseline

    return Baseline(path)


def silence_known(baseline: Baseline, evaluations: list[Evaluation], rules: dict[str, tuple[Rule, ...]]) -> None:
    """Silence what is known, and tell what has been paid off."""
    from rollout_lint.linter.baseline import apply_baseline

    gone = apply_baseline(baseline, evaluations, rules)
    if gone:
        told = "1 of the baseline's findings is" if gone == 1 else f"{gone} of the baseline's findings are"
        say(f"rollout-lint: {told} gone; write it again: --write-baseline")


def write_known(earlier: Baseline, evaluations: list[Evaluation]) -> ExitCode:
    """Write the findings of now, and say how many; the exit code, 2 where something could not be evaluated."""
    from rollout_lint.linter.baseline import update_baseline, write_baseline

    baseline = update_baseline(evaluations, earlier)
    try:
        write_baseline(baseline)
    except FleetError as error:
        refuse(error.problems)
    unread = [
        each for each in evaluations if each.status in (EvaluationStatus.NOT_EVALUATED, EvaluationStatus.TEMPLATE)
    ]
    warn(problem for each in unread for problem in each.problems)
    count = len(baseline.entries)
    say(f"rollout-lint: {count} finding{'s' * (count != 1)} in {printable(str(baseline.path))}")
    return ExitCode.ERROR if unread else ExitCode.OK
