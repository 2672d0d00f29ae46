"""Example rule of CONTRIBUTING.md. tests/swarm runs its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pages import CONTRIBUTING, commands, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run


def test_contributing_shows_test_and_use_of_rule() -> None:
    assert commands(CONTRIBUTING) == ["rollout-lint rules --test my-rules", "rollout-lint check --rules my-rules"]


def test_contributing_rule_passes_and_finds_its_stack(run: Run, tmp_path: Path) -> None:
    rule, stack = write_files(CONTRIBUTING, tmp_path)
    assert run("rules", "--test", rule.parent).exit_code == 0
    ran = run("check", stack, "--rules", rule.parent, "--format", "json")
    [found] = [each for each in ran.json["recipes"][0]["findings"] if each["rule"] == "MY001"]
    assert (ran.exit_code, found["severity"]) == (1, "medium")
