"""Hook in the real pre-commit, in git repositories with one and many recipes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.packaging.recipes import RISKY, SAFE, commit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.packaging.conftest import RunIn

pytestmark = pytest.mark.packaging

OVERLAY = 'version: "3.8"\nservices: {app: {deploy: {update_config: {order: start-first}}}}\n'


def test_hook_rejects_risky_and_accepts_fixed_recipe(hooked: Path, run_in: RunIn) -> None:
    output = commit(run_in, hooked, {"forum/compose.yml": RISKY, "forum/notes.md": "notes\n"}, 1)
    assert "forum/compose.yml:9:16  medium  RL001 rollback-start-first" in output
    commit(run_in, hooked, {"forum/compose.yml": SAFE}, 0)

    overlay = commit(run_in, hooked, {"forum/compose.ccci.yml": OVERLAY}, 1)
    assert "forum/compose.ccci.yml:2" in overlay
    errors = commit(run_in, hooked, {"forum/compose.ccci.yml": "services: [\n"}, 1)
    assert "not YAML" in errors

    sample = {
        "forum/compose.ccci.yml": OVERLAY.replace("start-first", "stop-first"),
        "forum/.env.sample": "COMPOSE_FILE=gone.yml\n",
    }
    assert "forum/.env.sample:1:1  error" in commit(run_in, hooked, sample, 1)
    commit(run_in, hooked, {"forum/.env.sample": "A=1\n", "forum/values.yml": "order: start-first\n"}, 0)


def test_hook_checks_only_changed_recipes(hooked: Path, run_in: RunIn) -> None:
    recipes = {f"apps/app{number}/compose.yml": SAFE for number in range(60)}
    commit(run_in, hooked, {**recipes, "README.md": "many recipes\n"}, 0)

    changes = {
        "apps/app7/compose.ccci.yml": OVERLAY,
        "apps/app8/compose.yml": RISKY,
        "apps/app8/compose.smtp.yml": OVERLAY.replace("order: start-first", "parallelism: 2"),
        "apps/app9/compose.smtp.yml": OVERLAY,
        "apps/app9/.env.sample": '#COMPOSE_FILE="compose.yml:compose.smtp.yml"\n',
        "apps/app10/notes.md": "order: start-first\n",
    }
    output = commit(run_in, hooked, changes, 1)
    assert re.findall(r"^apps/\S+(?=:\d+:\d+  )", output, re.MULTILINE) == [
        "apps/app7/compose.ccci.yml",
        "apps/app8/compose.yml",
        "apps/app9/compose.smtp.yml",
    ]
    assert output.count("Exit 1.") == 1
    assert "\n3 recipes, " in output

    fixed = {name: text.replace("start-first", "stop-first") for name, text in changes.items()}
    commit(run_in, hooked, fixed, 0)


def test_hook_runs_once_for_many_files(hooked: Path, run_in: RunIn) -> None:
    recipes = {f"apps/app{number}/compose.yml": SAFE for number in range(200)}
    recipes |= {f"apps/app{number}/compose.ccci.yml": OVERLAY for number in range(200)}
    output = commit(run_in, hooked, recipes, 1)
    assert output.count("Exit 1.") == 1
    assert "\n200 recipes, " in output


def test_fix_hook_leaves_changes_unstaged(hooked: Path, run_in: RunIn) -> None:
    config = hooked / ".pre-commit-config.yaml"
    config.write_text(config.read_text().replace("- id: rollout-lint", "- id: rollout-lint-fix"))
    changed = commit(run_in, hooked, {"forum/compose.yml": RISKY}, 1)
    assert "files were modified by this hook" in changed
    assert (hooked / "forum/compose.yml").read_text() == SAFE
    commit(run_in, hooked, {"forum/compose.yml": SAFE}, 0)
