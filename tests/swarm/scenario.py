"""Runner for one side of a proof: the old release, then the new one, until the update ends."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.swarm.api import get
from tests.swarm.behaviour import Behaviour
from tests.swarm.engine import PATIENCE_SECONDS, EngineError
from tests.swarm.installation import install
from tests.swarm.needs import waits_unless_detached
from tests.swarm.nodes import Swarm, private_swarm
from tests.swarm.observe import Observation, differences, observe, refused
from tests.swarm.proof import ENDED, Case
from tests.swarm.snapshot import Snapshot, Task, replicas, snapshot
from tests.swarm.stack import RefusedError, Stack, create_binds, deployable, merged

STACK = "proof"
POLL_SECONDS = 0.3
HANG_SECONDS = 15
SETTLED_SECONDS = 8
STEADY_SECONDS = 2
MAX_RETRIES = 2
MORE = 4
"""Factor for the updates of a repeated bad example that does not fail."""

LOST = "lost race"
"""Name of the reasons for more attempts in pytest's reports."""


class StoppedError(Exception):
    """Interruption of a run."""


@dataclass(frozen=True)
class Outcome:
    """Observations of a case, one for each update, and the name and the version of its engine."""

    case: Case
    name: str
    engine: str
    observations: tuple[Observation, ...]
    lost: tuple[str, ...] = ()
    """Why earlier attempts failed, because a busy machine lost a race."""

    @property
    def as_expected(self) -> list[Observation]:
        """Observations without a difference from the proof."""
        return [each for each in self.observations if not differences(self.case.expected, each)]

    @property
    def observation(self) -> Observation:
        """The first observation as expected, or else the first."""
        return next(iter(self.as_expected), self.observations[0])

    @property
    def is_certain(self) -> bool:
        """True after enough updates. A repeated bad example has more of them until it fails for the first time."""
        count, needed = len(self.observations), self.case.repeat
        may_follow = needed > 1 and self.case.side == "bad" and not self.as_expected
        return count >= (needed * MORE if may_follow else needed)

    @property
    def differences(self) -> list[str]:
        """Messages for each difference from the proof. A repeated bad example must fail once, a fixed one never."""
        found = [differences(self.case.expected, each) for each in self.observations]
        if self.case.side == "bad" and self.as_expected:
            return []
        return next(filter(None, found), [])


def run(name: str, case: Case, stop: threading.Event) -> Outcome:
    """Run a case, each attempt on an engine of its own. `name` is the name of its installation."""
    return first_as_expected(lambda: _attempt(name, case, stop))


def first_as_expected(attempt: Callable[[], Outcome]) -> Outcome:
    """Return the first outcome without differences, or else the last of three. Raise EngineError of the last one."""
    lost: list[str] = []
    while True:
        try:
            outcome = attempt()
            reasons = outcome.differences
        except EngineError as error:
            if len(lost) == MAX_RETRIES:
                raise
            reasons = [str(error)]
        else:
            if not reasons or len(lost) == MAX_RETRIES:
                return replace(outcome, lost=tuple(lost))
        lost.append("; ".join(reasons))


def _attempt(name: str, case: Case, stop: threading.Event) -> Outcome:
    with private_swarm(install(name), case.nodes) as swarm:
        outcome = Outcome(case, name, swarm.manager.version(), ())
        while not outcome.is_certain:
            number = len(outcome.observations) + 1
            trial = _Trial(swarm, case, stop, STACK if case.repeat == 1 else f"{STACK}-{number}")
            outcome = replace(outcome, observations=(*outcome.observations, trial.observe()))
        return outcome


@dataclass(frozen=True)
class _Trial:
    """One update of a case on a Swarm."""

    swarm: Swarm
    case: Case
    stop: threading.Event
    stack: str

    def observe(self) -> Observation:
        """Deploy both releases, and return what was seen. Remove the stack if another update follows."""
        try:
            seen = self._update()
        except RefusedError as error:
            seen = refused(str(error))
        if self.case.repeat > 1:
            self._remove()
        return seen

    def _update(self) -> Observation:
        engine, case = self.swarm.manager, self.case
        stack = merged(case.files, engine.home, self.stack)
        create_binds(stack, case.service, engine.home)
        network = "host"
        if case.new.has_own_test:
            network = "proof"
            engine.call("network", "create", "--driver=overlay", network)
        self._deploy(self._release(stack, case.old, "old", network))
        self._wait_until_running()
        self._pause(STEADY_SECONDS)
        old = self._snapshot().running
        new = self._release(stack, case.new, "new", network)
        self._deploy(new)
        if case.then == "rolled-back-by-hand":
            old = self._await_end(("completed",)).running
            engine.call("service", "rollback", "--detach", self._service)
        elif case.then == "deployed-again":
            self._await_end(case.expected.ends)
            self._deploy(new)
        return self._watch(old)

    def _remove(self) -> None:
        """Remove the stack, and wait until no task is left."""
        self.swarm.manager.call("stack", "rm", self.stack)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while tasks := get(self.swarm.manager, "/tasks"):
            if time.monotonic() > deadline:
                raise EngineError(f"{self.case.name}: {len(tasks)} tasks are left")
            self._pause(POLL_SECONDS)

    @property
    def _service(self) -> str:
        return f"{self.stack}_{self.case.service}"

    def _snapshot(self) -> Snapshot:
        return snapshot(self.swarm.manager, self._service)

    def _release(self, stack: Stack, behaviour: Behaviour, release: str, network: str) -> str:
        is_placed = len(self.case.nodes) > 1
        return deployable(stack, self.case.service, behaviour, release, network, is_placed)

    def _deploy(self, text: str) -> None:
        detached = ("--detach=true",) if waits_unless_detached() else ()
        options = (*detached, "--resolve-image=never", "--compose-file=-")
        done = self.swarm.manager.docker("stack", "deploy", *options, self.stack, stdin=text.encode())
        if done.returncode != 0:
            raise RefusedError(done.stderr.decode().strip())

    def _await_end(self, ends: tuple[str, ...]) -> Snapshot:
        """Wait until the update ends in one of the states. Return the snapshot."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (now := self._snapshot()).update not in ends:
            if time.monotonic() > deadline:
                raise EngineError(
                    f"{self.case.name}: update state is {now.update}, expected one of {ends}: {now.tasks}"
                )
            self._pause(POLL_SECONDS)
        return now

    def _wait_until_running(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_started(now := self._snapshot()):
            if time.monotonic() > deadline:
                raise EngineError(f"{self.case.name}: the old release does not run: {now.tasks}")
            self._pause(POLL_SECONDS)

    def _is_started(self, now: Snapshot) -> bool:
        """Return True if every task runs, or as many as the proof says because no more find a node."""
        return now.is_complete or (
            self.case.expected.replicas is not None and self._replicas() == self.case.expected.replicas
        )

    def _replicas(self) -> str:
        return "" if self.case.expected.replicas is None else replicas(self.swarm.manager, self._service)

    def _watch(self, old: frozenset[str]) -> Observation:
        expected = self.case.expected
        is_repeated = self.case.repeat > 1
        hold = HANG_SECONDS if expected.hangs else STEADY_SECONDS if is_repeated else SETTLED_SECONDS
        begin = since = time.monotonic()
        outage, held = False, None
        while True:
            now = self._snapshot()
            outage = outage or not now.running
            seen = observe(
                now, old, outage, self._replicas(), self._is_memory_exhausted(), self._has_empty_volume(now, old)
            )
            may_differ = is_repeated and seen.update in ENDED
            if seen != held or (differences(expected, seen) and not may_differ):
                since, held = time.monotonic(), seen
            elif time.monotonic() - since >= hold:
                return seen
            if time.monotonic() - begin > PATIENCE_SECONDS:
                return seen
            self._pause(POLL_SECONDS)

    def _is_memory_exhausted(self) -> bool:
        budgets = (engine.budget for engine in self.swarm.engines)
        return any(budget.is_exhausted() for budget in budgets if budget is not None)

    def _has_empty_volume(self, now: Snapshot, old: frozenset[str]) -> bool:
        """Return True if a later task found no data of the old ones in its volume."""
        if self.case.expected.empty_volume is None:
            return False
        later = (task for task in now.tasks if task.runs and task.id not in old)
        return any(self._read_data(task) == "new" for task in later)

    def _read_data(self, task: Task) -> str:
        node = get(self.swarm.manager, f"/nodes/{task.node}")["Description"]["Hostname"]
        done = self.swarm.engine_of(node).docker("exec", task.container, "cat", self.case.new.data)
        return done.stdout.decode().strip()

    def _pause(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise StoppedError
