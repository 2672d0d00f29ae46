"""The user's own docker command line, so that a context, ssh and DOCKER_HOST lead where they do for the user."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollout_lint.live.model import NAMESPACE
from rollout_lint.live.parse import names, read_services, read_tasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rollout_lint.live.model import LiveService, LiveTask

_AT_ONCE = 400
"""So many ids of 25 characters fit into any system's command line."""


class EngineError(Exception):
    """The docker command could not be run, or the engine did not answer; in the words of one of them."""


class NoServiceError(EngineError):
    """The engine has no stack and no service of that name."""


@dataclass(frozen=True, slots=True)
class Docker:
    """A docker command, and how many seconds one call of it may take."""

    command: Sequence[str] = ("docker",)
    patience: float = 60.0

    def services(self, name: str) -> list[LiveService]:
        """Those of a stack, or the service of that name. Raises NoServiceError where there is neither."""
        ids = names(self._ask("service", "ls", "--quiet", "--filter", f"label={NAMESPACE}={name}"))
        if ids:
            return [service for some in _in_portions(ids) for service in self._inspect(some)]
        found = self._inspect([name])
        if not found:
            raise NoServiceError(f"the engine has no stack and no service called {name}")
        return found

    def tasks(self, services: Iterable[LiveService]) -> list[LiveTask]:
        """All tasks that the engine still knows of."""
        ids = [service.id for service in services]
        listed = [task for some in _in_portions(ids) for task in names(self._listed("service", "ps", *some))]
        return [task for some in _in_portions(listed) for task in self._tasks(some)]

    def _listed(self, *words: str) -> bytes:
        first, second, *ids = words
        return self._ask(first, second, "--quiet", "--no-trunc", *ids, lenient=True)

    def _inspect(self, ids: list[str]) -> list[LiveService]:
        """What has gone meanwhile is an error of the call, and the others are printed all the same."""
        printed = self._ask("service", "inspect", "--", *ids, lenient=True)
        return read_services(printed, "docker service inspect") if printed.strip() not in (b"", b"[]") else []

    def _tasks(self, ids: list[str]) -> list[LiveTask]:
        printed = self._ask("inspect", "--type", "task", "--", *ids, lenient=True)
        return read_tasks(printed, "docker inspect --type task")

    def _ask(self, *words: str, lenient: bool = False) -> bytes:
        try:
            done = subprocess.run(  # noqa: S603
                [*self.command, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=self.patience,
            )
        except subprocess.TimeoutExpired:
            raise EngineError(f"docker {words[0]} did not answer within {self.patience:g} seconds") from None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise EngineError(f"{self.command[0]} cannot be run: {why}") from None
        told = done.stderr.decode(errors="replace").strip()
        if done.returncode != 0 and not (lenient and _is_only_gone(told)):
            raise EngineError(told.splitlines()[-1] if told else f"docker {words[0]} ended with {done.returncode}")
        return done.stdout


def _is_only_gone(told: str) -> bool:
    """Whether each line of an error says that what was asked for does not exist (any more)."""
    return bool(told) and all("no such" in line.lower() or "not found" in line.lower() for line in told.splitlines())


def _in_portions(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
