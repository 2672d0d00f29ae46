"""Restarts after which Swarm leaves a replica stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.defaults import default_value
from rollout_lint.facts.derived.health import has_healthcheck
from rollout_lint.facts.derived.pace import tasks
from rollout_lint.facts.derived.policy import ends_by_itself, stated_failure_action
from rollout_lint.facts.derived.registry import derived

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts

_ATTEMPTS = "deploy.restart_policy.max_attempts"
_MONITOR = "deploy.update_config.monitor"


@derived("number", "null", words={"is any number": "Swarm restarts the tasks a limited number of times"})
def attempts_take(facts: ServiceFacts) -> Derivation:
    """Seconds that `restart_policy.delay` alone takes for all `max_attempts`; null without a limit.

    The tasks run between these delays, so the attempts take at least as long. Null also for a job, for tasks that are
    meant to end, and if no task runs.
    """
    attempts = facts.value(_ATTEMPTS)
    if not attempts or not _has_servers(facts):
        return None, facts.location(_ATTEMPTS)
    return facts.value("deploy.restart_policy.delay") * attempts, facts.location(_ATTEMPTS)


def _has_servers(facts: ServiceFacts) -> bool:
    is_no_job = facts.value("deploy.mode") in ("replicated", "global")
    return is_no_job and not ends_by_itself(facts)[0] and tasks(facts)[0] != 0


@derived("boolean", words={"is true": "window is not longer than all restarts take"})
def never_gives_up(facts: ServiceFacts) -> Derivation:
    """True if `window` is too short to contain `max_attempts` restarts, so that the limit is never reached.

    Swarm counts the restarts in the last `window` before a failure (swarmkit
    `manager/orchestrator/restart/restart.go shouldRestart`). A window of 0 counts all restarts of the release.
    """
    seconds, _ = attempts_take(facts)
    window = facts.value("deploy.restart_policy.window")
    location = facts.location("deploy.restart_policy.window")
    return bool(window and seconds is not None and window <= seconds), location


@derived("boolean", words={"is true": "the update ends before the last restart"})
def gives_up_after_update(facts: ServiceFacts) -> Derivation:
    """True if failures count only within a monitor that is set, is longer than 5s, and ends before the last restart.

    This is so without a healthcheck, with a failure_action of pause or rollback. RL015 reports a shorter monitor.
    """
    seconds, location = attempts_take(facts)
    monitor = facts.value(_MONITOR)
    if seconds is None or not default_value(_MONITOR) < monitor < seconds or has_healthcheck(facts)[0]:
        return False, location
    return stated_failure_action(facts)[0] in ("pause", "rollback"), location
