"""`await --format junit`: a case for each service, and one for each expectation that does not hold."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from rollout_lint.live.result import format_result
from rollout_lint.report.common.style import printable

if TYPE_CHECKING:
    from junitparser import TestCase

    from rollout_lint.live import Convergence, Result


def format_await_junit(convergence: Convergence) -> str:
    """The document. A service that is not over is an error, one that did not converge a failure."""
    from junitparser import JUnitXml, TestSuite

    document = JUnitXml("rollout-lint await")
    suite = TestSuite(printable(" ".join(convergence.names)))
    suite.add_testcases(
        [
            *(_service(result) for result in convergence.results),
            *(_expectation(told, number) for number, told in enumerate(convergence.mismatches, 1)),
        ]
    )
    document.append(suite)  # type: ignore[no-untyped-call]
    stream = BytesIO()
    document.write(stream)
    return stream.getvalue().decode("utf-8") + "\n"


def _service(result: Result) -> TestCase:
    from junitparser import Error, Failure, TestCase

    stack = result.service.stack if result.service else None
    case = TestCase(printable(result.name), printable(stack or result.name))
    if not result.ok:
        kind = Failure if result.is_final else Error
        told = kind(printable(result.message), result.outcome.value)
        told.text = "\n".join(printable(line) for line in format_result(result))
        case.result = [told]
    return case


def _expectation(told: str, number: int) -> TestCase:
    from junitparser import Failure, TestCase

    case = TestCase(f"expectation {number}", "expectations")
    case.result = [Failure(printable(told), "not as expected")]
    return case
