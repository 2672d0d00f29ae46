"""Hook in a repository with a config, suppressions and a baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.packaging.recipes import RISKY, SAFE, commit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.packaging.conftest import RunIn

pytestmark = pytest.mark.packaging

SUPPRESSED = RISKY.replace("order: start-first", "order: start-first  # rollout-lint: ignore[RL001] it fits twice")
NO_REASON = SUPPRESSED.replace(" it fits twice", "")
STALE = SAFE.replace("order: stop-first", "order: stop-first  # rollout-lint: ignore[RL001] it fits twice")
EXPIRED = SUPPRESSED.replace("ignore[RL001]", "ignore[RL001] until=2020-01-31")
CONFIG = """[[ignore]]
rule = "RL001"
path = "legacy/*"
reason = "no longer deployed"
"""


@pytest.fixture
def adopted(hooked: Path, run_in: RunIn) -> Path:
    """Repository with two risky recipes: one in the baseline, one suppressed by the config.

    The hook fails at severity low, which unused suppressions have.
    """
    configuration = hooked / ".pre-commit-config.yaml"
    configuration.write_text(configuration.read_text() + "        args: [--fail-on=low]\n")
    files = {"old/compose.yml": RISKY, "legacy/one/compose.yml": RISKY, "rollout-lint.toml": CONFIG}
    output = commit(run_in, hooked, files, 1)
    assert "old/compose.yml:9:16  medium  RL001" in output
    assert "legacy" not in output
    run_in(hooked, "rollout-lint", "check", "--write-baseline")
    commit(run_in, hooked, {}, 0)
    return hooked


def test_hook_accepts_baseline_and_rejects_new_finding(adopted: Path, run_in: RunIn) -> None:
    commit(
        run_in, adopted, {"old/compose.yml": f"# the wiki\n\n{RISKY}", "legacy/one/compose.yml": f"# gone\n{RISKY}"}, 0
    )
    output = commit(run_in, adopted, {"new/compose.yml": RISKY}, 1)
    assert "new/compose.yml:9:16  medium  RL001" in output
    assert "old/" not in output
    commit(run_in, adopted, {"new/compose.yml": SAFE}, 0)


def test_hook_rejects_suppression_without_reason_or_finding(adopted: Path, run_in: RunIn) -> None:
    commit(run_in, adopted, {"new/compose.yml": SUPPRESSED}, 0)
    without = commit(run_in, adopted, {"new/compose.yml": NO_REASON}, 1)
    assert "new/compose.yml:9:16  medium  RL001" in without
    assert "reason" in without
    stale = commit(run_in, adopted, {"new/compose.yml": STALE}, 1)
    assert "RL072 ignore-unused" in stale
    assert "RL001 rollback-start-first" not in stale
    assert "RL001 rollback-start-first" in commit(run_in, adopted, {"new/compose.yml": EXPIRED}, 1)


def test_hook_rejects_finding_after_baseline_update(adopted: Path, run_in: RunIn) -> None:
    commit(run_in, adopted, {"old/compose.yml": SAFE}, 0)
    message = "1 finding of .rollout-lint-baseline.json no longer occurs"
    assert message in run_in(adopted, "rollout-lint", "check", "old")
    run_in(adopted, "rollout-lint", "check", "--write-baseline")
    output = commit(run_in, adopted, {"old/compose.yml": RISKY}, 1)
    assert "old/compose.yml:9:16  medium  RL001" in output
