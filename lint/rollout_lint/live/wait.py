"""Waiting until every update is finished."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rollout_lint.errors import OptionError
from rollout_lint.live.docker_cli import Docker, DockerError, ServiceNotFoundError
from rollout_lint.live.expectations import find_mismatches
from rollout_lint.live.result import Convergence, Outcome
from rollout_lint.live.watcher import ServiceWatcher, Snapshot, WaitOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from rollout_lint.live.model import LiveService, LiveTask
    from rollout_lint.live.result import Result

TIMEOUT, SETTLE, PENDING_TIMEOUT, POLL = 300.0, 10.0, 30.0, 1.0

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")


def await_converged(
    names: str | Sequence[str],
    *,
    expect_labels: Mapping[str, str] | None = None,
    expect_images: Collection[str] = (),
    timeout: float = TIMEOUT,
    settle: float = SETTLE,
    pending_timeout: float = PENDING_TIMEOUT,
    since: datetime | None = None,
    docker: Sequence[str] = ("docker",),
    poll: float = POLL,
    on_poll: Callable[[Sequence[Result]], None] | None = None,
) -> Convergence:
    """Wait until every update of these stacks or services is finished, and return how each one ended.

    All times are in seconds. `timeout` is the longest time to wait. `settle` is how long the tasks must stay running
    after the update. A task that no node fits fails its service after `pending_timeout`.

    `since` is a time before the deploy, with its zone. If it is set, a service must be deployed after it, so that the
    deploy can still be running. Without it, the deploy must be finished.

    `expect_labels` and `expect_images` must run in the end; see `mismatches` of the result. `docker` is the command to
    run, every `poll` seconds. `on_poll` receives the results after each poll.

    Raises OptionError for an invalid name, DockerError if Docker cannot be asked, and ServiceNotFoundError if it has no
    stack or service of a name. Later errors are retried until the time runs out.
    """
    names = (names,) if isinstance(names, str) else tuple(names)
    for name in names:
        if not _NAME.match(name):
            message = f"invalid name of a stack or service {name!r}: only letters, digits and . _ - are allowed"
            raise OptionError(message)
    poller = _Poller(names, Docker(tuple(docker)), WaitOptions(settle, pending_timeout, since))
    start = time.monotonic()
    while True:
        time_left = start + timeout - time.monotonic()
        is_finished = poller.poll(is_last=time_left <= 0)
        if on_poll is not None and poller.watchers:
            on_poll(poller.results())
        if is_finished or time_left <= 0:
            break
        time.sleep(max(min(poll, time_left), 0.0))
    results = poller.results() if is_finished else poller.give_up()
    services = [result.service for result in results if result.service and result.outcome is not Outcome.REMOVED]
    rolled_back = {result.name for result in results if result.was_rolled_back}
    mismatches = find_mismatches(services, expect_labels or {}, expect_images, rolled_back)
    return Convergence(names, results, mismatches, time.monotonic() - start)


@dataclass(slots=True)
class _Poller:
    """Watchers of the services by id."""

    names: tuple[str, ...]
    docker: Docker
    options: WaitOptions
    watchers: dict[str, ServiceWatcher] = field(default_factory=dict)

    def poll(self, is_last: bool) -> bool:
        """Ask Docker once, and return True if all is finished. A later poll may fail without an error."""
        try:
            services = self._services()
            tasks = self.docker.tasks(services.values())
        except DockerError:
            if is_last or not self.watchers:
                raise
            return False
        self._update(services, tasks, time.monotonic())
        return bool(self.watchers) and all(watcher.result.is_final for watcher in self.watchers.values())

    def _update(self, services: dict[str, LiveService], tasks: list[LiveTask], now: float) -> None:
        for id_, service in services.items():
            watcher = self.watchers.setdefault(id_, ServiceWatcher(service.name, self.options))
            watcher.update(Snapshot(now, service, tuple(task for task in tasks if task.service == id_)))
        for id_ in self.watchers.keys() - services.keys():
            self.watchers[id_].update(Snapshot(now, None))

    def _services(self) -> dict[str, LiveService]:
        """Return services by id. A missing one is an error, unless it may still be deployed or was there before."""
        services: dict[str, LiveService] = {}
        for name in self.names:
            try:
                services |= {service.id: service for service in self.docker.services(name)}
            except ServiceNotFoundError:
                if self.options.since is None and not self.watchers:
                    raise
        return services

    def results(self) -> tuple[Result, ...]:
        """Return the current results by name."""
        return _sort_by_name(watcher.result for watcher in self.watchers.values())

    def give_up(self) -> tuple[Result, ...]:
        """Return the final results by name after the time ran out."""
        return _sort_by_name(watcher.give_up() for watcher in self.watchers.values())


def _sort_by_name(results: Iterable[Result]) -> tuple[Result, ...]:
    return tuple(sorted(results, key=lambda result: result.name))
