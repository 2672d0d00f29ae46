"""Reports of `check` made of evaluations, as the command makes them recipe by recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.errors import ExitCode
from rollout_lint.report.check.concise import ConciseReport
from rollout_lint.report.check.github import GithubReport
from rollout_lint.report.check.gitlab import GitlabReport
from rollout_lint.report.check.json_document import JsonReport
from rollout_lint.report.check.junit import JunitReport
from rollout_lint.report.check.markdown import MarkdownReport
from rollout_lint.report.check.rdjson import RdjsonReport
from rollout_lint.report.check.sarif import SarifReport
from rollout_lint.report.check.text import TextReport
from rollout_lint.report.check.totals import CheckSummary, Totals, count_recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.report.check.report import CheckReport
    from rollout_lint.report.common.style import Style
    from rollout_lint.rules.model import Severity


class CheckResult(NamedTuple):
    """Evaluations of recipes, and the stack files that were not checked."""

    evaluations: list[Evaluation]
    skipped: Sequence[SkippedFile] = ()
    since: str | None = None


def format_report(
    report: CheckReport[Any],
    result: CheckResult,
    exit_code: ExitCode = ExitCode.OK,
    failing: Callable[[Evaluation], Collection[Severity]] = lambda _: (),
) -> str:
    totals = Totals()
    for each in result.evaluations:
        totals.add(count_recipe(each))
        report.add(report.format_recipe(each, failing(each)), [finding.rule for finding in each.findings])
    return "".join(report.stream(CheckSummary(totals, result.skipped, exit_code, result.since)))


def format_check_text(
    result: CheckResult, exit_code: ExitCode, style: Style, width: int, list_skipped: bool = False
) -> str:
    return format_report(TextReport(style, width, list_skipped=list_skipped), result, exit_code)


def format_check_concise(result: CheckResult, exit_code: ExitCode, list_all: bool = False) -> str:
    return format_report(ConciseReport(list_all=list_all), result, exit_code)


def format_check_json(result: CheckResult) -> str:
    return format_report(JsonReport(), result)


def format_check_sarif(result: CheckResult, root: Path) -> str:
    return format_report(SarifReport(root), result)


def format_check_github(result: CheckResult, root: Path) -> str:
    return format_report(GithubReport(root), result)


def format_check_gitlab(result: CheckResult, root: Path) -> str:
    return format_report(GitlabReport(root), result)


def format_check_rdjson(result: CheckResult, root: Path) -> str:
    return format_report(RdjsonReport(root), result)


def format_check_markdown(result: CheckResult) -> str:
    return format_report(MarkdownReport(), result)


def format_check_junit(result: CheckResult, failing: Callable[[Evaluation], Collection[Severity]]) -> str:
    return format_report(JunitReport(), result, failing=failing)
