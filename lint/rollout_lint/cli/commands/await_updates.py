"""`await`: what became of the updates of stacks and services."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rollout_lint.cli.choices import AwaitFormat
from rollout_lint.cli.console import complain, usage_error, width, write
from rollout_lint.errors import ExitCode
from rollout_lint.live import EngineError, await_converged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rollout_lint.live import Convergence, Result

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for; times in seconds."""

    names: tuple[str, ...]
    labels: dict[str, str]
    images: tuple[str, ...]
    timeout: float
    settle: float
    pending_timeout: float
    since: datetime | None
    format: AwaitFormat


def run(request: Request) -> ExitCode:
    """Wait, and print what is asked for; the exit code."""
    wrong = next((name for name in request.names if not _NAME.match(name)), None)
    if wrong is not None:
        usage_error(f"{wrong!r} is no name of a stack or of a service")
    progress = _Progress()
    try:
        convergence = await_converged(
            request.names,
            expect_labels=request.labels,
            expect_images=request.images,
            timeout=request.timeout,
            settle=request.settle,
            pending_timeout=request.pending_timeout,
            since=request.since,
            on_look=progress.show,
        )
    except EngineError as error:
        progress.clear()
        complain(str(error))
        return ExitCode.ERROR
    except KeyboardInterrupt:
        progress.clear()
        complain("interrupted; what becomes of the update is not known")
        return ExitCode.ERROR
    progress.clear()
    write(_report(convergence, request.format))
    return convergence.exit_code


def expected_labels(given: Sequence[str]) -> dict[str, str]:
    """`KEY=VALUE` of the command line; what is none ends the run."""
    wrong = next((each for each in given if not each.partition("=")[0] or "=" not in each), None)
    if wrong is not None:
        usage_error(f"--expect-label {wrong}: give KEY=VALUE")
    return {key: value for key, _, value in (each.partition("=") for each in given)}


def _report(convergence: Convergence, format_: AwaitFormat) -> str:
    match format_:
        case AwaitFormat.JSON:
            from rollout_lint.report.live.await_json import format_await_json

            return format_await_json(convergence)
        case AwaitFormat.JUNIT:
            from rollout_lint.report.live.await_junit import format_await_junit

            return format_await_junit(convergence)
        case AwaitFormat.TEXT:
            from rollout_lint.report.common.style import style_for_stdout
            from rollout_lint.report.live.await_text import format_await_text

            return format_await_text(convergence, style_for_stdout())


@dataclass(slots=True)
class _Progress:
    """On a terminal one line that says what is waited for; anywhere, once, why a task finds no node."""

    begin: float = field(default_factory=time.monotonic)
    told: set[str] = field(default_factory=set)
    shown: bool = False

    def show(self, results: Sequence[Result]) -> None:
        """What is to be seen now."""
        self.clear()
        for result in results:
            for task in result.tasks:
                if task.waits_for_a_node:
                    self._tell(f"{result.name} hangs unless this passes: {task.error}")
        if sys.stderr.isatty():
            self._line(results)

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self.shown = False

    def _tell(self, message: str) -> None:
        if message not in self.told:
            self.told.add(message)
            complain(message)

    def _line(self, results: Sequence[Result]) -> None:
        from rollout_lint.report.common.style import printable

        waiting = [f"{result.name}: {result.told}" for result in results if not result.is_over]
        if waiting:
            line = printable(f"{time.monotonic() - self.begin:.0f}s  {'; '.join(waiting)}")
            sys.stderr.write(line[: max(width() - 1, 1)])
            sys.stderr.flush()
            self.shown = True
