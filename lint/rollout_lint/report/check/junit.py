"""`check --format junit`: a suite for each recipe, for whatever shows the results of tests."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.common.groups import NOT_A_STACK_MESSAGE, group_findings, list_problems
from rollout_lint.report.common.paths import format_location, recipe_path
from rollout_lint.report.common.style import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from typing import TypeAlias

    from junitparser import TestCase

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Problem
    from rollout_lint.report.common.groups import Group

    FailingSeverities: TypeAlias = Callable[[Evaluation], Collection[str]]


def format_check_junit(evaluations: list[Evaluation], failing: FailingSeverities) -> str:
    """The document; `failing` are the severities that fail the run, for each recipe.

    A case is a finding, since readers take no more than one failure of a case. One that does not fail the run is
    skipped, with its message, so that it is seen. A service of which nothing is told is a case that passes, but only
    where all of its recipe was evaluated. What was not is an error.
    """
    from junitparser import JUnitXml, TestSuite

    document = JUnitXml("rollout-lint")
    for evaluation in evaluations:
        suite = TestSuite(printable(evaluation.recipe.name))
        cases = list(_cases(evaluation, failing(evaluation)))
        for case in cases:
            case.classname = printable(_folder(evaluation))
        suite.add_testcases(cases)
        document.append(suite)  # type: ignore[no-untyped-call]
    stream = BytesIO()
    document.write(stream)
    return stream.getvalue().decode("utf-8") + "\n"


def _cases(evaluation: Evaluation, failing: Collection[str]) -> Iterator[TestCase]:
    from junitparser import Skipped, TestCase

    for number, problem in enumerate(list_problems(evaluation), 1):
        yield _problem(evaluation, problem, number)
    groups = group_findings(evaluation)
    for group in groups:
        yield _finding(group, failing)
    if evaluation.status == EvaluationStatus.EVALUATED:
        told = {group.finding.service for group in groups}
        yield from (TestCase(printable(name)) for name in sorted(evaluation.services) if name not in told)
    if evaluation.status == EvaluationStatus.NOT_A_STACK:
        case = TestCase("the stack")
        case.result = [Skipped(NOT_A_STACK_MESSAGE)]
        yield case


def _folder(evaluation: Evaluation) -> str:
    path = evaluation.recipe.path
    return evaluation.recipe.name if path in (".", "-") else path


def _problem(evaluation: Evaluation, problem: Problem, number: int) -> TestCase:
    from junitparser import Error, TestCase

    case = TestCase(f"evaluation, problem {number}")
    error = Error(printable(problem.message), "not evaluated")
    error.text = format_location(recipe_path(evaluation, problem.file), problem.line, problem.column)
    case.result = [error]
    return case


def _finding(group: Group, failing: Collection[str]) -> TestCase:
    """Its name has the variants, in each of which a rule holds once for a service, and no line, which may move."""
    from junitparser import Failure, Skipped, TestCase

    finding, rule = group.finding, group.rule
    case = TestCase(printable(f"{finding.subject}: {rule.id} {rule.name} in {', '.join(group.variants)}"))
    fails = finding.severity in failing
    told = printable(f"{rule.id} {finding.message}")
    result = Failure(told, finding.severity) if fails else Skipped(told, finding.severity)
    result.text = format_location(group.path, finding.location.line, finding.location.column)
    case.result = [result]
    return case
