"""`await`: wait for the updates of stacks and services and report how they ended."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rollout_lint.cli.choices import AwaitFormat
from rollout_lint.cli.console import clear_status, exit_with_error, print_error, show_status, write
from rollout_lint.errors import ExitCode
from rollout_lint.live import DockerError, await_converged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rollout_lint.live import Convergence, Result


@dataclass(frozen=True, slots=True)
class Request:
    """Options of `await`; times in seconds."""

    names: tuple[str, ...]
    labels: dict[str, str]
    images: tuple[str, ...]
    timeout: float
    settle: float
    pending_timeout: float
    since: datetime | None
    format: AwaitFormat


def run(request: Request) -> ExitCode:
    """Wait, print the report and return the exit code."""
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
            on_poll=progress.show,
        )
    except DockerError as error:
        progress.clear()
        print_error(str(error))
        return ExitCode.ERROR
    except KeyboardInterrupt:
        progress.clear()
        print_error("interrupted before the updates ended; their results are unknown")
        return ExitCode.ERROR
    progress.clear()
    write(_format_report(convergence, request.format))
    return convergence.exit_code


def parse_labels(options: Sequence[str]) -> dict[str, str]:
    """Return the values by key of `KEY=VALUE` options. Exit if one has another form."""
    labels = {}
    for option in options:
        key, equals_sign, labels[key] = option.partition("=")
        if not key or not equals_sign:
            exit_with_error(f"invalid --expect-label {option!r}: must be KEY=VALUE")
    return labels


def _format_report(convergence: Convergence, format_: AwaitFormat) -> str:
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
    """Status line on a terminal, and errors of tasks that find no node, each once."""

    begin: float = field(default_factory=time.monotonic)
    printed: set[str] = field(default_factory=set)
    has_line: bool = False

    def show(self, results: Sequence[Result]) -> None:
        """Show the current results."""
        self.clear()
        for result in results:
            for task in result.tasks:
                if task.waits_for_node:
                    self._print_once(f"{result.name} cannot start a task yet: {task.error}")
        if sys.stderr.isatty():
            self._show_line(results)

    def clear(self) -> None:
        """Remove the status line."""
        if self.has_line:
            clear_status()
            self.has_line = False

    def _print_once(self, message: str) -> None:
        if message not in self.printed:
            self.printed.add(message)
            print_error(message)

    def _show_line(self, results: Sequence[Result]) -> None:
        waiting = [f"{result.name}: {result.message}" for result in results if not result.is_final]
        if waiting:
            show_status(f"{time.monotonic() - self.begin:.0f}s  {'; '.join(waiting)}")
            self.has_line = True
