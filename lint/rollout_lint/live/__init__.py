"""Running services, their updates and their tasks, as Docker shows them.

`await_converged` is for a program that deploys and needs to know how the update ended:

    from rollout_lint import await_converged

    await_converged("wiki", expect_labels={"release": "1a2b3c4"}).require()
"""

from __future__ import annotations

from rollout_lint.live.docker_cli import DockerError, ServiceNotFoundError
from rollout_lint.live.result import Convergence, Event, Failure, NotConvergedError, Outcome, Result
from rollout_lint.live.wait import await_converged

__all__ = [
    "Convergence",
    "DockerError",
    "Event",
    "Failure",
    "NotConvergedError",
    "Outcome",
    "Result",
    "ServiceNotFoundError",
    "await_converged",
]
