"""What is running: services, their updates and their tasks, as an engine shows them.

`await_converged` is for a program that deploys and has to know what became of it:

    from rollout_lint.live import await_converged

    await_converged("wiki", expect_labels={"release": "1a2b3c4"}).require()
"""

from __future__ import annotations

from rollout_lint.live.docker_cli import EngineError, NoServiceError
from rollout_lint.live.result import Convergence, Event, Failure, NotConvergedError, Outcome, Result
from rollout_lint.live.wait import await_converged

__all__ = [
    "Convergence",
    "EngineError",
    "Event",
    "Failure",
    "NoServiceError",
    "NotConvergedError",
    "Outcome",
    "Result",
    "await_converged",
]
