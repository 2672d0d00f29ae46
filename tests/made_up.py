"""How many made-up stacks a test tries: ROLLOUT_LINT_STACKS says another number than the usual one."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings


def stacks_in_number(usual: int, share: int = 1) -> settings:
    """The usual number, or one in `share` of what is asked for.

    They are the same ones in each run, so that a new failure is a change's own, unless ROLLOUT_LINT_SEED is set.
    """
    asked = os.environ.get("ROLLOUT_LINT_STACKS")
    return settings(
        max_examples=usual if asked is None else max(int(asked) // share, 1),
        deadline=None,
        derandomize=os.environ.get("ROLLOUT_LINT_SEED") is None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
