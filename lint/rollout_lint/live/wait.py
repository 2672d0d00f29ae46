"""Waits until every update is over."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rollout_lint.live.docker_cli import Docker, EngineError, NoServiceError
from rollout_lint.live.expectations import mismatches
from rollout_lint.live.result import Convergence, Outcome
from rollout_lint.live.watcher import Look, Patience, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from rollout_lint.live.model import LiveService, LiveTask
    from rollout_lint.live.result import Result

TIMEOUT, SETTLE, PENDING_TIMEOUT, POLL = 300.0, 10.0, 30.0, 1.0


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
    on_look: Callable[[Sequence[Result]], None] | None = None,
) -> Convergence:
    """Wait until every update of these stacks or services is over, and say what became of each.

    All times are in seconds. At most `timeout` is waited. `settle` is how long the tasks have to stay running once no
    update is under way. A task that no node takes is told with its reason at the first look, and fails its service once
    it has been so for `pending_timeout`. `since` is a time before the deploy, with its zone: what was not deployed
    after it is waited for, so that this may be called before or beside the deploy; without it, a deploy has returned.

    `expect_labels` and `expect_images` must be what runs in the end (see `mismatches` of the result). `docker` is the
    command that is asked, every `poll` seconds; it finds the engine as it does for the user. `on_look` is told of every
    look.

    Raises EngineError where the engine cannot be asked, and NoServiceError where it has none of a name; what comes
    between is tried again as long as there is time.
    """
    asked = (names,) if isinstance(names, str) else tuple(names)
    waiting = _Waiting(asked, Docker(tuple(docker)), Patience(settle, pending_timeout, since))
    begin = time.monotonic()
    while True:
        left = begin + timeout - time.monotonic()
        over = waiting.look(is_last=left <= 0)
        if on_look is not None and waiting.results():
            on_look(waiting.results())
        if over or left <= 0:
            break
        time.sleep(max(min(poll, left), 0.0))
    results = waiting.results() if over else waiting.give_up()
    services = [result.service for result in results if result.service and result.outcome is not Outcome.REMOVED]
    rolled_back = {result.name for result in results if result.was_rolled_back}
    wrong = mismatches(services, expect_labels or {}, expect_images, rolled_back)
    return Convergence(asked, results, wrong, time.monotonic() - begin)


@dataclass(slots=True)
class _Waiting:
    """What is known of each service so far, by its id."""

    names: tuple[str, ...]
    docker: Docker
    patience: Patience
    watches: dict[str, Watch] = field(default_factory=dict)

    def look(self, is_last: bool) -> bool:
        """Ask the engine once; whether all is over. An engine that has answered before may fail to now and then."""
        try:
            services = self._services()
            tasks = self.docker.tasks(services.values())
        except EngineError:
            if is_last or not self.watches:
                raise
            return False
        self._see(services, tasks, time.monotonic())
        return bool(self.watches) and all(watch.result.is_over for watch in self.watches.values())

    def _see(self, services: dict[str, LiveService], tasks: list[LiveTask], at: float) -> None:
        for id_, service in services.items():
            watch = self.watches.setdefault(id_, Watch(service.name, self.patience))
            watch.see(Look(at, service, tuple(task for task in tasks if task.service == id_)))
        for id_ in self.watches.keys() - services.keys():
            self.watches[id_].see(Look(at, None))

    def _services(self) -> dict[str, LiveService]:
        """What is not there yet is waited for where it is still to be deployed, and what has gone is told as such."""
        found: dict[str, LiveService] = {}
        for name in self.names:
            try:
                found |= {service.id: service for service in self.docker.services(name)}
            except NoServiceError:
                if self.patience.since is None and not self.watches:
                    raise
        return found

    def results(self) -> tuple[Result, ...]:
        """Of every service, by name."""
        return _by_name(watch.result for watch in self.watches.values())

    def give_up(self) -> tuple[Result, ...]:
        """The same, where there is no time left."""
        return _by_name(watch.give_up() for watch in self.watches.values())


def _by_name(results: Iterable[Result]) -> tuple[Result, ...]:
    return tuple(sorted(results, key=lambda result: result.name))
