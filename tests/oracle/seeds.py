"""Seeds of the tests that generate files by themselves."""

from __future__ import annotations

import os


def seeds(share: int) -> range:
    """Return as many seeds as ROLLOUT_LINT_STACKS (200 by default) divided by `share`, from ROLLOUT_LINT_SEED on."""
    first = int(os.environ.get("ROLLOUT_LINT_SEED", "0"))
    return range(first, first + max(1, int(os.environ.get("ROLLOUT_LINT_STACKS", "200")) // share))
