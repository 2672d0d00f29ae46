"""`check --format junit`: JUnit XML with a suite per recipe, for tools that show test results."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.printable import printable
from rollout_lint.report.check.report import SectionReport
from rollout_lint.report.common.fixes import describe_finding
from rollout_lint.report.common.groups import NOT_A_STACK_MESSAGE, group_findings, list_problems
from rollout_lint.report.common.paths import format_location
from rollout_lint.report.common.skipped import describe_skipped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from junitparser import TestCase, TestSuite

    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Problem
    from rollout_lint.report.check.totals import CheckSummary
    from rollout_lint.report.common.groups import Group
    from rollout_lint.rules.model import Severity

_NOT_CHECKED = "not checked"
"""Name of the suite of skipped files."""


_SUITES = "suites"


class JunitReport(SectionReport):
    """XML document with a suite per recipe.

    A finding is one case, because readers show only one failure per case. It is a failure, or skipped with its message
    if it does not fail the run. A service without findings is a passed case if its whole recipe was evaluated. A
    problem is an error. A file that is not checked is a skipped case of a suite of its own.
    """

    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> dict[str, str]:
        """Return the suite of a recipe."""
        from junitparser import TestSuite

        suite = TestSuite(printable(evaluation.recipe.name))
        path = evaluation.recipe.path
        classname = printable(evaluation.recipe.name if path in (".", "-") else path)
        cases = list(_list_cases(evaluation, failing))
        for case in cases:
            case.classname = classname
        suite.add_testcases(cases)
        return {_SUITES: _format_element(suite)}

    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the report in pieces."""
        from junitparser import JUnitXml

        if summary.skipped:
            self.add_text(_SUITES, _format_element(_skipped_suite(summary.skipped)))
        document = JUnitXml("rollout-lint")
        stream = BytesIO()
        document.write(stream)
        empty = stream.getvalue().decode("utf-8")
        if not self.has(_SUITES):
            yield empty + "\n"
            return
        # Without a suite, the element of the document has no end tag. Only some XML libraries write a space.
        yield empty.rstrip().removesuffix("/>").rstrip() + ">"
        yield from self.read(_SUITES)
        yield f"</{document._tag}>\n"


def _format_element(suite: TestSuite) -> str:
    """Return the XML of a suite without a declaration."""
    text: str = suite.tostring().decode("utf-8")  # type: ignore[no-untyped-call]
    return text.partition("?>")[2].lstrip() if text.startswith("<?xml") else text


def _skipped_suite(skipped: Iterable[SkippedFile]) -> TestSuite:
    from junitparser import Skipped, TestCase, TestSuite

    suite = TestSuite(_NOT_CHECKED)
    for each in skipped:
        case = TestCase(printable(each.file), _NOT_CHECKED)
        case.result = [Skipped(printable(describe_skipped(each)))]
        suite.add_testcase(case)
    return suite


def _list_cases(evaluation: Evaluation, failing: Collection[Severity]) -> Iterator[TestCase]:
    from junitparser import Skipped, TestCase

    for number, problem in enumerate(list_problems(evaluation), 1):
        yield _problem_case(problem, number)
    for group in group_findings(evaluation):
        yield _finding_case(group, failing)
    if evaluation.status == EvaluationStatus.EVALUATED:
        with_finding = {finding.service for finding in evaluation.findings if finding.is_active}
        yield from (TestCase(printable(name)) for name in sorted(evaluation.services) if name not in with_finding)
    if evaluation.status == EvaluationStatus.NOT_A_STACK:
        case = TestCase("the stack")
        case.result = [Skipped(NOT_A_STACK_MESSAGE)]
        yield case


def _problem_case(problem: Problem, number: int) -> TestCase:
    from junitparser import Error, TestCase

    case = TestCase(f"evaluation, error {number}")
    error = Error(printable(problem.message), "not evaluated")
    location = format_location(problem.file, problem.line, problem.column)
    error.text = f"{location}  error\n{printable(problem.message)}"
    case.result = [error]
    return case


def _finding_case(group: Group, failing: Collection[Severity]) -> TestCase:
    """Return the case of a finding. Its name is unique because of the variants, and has no line, which may change."""
    from junitparser import Failure, Skipped, TestCase

    finding, rule = group.finding, group.rule
    case = TestCase(printable(f"{group.subject}: {rule.id} {rule.name} in {', '.join(group.variants)}"))
    message = printable(f"{rule.id} {group.message}")
    result = (Failure if finding.severity in failing else Skipped)(message, finding.severity)
    location = format_location(group.path, finding.location.line, finding.location.column)
    title = f"{location}  {finding.severity}  {rule.id} {rule.name}"
    result.text = "\n".join(printable(line) for line in (title, describe_finding(group)))
    case.result = [result]
    return case
