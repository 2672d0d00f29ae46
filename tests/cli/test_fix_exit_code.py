"""Exit codes of `fix`, and their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.fix_stacks import BASE, one_service

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write

UNFIXABLE = one_service("failure_action: rollback, order: '${ORDER:-start-first}'")
"""Stack with a finding of severity medium that depends on a variable."""
UNSAFE = one_service("order: start-first, failure_action: pause, monitor: 30s")
"""Stack with a finding of severity low that needs `--unsafe`."""


@pytest.mark.parametrize(
    ("text", "options", "config", "expected"),
    [
        pytest.param(UNFIXABLE, [], "", 1, id="medium"),
        pytest.param(UNFIXABLE, ["--fail-on", "high"], "", 0, id="below-the-option"),
        pytest.param(UNFIXABLE, ["--fail-on", "never"], "", 0, id="never"),
        pytest.param(UNFIXABLE, [], 'fail-on = "high"\n', 0, id="below-the-config"),
        pytest.param(UNFIXABLE, ["--fail-on", "medium"], 'fail-on = "high"\n', 1, id="option-overrides-config"),
        pytest.param(UNFIXABLE, ["--exit-zero"], "", 0, id="exit-zero"),
        pytest.param(UNFIXABLE, ["--only", "RL003"], "", 0, id="other-rule"),
        pytest.param(UNSAFE, [], "", 0, id="low"),
        pytest.param(UNSAFE, ["--fail-on", "low"], "", 1, id="low-at-the-threshold"),
    ],
)
@pytest.mark.parametrize("mode", ["--write", "--diff"])
def test_exit_code_depends_on_unfixed_findings(
    text: str, options: list[str], config: str, expected: int, mode: str, run: Run, write: Write
) -> None:
    folder = write({"compose.yml": text, "rollout-lint.toml": config})
    ran = run("fix", mode, *options, folder)
    assert (ran.exit_code, ran.stdout) == (expected, "")
    assert ("1 finding at or above" in ran.stderr) == (expected == 1 or "--exit-zero" in options)


def test_dry_run_has_both_reasons(run: Run, write: Write) -> None:
    folder = write({"a/compose.yml": BASE, "b/compose.yml": UNFIXABLE})
    ran = run("fix", folder / "a", folder / "b")
    assert ran.exit_code == 1
    assert ran.stderr.endswith("Exit 1: the changes are not written and 1 finding at or above medium would remain.\n")
    assert run("fix", "--exit-zero", folder / "a", folder / "b").exit_code == 0
    ran = run("fix", "--write", folder / "a", folder / "b")
    assert ran.stderr.endswith("Exit 1: 1 finding at or above medium remains.\n")


def test_reason_names_the_thresholds_of_all_recipes(run: Run, write: Write) -> None:
    folder = write({"a/compose.yml": UNFIXABLE, "b/compose.yml": UNSAFE, "b/rollout-lint.toml": 'fail-on = "low"\n'})
    ran = run("fix", "--write", folder / "a", folder / "b")
    assert ran.stderr.endswith("Exit 1: 2 findings at or above the threshold (medium, low) remain.\n")


def test_exit_zero_does_not_hide_an_error(run: Run, write: Write) -> None:
    folder = write({"compose.yml": BASE.replace("image: example/app:1", "pull_policy: always")})
    ran = run("fix", "--write", "--exit-zero", folder)
    assert ran.exit_code == 2
    assert ran.stderr.endswith("Exit 2: 1 recipe could not be fixed because of errors.\n")


def test_finding_in_two_variants_remains_once(run: Run, write: Write) -> None:
    files: dict[str, str | bytes] = {"compose.yml": UNFIXABLE, "compose.ccci.yml": "services: {app: {init: true}}\n"}
    assert "Exit 1: 1 finding at or above medium remains." in run("fix", "--write", write(files)).stderr


@pytest.mark.parametrize("options", [[], ["--baseline", "known.json"]], ids=["default", "named"])
def test_known_findings_are_not_reported(options: list[str], run: Run, write: Write, here: Path) -> None:
    del here
    write({"compose.yml": UNFIXABLE})
    assert run("check", "--write-baseline", *options).exit_code == 0
    ran = run("fix", "--write", *options)
    assert (ran.exit_code, ran.stderr) == (0, "1 recipe: nothing to write. Exit 0.\n")
    write({"compose.yml": UNFIXABLE.replace("app", "web")})
    assert run("fix", "--write", *options).exit_code == 1
