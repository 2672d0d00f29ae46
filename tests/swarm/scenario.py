"""Runner for one side of a proof: the old release, then the new one, until the update ends."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.swarm.engine import PATIENCE_SECONDS, Engine, EngineError
from tests.swarm.installation import install
from tests.swarm.needs import waits_unless_detached
from tests.swarm.nodes import private_engine
from tests.swarm.observe import Observation, differences, observe, refused
from tests.swarm.proof import Case
from tests.swarm.snapshot import Snapshot, replicas, snapshot
from tests.swarm.stack import RefusedError, deployable, merged

STACK = "proof"
POLL_SECONDS = 0.3
HANG_SECONDS = 15
SETTLED_SECONDS = 8
STEADY_SECONDS = 2
MAX_RETRIES = 2
LOST = "lost race"
"""Name of the reasons for more attempts in pytest's reports."""


class StoppedError(Exception):
    """Interruption of a run."""


@dataclass(frozen=True)
class Outcome:
    """Observation of a case, and the name and the version of its engine."""

    case: Case
    name: str
    engine: str
    observation: Observation
    lost: tuple[str, ...] = ()
    """Why earlier attempts failed, because a busy machine lost a race."""

    @property
    def differences(self) -> list[str]:
        """Messages for each difference from the proof."""
        return differences(self.case.expected, self.observation)


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
    with private_engine(install(name), case.host_memory) as engine:
        try:
            seen = _update(engine, case, stop)
        except RefusedError as error:
            seen = refused(str(error))
        return Outcome(case, name, engine.version(), seen)


def _update(engine: Engine, case: Case, stop: threading.Event) -> Observation:
    stack = merged(case.files, engine.home / "example")
    network = "host"
    if case.new.has_own_test:
        network = "proof"
        engine.call("network", "create", "--driver=overlay", network)
    _deploy(engine, deployable(stack, case.service, case.old, "old", network))
    _wait_until_running(engine, case, stop)
    _pause(stop, STEADY_SECONDS)
    old = snapshot(engine, _service(case)).running
    new = deployable(stack, case.service, case.new, "new", network)
    _deploy(engine, new)
    if case.then == "rolled-back-by-hand":
        old = _await_end(engine, case, ("completed",), stop).running
        engine.call("service", "rollback", "--detach", _service(case))
    elif case.then == "deployed-again":
        _await_end(engine, case, case.expected.ends, stop)
        _deploy(engine, new)
    return _watch(engine, case, old, stop)


def _deploy(engine: Engine, stack: str) -> None:
    detached = ("--detach=true",) if waits_unless_detached() else ()
    options = (*detached, "--resolve-image=never", "--compose-file=-")
    done = engine.docker("stack", "deploy", *options, STACK, stdin=stack.encode())
    if done.returncode != 0:
        raise RefusedError(done.stderr.decode().strip())


def _await_end(engine: Engine, case: Case, ends: tuple[str, ...], stop: threading.Event) -> Snapshot:
    """Wait until the update ends in one of the states. Return the snapshot."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (now := snapshot(engine, _service(case))).update not in ends:
        if time.monotonic() > deadline:
            raise EngineError(f"{case.name}: update state is {now.update}, expected one of {ends}: {now.tasks}")
        _pause(stop, POLL_SECONDS)
    return now


def _wait_until_running(engine: Engine, case: Case, stop: threading.Event) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _is_started(engine, case, now := snapshot(engine, _service(case))):
        if time.monotonic() > deadline:
            raise EngineError(f"{case.name}: the old release does not run: {now.tasks}")
        _pause(stop, POLL_SECONDS)


def _is_started(engine: Engine, case: Case, now: Snapshot) -> bool:
    """Return True if every task runs, or as many as the proof says because no more find a node."""
    return now.is_complete or (
        case.expected.replicas is not None and replicas(engine, _service(case)) == case.expected.replicas
    )


def _watch(engine: Engine, case: Case, old: frozenset[str], stop: threading.Event) -> Observation:
    hold = HANG_SECONDS if case.expected.hangs else SETTLED_SECONDS
    begin = since = time.monotonic()
    outage, held = False, None
    while True:
        now = snapshot(engine, _service(case))
        outage = outage or not now.running
        shown = replicas(engine, _service(case)) if case.expected.replicas is not None else ""
        seen = observe(now, old, outage, shown, engine.budget is not None and engine.budget.is_exhausted())
        if differences(case.expected, seen) or seen != held:
            since, held = time.monotonic(), seen
        elif time.monotonic() - since >= hold:
            return seen
        if time.monotonic() - begin > PATIENCE_SECONDS:
            return seen
        _pause(stop, POLL_SECONDS)


def _service(case: Case) -> str:
    return f"{STACK}_{case.service}"


def _pause(stop: threading.Event, seconds: float) -> None:
    if stop.wait(seconds):
        raise StoppedError
