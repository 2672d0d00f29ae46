"""The user's docker command, so that contexts, ssh and DOCKER_HOST work as they do for the user."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.errors import RolloutLintError
from rollout_lint.live.model import STACK_LABEL
from rollout_lint.live.parse import read_services, read_tasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rollout_lint.live.model import LiveService, LiveTask

_BATCH_SIZE = 400
"""Number of ids of 25 characters that fits into the command line of every system."""


class DockerError(RolloutLintError):
    """Failure to run docker or to reach the daemon, with the message of docker."""


class ServiceNotFoundError(DockerError):
    """Missing stack or service."""


@dataclass(frozen=True, slots=True)
class Docker:
    """A docker command, and the timeout of one call in seconds."""

    command: Sequence[str] = ("docker",)
    timeout: float = 60.0

    def services(self, name: str) -> list[LiveService]:
        """Return the services of a stack, or the service of this name.

        Raises ServiceNotFoundError if there is neither.
        """
        ids = (
            self._run("service", "ls", "--quiet", "--filter", f"label={STACK_LABEL}={name}")
            .decode(errors="replace")
            .split()
        )
        if ids:
            return [service for batch in _batches(ids) for service in self._inspect(batch)]
        services = self._inspect([name])
        if not services:
            raise ServiceNotFoundError(f"Docker has no stack and no service called {name}")
        return services

    def tasks(self, services: Iterable[LiveService]) -> list[LiveTask]:
        """Return all tasks that Docker still lists."""
        ids: list[str] = []
        for batch in _batches([service.id for service in services]):
            printed = self._run("service", "ps", "--quiet", "--no-trunc", *batch, lenient=True)
            ids += printed.decode(errors="replace").split()
        return [task for batch in _batches(ids) for task in self._inspect_tasks(batch)]

    def _inspect(self, ids: Sequence[str]) -> list[LiveService]:
        # The call fails if one service is gone, but still prints the others.
        printed = self._run("service", "inspect", "--", *ids, lenient=True)
        return read_services(printed, "docker service inspect") if printed.strip() not in (b"", b"[]") else []

    def _inspect_tasks(self, ids: Sequence[str]) -> list[LiveTask]:
        printed = self._run("inspect", "--type", "task", "--", *ids, lenient=True)
        return read_tasks(printed, "docker inspect --type task")

    def _run(self, *arguments: str, lenient: bool = False) -> bytes:
        try:
            done = subprocess.run(  # noqa: S603
                [*self.command, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=self.timeout,
            )
        except subprocess.TimeoutExpired:
            raise DockerError(f"docker {arguments[0]} did not answer within {self.timeout:g} seconds") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise DockerError(f"{self.command[0]} cannot be run: {reason}") from None
        message = done.stderr.decode(errors="replace").strip()
        if done.returncode != 0 and not (lenient and _is_not_found(message)):
            raise DockerError(
                message.splitlines()[-1] if message else f"docker {arguments[0]} ended with {done.returncode}"
            )
        return done.stdout


def _is_not_found(message: str) -> bool:
    """Return True if each line of an error says that an object does not exist (any more)."""
    lines = message.lower().splitlines()
    return bool(lines) and all("no such" in line or "not found" in line for line in lines)


def _batches(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _BATCH_SIZE):
        yield ids[start : start + _BATCH_SIZE]
