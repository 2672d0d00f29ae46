"""Number of generated examples of a test. ROLLOUT_LINT_STACKS overrides it."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings


def example_count(default: int, share: int = 1) -> settings:
    """Return settings for `default` examples, or ROLLOUT_LINT_STACKS divided by `share`.

    The examples are the same in each run, so that a change causes a new failure, unless ROLLOUT_LINT_SEED is set.
    """
    count = os.environ.get("ROLLOUT_LINT_STACKS")
    return settings(
        max_examples=default if count is None else max(int(count) // share, 1),
        deadline=None,
        derandomize=os.environ.get("ROLLOUT_LINT_SEED") is None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
