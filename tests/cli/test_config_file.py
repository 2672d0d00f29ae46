"""`--config FILE`: a config that is named instead of found."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.linter.config_runs import CONFIG, RISKY, check_severities
from tests.rules.own_rule import NAME, OWN_RULE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import CommandResult, Run, Write

NAMED = "ci/strict.toml"


@pytest.fixture
def folder(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder with a recipe whose own config disables RL001, and a named config that disables RL009."""
    named = "disable = ['RL009']\nfail-on = 'high'\n[hosts]\nmemory = '64G'\n"
    folder = write({f"r/{CONFIG}": "disable = ['RL001']\n", "r/compose.yml": RISKY, NAMED: named})
    monkeypatch.chdir(folder)
    return folder


def test_named_config_replaces_the_nearest_one(run: Run, folder: Path) -> None:
    assert folder.is_dir()
    assert check_severities(run, "r").keys() == {"RL009"}
    assert check_severities(run, "r", "--config", NAMED).keys() == {"RL001"}
    assert (run("check", "r").exit_code, run("check", "r", "--config", NAMED).exit_code) == (1, 0)
    assert check_severities(run, "-c", "r/compose.yml", "--config", NAMED).keys() == {"RL001"}


def test_commands_that_check_offers_name_the_config(run: Run, folder: Path) -> None:
    [command] = re.findall(r"\(rollout-lint (.*)\)", run("check", "r", "--config", NAMED).stdout)
    assert f"--config {NAMED}" in command
    assert run(*command.split()).exit_code == 0
    assert "stop-first" in (folder / "r" / "compose.yml").read_text("utf-8")


def test_rules_of_options_are_those_of_the_named_config(run: Run, folder: Path) -> None:
    (folder / "ci" / "rules").mkdir()
    (folder / "ci" / "rules" / NAME).write_text(OWN_RULE, encoding="utf-8")
    (folder / NAMED).write_text("rules = ['rules']\n", encoding="utf-8")
    assert run("check", "r", "--rule", "TT001").exit_code == 2
    assert "TT001" in run("check", "r", "--rule", "TT001", "--config", NAMED).stdout
    assert run("fix", "r", "--only", "TT001").exit_code == 2
    assert "memory: 512M" in run("fix", "r", "--only", "TT001", "--config", NAMED).stdout


def test_every_command_that_reads_a_config_takes_one(run: Run, folder: Path) -> None:
    assert folder.is_dir()
    [row] = run("sweep", ".", "--config", NAMED, "--format", "json").json["recipes"]
    assert row["rules"] == ["RL001"]
    settings = {
        each["key"]: each["value"]
        for each in run("config", "r", "--config", NAMED, "--format", "json").json["settings"]
    }
    assert settings["hosts.memory"] == 64 << 30
    assert run("fix", "r").stdout == ""
    assert "+" in run("fix", "r", "--config", NAMED).stdout
    variables = folder / "ci" / "variables.toml"
    variables.write_text("variables = {MODE = 'pause'}\n", encoding="utf-8")
    (folder / "r" / "compose.yml").write_text(RISKY.replace("rollback", "$MODE"), encoding="utf-8")
    shown = run("show", "r", "--config", variables, "--format", "json").json
    assert shown["variants"][0]["services"]["app"]["deploy.update_config.failure_action"]["value"] == "pause"


def inspect(run: Run, folder: Path, *options: str) -> CommandResult:
    document = [
        {
            "Spec": {
                "Name": "r_app",
                "TaskTemplate": {"ContainerSpec": {"Image": "me/app"}},
                "Mode": {"Replicated": {"Replicas": 1}},
                "UpdateConfig": {"Parallelism": 1, "FailureAction": "rollback", "Order": "start-first"},
            }
        }
    ]
    (folder / "live.json").write_text(json.dumps(document), encoding="utf-8")
    return run("inspect", folder / "live.json", "--format", "json", *options)


def test_inspect_takes_a_named_config(run: Run, folder: Path) -> None:
    found = {each["rule"] for each in inspect(run, folder).json["services"][0]["findings"]}
    named = {each["rule"] for each in inspect(run, folder, "--config", NAMED).json["services"][0]["findings"]}
    assert "RL009" in found
    assert named == found - {"RL009"}


def test_patterns_of_a_named_config_start_in_the_current_folder(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / NAMED).write_text("exclude = ['/r/old']\n[[overrides]]\npaths = ['r']\ndisable = ['RL001']\n", "utf-8")
    (folder / "r" / "old").mkdir()
    (folder / "r" / "old" / "compose.yml").write_text(RISKY, encoding="utf-8")
    ran = run("check", "--config", NAMED, "--format", "json")
    assert [recipe["path"] for recipe in ran.json["recipes"]] == ["r"]
    assert check_severities(run, "r", "--config", NAMED).keys() == {"RL009"}
    monkeypatch.chdir(folder / "ci")
    assert check_severities(run, "../r", "--config", "strict.toml").keys() == {"RL001", "RL009"}


def test_named_config_can_extend_another(run: Run, folder: Path) -> None:
    (folder / "ci" / "more.yml").write_text("extends: strict.toml\nseverity: {RL001: high}\n", encoding="utf-8")
    assert check_severities(run, "r", "--config", "ci/more.yml") == {"RL001": "high"}


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("none.toml", None, "none.toml: does not exist"),
        ("bad.toml", "disabled = []", 'bad.toml:1:1: unknown key "disabled"'),
        ("pyproject.toml", "[project]\n", "pyproject.toml: has no table [tool.rollout-lint]"),
        (".", None, ": is not a regular file"),
    ],
    ids=["missing", "invalid", "no-table", "folder"],
)
@pytest.mark.parametrize("command", ["check", "sweep", "show", "fix", "config", "inspect"])
def test_invalid_named_config_is_an_error(
    run: Run, folder: Path, command: str, name: str, text: str | None, error: str
) -> None:
    if text is not None:
        (folder / name).write_text(text, encoding="utf-8")
    ran = inspect(run, folder, "--config", name) if command == "inspect" else run(command, "r", "--config", name)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert error in ran.stderr
