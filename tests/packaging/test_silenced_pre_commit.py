"""A repository of many recipes with pre-commit, a config, suppressions and a baseline, from its first day on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.packaging.recipes import RISKY, SAFE, commit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.packaging.conftest import RunIn

pytestmark = pytest.mark.packaging

SILENCED = RISKY.replace("order: start-first", "order: start-first  # rollout-lint: ignore[RL001] it fits twice")
NO_REASON = SILENCED.replace(" it fits twice", "")
STALE = SAFE.replace("order: stop-first", "order: stop-first  # rollout-lint: ignore[RL001] it fits twice")
ENDED = SILENCED.replace("ignore[RL001]", "ignore[RL001] until=2020-01-31")
CONFIG = """[[ignore]]
rule = "RL001"
path = "legacy/*"
reason = "nobody deploys these any more"
"""


@pytest.fixture
def grown(hooked: Path, run_in: RunIn) -> Path:
    """A repository in which two recipes were at risk before it had a linter, one of them named in the config.

    Its hook fails from the severity on that a suppression without anything to silence has.
    """
    configuration = hooked / ".pre-commit-config.yaml"
    configuration.write_text(configuration.read_text() + "        args: [--fail-on=low]\n")
    files = {"old/compose.yml": RISKY, "legacy/one/compose.yml": RISKY, "rollout-lint.toml": CONFIG}
    refused = commit(run_in, hooked, files, 1)
    assert "old/compose.yml:9:16  medium  RL001" in refused
    assert "legacy" not in refused
    run_in(hooked, "rollout-lint", "check", "--write-baseline")
    commit(run_in, hooked, {}, 0)
    return hooked


def test_what_is_known_passes_where_it_is_touched_and_what_is_new_does_not(grown: Path, run_in: RunIn) -> None:
    commit(
        run_in, grown, {"old/compose.yml": f"# the wiki\n\n{RISKY}", "legacy/one/compose.yml": f"# gone\n{RISKY}"}, 0
    )
    refused = commit(run_in, grown, {"new/compose.yml": RISKY}, 1)
    assert "new/compose.yml:9:16  medium  RL001" in refused
    assert "old/" not in refused
    commit(run_in, grown, {"new/compose.yml": SAFE}, 0)


def test_a_suppression_needs_a_reason_and_something_to_silence(grown: Path, run_in: RunIn) -> None:
    commit(run_in, grown, {"new/compose.yml": SILENCED}, 0)
    without = commit(run_in, grown, {"new/compose.yml": NO_REASON}, 1)
    assert "new/compose.yml:9:16  medium  RL001" in without
    assert "reason" in without
    stale = commit(run_in, grown, {"new/compose.yml": STALE}, 1)
    assert "RL072 ignore-idle" in stale
    assert "RL001 rollback-start-first" not in stale
    assert "RL001 rollback-start-first" in commit(run_in, grown, {"new/compose.yml": ENDED}, 1)


def test_what_is_paid_off_is_told_and_no_longer_known_once_it_is_written_down(grown: Path, run_in: RunIn) -> None:
    commit(run_in, grown, {"old/compose.yml": SAFE}, 0)
    assert "1 of the baseline's findings is gone" in run_in(grown, "rollout-lint", "check", "old")
    run_in(grown, "rollout-lint", "check", "--write-baseline")
    refused = commit(run_in, grown, {"old/compose.yml": RISKY}, 1)
    assert "old/compose.yml:9:16  medium  RL001" in refused
