"""Longest time that an update can take by its policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.facts.model import Fact

_LEAST = 3600.0
_START_WITHOUT_TEST = 120.0
"""Start with the healthcheck of an image, by the default times of Docker (moby `daemon/health.go`)."""

_STOP = 60.0
"""Longest wait for an old task to stop (swarmkit `manager/orchestrator/restart/restart.go defaultOldTaskTimeout`)."""

_PULL = 300.0
"""Time to pull the image and to place a task, which no policy limits."""

_MOST_NODES = 1000
"""Number of nodes of a global service if the config does not set it."""


def longest_update(facts: Mapping[str, Fact]) -> float:
    """Return the seconds after which an update in progress cannot end by itself; at least an hour.

    Each group of tasks is stopped, pulled and started, and `delay` passes. Swarm monitors the last group.
    """
    batches = facts["derived.batches"].value
    at_once = facts["derived.tasks_at_once"].value or _MOST_NODES
    steps = -(-_MOST_NODES // at_once) if batches is None else max(batches, 1)
    start = facts["derived.longest_start"].value or _START_WITHOUT_TEST
    step = _STOP + _PULL + float(start) + float(facts["deploy.update_config.delay"].value)
    return max(_LEAST, steps * step + float(facts["derived.last_watch"].value))
