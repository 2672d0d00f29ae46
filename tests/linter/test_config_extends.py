"""Configs that extend another one, and rules that it locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.linter.config_runs import CONFIG, RISKY, check_severities, severities
from tests.rules.own_rule import NAME, OWN_RULE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write

COMMON = "org/common.toml"


def recipe(write: Write, common: str, own: str = "", **files: str) -> Path:
    """Write a recipe whose config extends a common one, and return the folder of the recipe."""
    own = f"extends = '../{COMMON}'\n{own}"
    return write({COMMON: common, f"r/{CONFIG}": own, "r/compose.yml": RISKY, **files}) / "r"


def test_config_inherits_and_overrides_values(run: Run, write: Write) -> None:
    common = "disable = ['RL009']\nfail-on = 'high'\noverlays = ['compose.x.yml']\n[hosts]\nmemory = '8G'\nnodes = 2\n"
    folder = recipe(write, common, "fail-on = 'low'\nhosts = {memory = '4G'}\n")
    assert check_severities(run, folder) == {"RL001": "medium"}
    settings = {each["key"]: each for each in run("config", folder, "--format", "json").json["settings"]}
    assert {
        key: settings[key]["value"] for key in ("fail-on", "hosts.memory", "hosts.nodes", "overlays", "extends")
    } == {
        "fail-on": "low",
        "hosts.memory": 4 << 30,
        "hosts.nodes": 2,
        "overlays": ["compose.x.yml"],
        "extends": f"../{COMMON}",
    }
    assert settings["hosts.nodes"]["origin"]["file"].endswith(f"{COMMON}")
    assert run("check", folder).exit_code == 1


def test_own_lists_replace_and_own_disable_adds(run: Run, write: Write) -> None:
    assert check_severities(run, recipe(write, "disable = ['RL001']", "disable = ['RL009']")) == {}
    assert check_severities(run, recipe(write, "select = ['RL001']", "select = ['RL009']")) == {"RL009": "medium"}
    assert check_severities(run, recipe(write, "disable = ['RL001']", "severity = {RL009 = 'high'}")) == {
        "RL009": "high"
    }


def test_patterns_of_common_config_match_below_extending_one(run: Run, write: Write) -> None:
    common = (
        "[[overrides]]\npaths = ['db']\ndisable = ['RL001']\n[[ignore]]\nrule = 'RL009'\npath = 'web'\nreason = 'why'\n"
    )
    folder = recipe(write, common, **{"r/db/compose.yml": RISKY, "r/web/compose.yml": RISKY})
    assert check_severities(run, folder / "db").keys() == {"RL009"}
    ran = run("check", folder / "web", "--format", "json")
    assert {each["rule"] for each in ran.json["recipes"][0]["findings"] if each["suppressed"]} == {"RL009"}


def test_files_of_a_common_config_are_relative_to_itself(run: Run, write: Write) -> None:
    common = "rules = ['rules']\nenv_files = ['values.env']\n"
    folder = recipe(
        write, common, **{f"org/rules/{NAME}": OWN_RULE, "org/values.env": "N=3", "r/compose.yml": RISKY + "x-a: $N\n"}
    )
    assert "TT001" in check_severities(run, folder)
    settings = {each["key"]: each["value"] for each in run("config", folder, "--format", "json").json["settings"]}
    assert settings["variables.N"] == "3"


def test_configs_extend_over_several_files_in_each_format(run: Run, write: Write) -> None:
    write({"org/base.yml": "disable: [RL009]\n", "org/pyproject.toml": "[tool.rollout-lint]\nextends = 'base.yml'\n"})
    folder = write({"r/.rollout-lint.yml": "extends: ../org/pyproject.toml\n", "r/compose.yml": RISKY}) / "r"
    assert check_severities(run, folder).keys() == {"RL001"}


@pytest.mark.parametrize(
    ("extends", "common", "message"),
    [
        ("../org/none.toml", "", f"{CONFIG}:1:1: config '../org/none.toml' does not exist"),
        ("../org", "", "org: is not a regular file"),
        (f"../{COMMON}", "disabled = []", f'{COMMON}:1:1: unknown key "disabled"'),
        (f"../{COMMON}", "disable = ['RL999']", f'{COMMON}:1:1: unknown rule "RL999"'),
        (f"../{COMMON}", "locked = ['RL999']", f'{COMMON}:1:1: unknown rule "RL999"'),
        (f"../{COMMON}", f"extends = '../r/{CONFIG}'", f"{COMMON}:1:1: '../r/{CONFIG}' extends this file again"),
        (f"../{COMMON}", "extends = 'common.toml'", f"{COMMON}:1:1: 'common.toml' extends this file again"),
        (
            f"../{COMMON}",
            "[[stacks]]\nfiles = 'a.yml'",
            f"{COMMON}:1:1: a config that another one extends has no stacks",
        ),
        ("../org/pyproject.toml", "", f"{CONFIG}:1:1: config '../org/pyproject.toml' has no table [tool.rollout-lint]"),
    ],
    ids=["missing", "folder", "invalid", "unknown-rule", "unknown-lock", "cycle", "itself", "stacks", "no-table"],
)
def test_invalid_extends_is_an_error_with_its_location(
    run: Run, write: Write, extends: str, common: str, message: str
) -> None:
    folder = write(
        {COMMON: common, "org/pyproject.toml": "", f"r/{CONFIG}": f"extends = '{extends}'", "r/compose.yml": RISKY}
    )
    ran = run("check", folder / "r")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert message.replace("'", '"') in ran.stderr.replace("'", '"')


LOCKED = "locked = ['RL001']\n"


@pytest.mark.parametrize(
    ("own", "error"),
    [
        ("disable = ['RL001']", "2:1: RL001 is locked in FILE:1 and cannot be disabled"),
        ("disable = ['RL00']", "2:1: RL001 is locked in FILE:1 and cannot be disabled"),
        ("select = ['RL009']", "2:1: RL001 is locked in FILE:1 and must be selected"),
        ("severity = {RL001 = 'low'}", "2:1: RL001 is locked in FILE:1 and must have at least the severity medium"),
        ("severity = {RL00 = 'info'}", "2:1: RL001 is locked in FILE:1 and must have at least the severity medium"),
        ("[[overrides]]\npaths = ['x']\ndisable = ['RL001']", "4:1: RL001 is locked in FILE:1 and cannot be disabled"),
        ("[[ignore]]\nrule = 'RL001'\nreason = 'why'", "2:3: RL001 is locked in FILE:1 and cannot be suppressed"),
    ],
    ids=["disable", "prefix", "select", "severity", "severity-of-prefix", "override", "ignore"],
)
def test_config_cannot_weaken_a_locked_rule(run: Run, write: Write, own: str, error: str) -> None:
    folder = recipe(write, LOCKED, own)
    for command in ("check", "sweep", "show", "config"):
        ran = run(command, folder)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert ran.stderr.replace(str(folder.parent / COMMON), "FILE").strip().endswith(f"/{CONFIG}:{error}")
    assert run("check", recipe(write, "", own)).exit_code != 2


@pytest.mark.parametrize(
    "own",
    [
        "disable = ['RL009']",
        "select = ['RL001']",
        "severity = {RL001 = 'high'}",
        "severity = {RL00 = 'low', RL001 = 'medium'}",
        "[[ignore]]\nrule = 'RL009'\nreason = 'why'",
    ],
    ids=["other-rule", "selected", "raised", "specific-severity", "other-ignore"],
)
def test_config_can_change_what_is_not_locked(run: Run, write: Write, own: str) -> None:
    assert severities(run("check", recipe(write, LOCKED, own), "--format", "json"))["RL001"] in ("medium", "high")


def test_severity_of_a_lock_is_that_of_the_common_config(run: Run, write: Write) -> None:
    common = LOCKED + "severity = {RL001 = 'high'}\n"
    ran = run("check", recipe(write, common, "severity = {RL001 = 'medium'}"))
    assert "must have at least the severity high" in ran.stderr
    assert check_severities(run, recipe(write, common))["RL001"] == "high"


def test_common_config_can_suppress_what_it_locks(run: Run, write: Write) -> None:
    folder = recipe(write, LOCKED + "[[ignore]]\nrule = 'RL001'\nreason = 'agreed'\n")
    found = run("check", folder, "--format", "json").json["recipes"][0]["findings"]
    assert [each["suppressed"]["reason"] for each in found if each["rule"] == "RL001"] == ["agreed"]


@pytest.mark.parametrize("name", ["common", "own"])
def test_comment_cannot_suppress_a_locked_rule(run: Run, write: Write, name: str) -> None:
    folder = recipe(write, LOCKED if name == "common" else "", LOCKED if name == "own" else "")
    (folder / "compose.yml").write_text(f"# rollout-lint: ignore[RL001] why\n{RISKY}", encoding="utf-8")
    found = run("check", folder, "--format", "json").json["recipes"][0]["findings"]
    assert [each["suppressed"] for each in found if each["rule"] == "RL001"] == [None]
    [invalid] = [each for each in found if each["rule"] == "RL070"]
    assert invalid["line"] == 1
    assert "RL001 is locked in the config and cannot be suppressed" in invalid["message"]


def test_baseline_does_not_suppress_a_locked_rule(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recipe(write, "", "")
    monkeypatch.chdir(folder)
    run("check", "--write-baseline")
    assert run("check").exit_code == 0
    write({COMMON: LOCKED})
    ran = run("check", "--format", "json")
    found = ran.json["recipes"][0]["findings"]
    assert {each["rule"]: bool(each["suppressed"]) for each in found} == {"RL001": False, "RL009": True}
    assert (ran.exit_code, ran.stderr) == (1, "")
    run("check", "--write-baseline")
    assert run("check").exit_code == 1
