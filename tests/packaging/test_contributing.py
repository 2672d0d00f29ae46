"""The way from an idea to a proved rule, as CONTRIBUTING.md walks it; tests/swarm goes its last step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pages import CONTRIBUTING, commands, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run


def test_its_rule_is_tried_and_used_in_sessions() -> None:
    assert commands(CONTRIBUTING) == ["rollout-lint rules --test my-rules", "rollout-lint check --rules my-rules"]


def test_its_rule_holds_and_finds_its_stack(run: Run, tmp_path: Path) -> None:
    rule, stack = write_files(CONTRIBUTING, tmp_path)
    assert run("rules", "--test", rule.parent).exit_code == 0
    ran = run("check", stack, "--rules", rule.parent, "--format", "json")
    [found] = [each for each in ran.json["recipes"][0]["findings"] if each["rule"] == "MY001"]
    assert (ran.exit_code, found["severity"]) == (1, "medium")
