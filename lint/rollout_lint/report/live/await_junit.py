"""`await --format junit`: a case per service and per failed expectation."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from rollout_lint.live.result import format_result
from rollout_lint.printable import printable

if TYPE_CHECKING:
    from junitparser import TestCase

    from rollout_lint.live import Convergence, Result


def format_await_junit(convergence: Convergence) -> str:
    """Return the XML document.

    A service that did not converge is a failure, or an error while its update continues.
    """
    from junitparser import JUnitXml, TestSuite

    document = JUnitXml("rollout-lint await")
    suite = TestSuite(printable(" ".join(convergence.names)))
    suite.add_testcases(
        [
            *(_service_case(result) for result in convergence.results),
            *(_mismatch_case(mismatch, number) for number, mismatch in enumerate(convergence.mismatches, 1)),
        ]
    )
    document.append(suite)  # type: ignore[no-untyped-call]
    stream = BytesIO()
    document.write(stream)
    return stream.getvalue().decode("utf-8") + "\n"


def _service_case(result: Result) -> TestCase:
    from junitparser import Error, Failure, TestCase

    stack = result.service.stack if result.service else None
    case = TestCase(printable(result.name), printable(stack or result.name))
    if not result.ok:
        entry = (Failure if result.is_final else Error)(printable(result.message), result.outcome.value)
        entry.text = "\n".join(format_result(result))
        case.result = [entry]
    return case


def _mismatch_case(mismatch: str, number: int) -> TestCase:
    from junitparser import Failure, TestCase

    case = TestCase(f"expectation {number}", "expectations")
    case.result = [Failure(printable(mismatch), "not as expected")]
    return case
