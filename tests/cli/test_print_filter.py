"""Findings that `check` prints: `--severity`, `--rule`, and `print` in a config."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.report.readers import READERS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import CommandResult, Run, Write

CONFIG = "rollout-lint.toml"
SEVERITIES = "[severity]\nRL001 = 'high'\nRL009 = 'low'\nRL011 = 'info'\n"
STACK = """services:
  app:
    image: me/app
    deploy: {update_config: {failure_action: rollback, order: start-first, monitor: 30s}}
  paused:
    image: me/paused
    healthcheck: {test: curl -f http://localhost/}
    deploy: {update_config: {order: start-first, monitor: 30s}}
"""
"""Stack with RL001 and RL009 on app, and RL011 on paused."""


@pytest.fixture
def folder(write: Write) -> Path:
    return write({CONFIG: SEVERITIES, "compose.yml": STACK})


def printed(ran: CommandResult) -> set[str]:
    """Return the rules of the findings of a text report."""
    return {line.split()[2] for line in ran.stdout.splitlines() if line.count("  ") >= 2 and "compose.yml:" in line}


def summary(ran: CommandResult) -> str:
    return ran.stdout.splitlines()[-1].partition(": ")[2]


@pytest.mark.parametrize(
    ("options", "rules", "expected"),
    [
        ((), {"RL001", "RL009"}, "2 findings (1 high, 1 low), 1 info not shown (--severity info). Exit 1."),
        (("--severity", "info"), {"RL001", "RL009", "RL011"}, "3 findings (1 high, 1 low, 1 info). Exit 1."),
        (
            ("--severity", "low"),
            {"RL001", "RL009"},
            "2 findings (1 high, 1 low), 1 info not shown (--severity info). Exit 1.",
        ),
        (("--severity", "medium"), {"RL001"}, "1 finding (1 high), 2 not shown. Exit 1."),
        (("--rule", "RL009"), {"RL009"}, "1 finding (1 low), 2 not shown. Exit 1."),
        (("--rule", "rl009, RL01"), {"RL009"}, "1 finding (1 low), 2 not shown. Exit 1."),
        (
            ("--rule", "RL009", "--rule", "pause-leaves-both-releases"),
            {"RL009"},
            "1 finding (1 low), 2 not shown. Exit 1.",
        ),
        (("--rule", "RL011", "--severity", "info"), {"RL011"}, "1 finding (1 info), 2 not shown. Exit 1."),
        (("--rule", "RL003", "--fail-on", "never"), set(), "0 findings, 3 not shown. Exit 0."),
    ],
    ids=["default", "info", "low", "medium", "rule", "prefix", "name", "both", "none"],
)
def test_text_prints_and_counts_only_selected_findings(
    run: Run, folder: Path, options: tuple[str, ...], rules: set[str], expected: str
) -> None:
    ran = run("check", folder, *options)
    assert printed(ran) == rules
    assert summary(ran) == expected
    assert str(ran.exit_code) == expected[-2]


@pytest.mark.parametrize("form", ["json", *READERS])
def test_other_formats_print_info_findings_by_default(run: Run, folder: Path, form: str) -> None:
    for options, expected in (((), 3), (("--severity", "low"), 2), (("--rule", "RL001"), 1)):
        ran = run("check", folder, "--format", form, *options)
        assert ran.exit_code == 1
        if form == "json":
            counts = Counter(each["severity"] for each in ran.json["recipes"][0]["findings"])
            assert ran.json["summary"]["findings"] == {each: counts[each] for each in ("high", "medium", "low", "info")}
            assert counts.total() == expected
        else:
            assert len(READERS[form](ran.stdout)) == expected


def test_each_format_of_one_run_has_its_own_default(run: Run, folder: Path) -> None:
    file = folder / "report.json"
    ran = run("check", folder, "--format", "text", "--format", "json", "--output", file)
    assert printed(ran) == {"RL001", "RL009"}
    assert len(json.loads(file.read_text("utf-8"))["recipes"][0]["findings"]) == 3


def test_junit_report_passes_no_service_with_a_hidden_finding(run: Run, folder: Path) -> None:
    report = run("check", folder, "--format", "junit", "--severity", "high").stdout
    assert 'name="app: RL001' in report
    assert 'name="paused"' not in report


def test_hidden_finding_still_fails_the_check(run: Run, folder: Path) -> None:
    assert run("check", folder, "--fail-on", "info", "--rule", "RL003", "--severity", "high").exit_code == 1
    assert run("check", folder, "--fail-on", "never", "--severity", "info").exit_code == 0


@pytest.mark.parametrize("rules", ["RL999", "RL001,,", "", "rollback"])
def test_unknown_rule_is_an_error(run: Run, folder: Path, rules: str) -> None:
    ran = run("check", folder, "--rule", rules)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "unknown rule " in ran.stderr


@pytest.mark.parametrize(
    ("config", "options", "rules"),
    [
        ("print.severity = 'info'", (), {"RL001", "RL009", "RL011"}),
        ("print.severity = 'high'", (), {"RL001"}),
        ("print.severity = 'high'", ("--severity", "low"), {"RL001", "RL009"}),
        ("print.rules = ['RL00']", (), {"RL001", "RL009"}),
        ("print.rules = ['RL001']", ("--rule", "RL009"), {"RL009"}),
        ("print.rules = ['RL001']\n[[overrides]]\npaths = ['r']\nprint.rules = ['RL009']", (), {"RL009"}),
        ("[[overrides]]\npaths = ['other']\nprint.severity = 'high'", (), {"RL001", "RL009"}),
    ],
)
def test_config_selects_findings_to_print(
    run: Run, write: Write, config: str, options: tuple[str, ...], rules: set[str]
) -> None:
    severities = "severity = {RL001 = 'high', RL009 = 'low', RL011 = 'info'}\n"
    folder = write({CONFIG: severities + config, "r/compose.yml": STACK})
    ran = run("check", folder, *options)
    assert printed(ran) == rules
    assert ran.exit_code == 1


def test_config_with_an_unknown_rule_to_print_is_an_error(run: Run, folder: Path) -> None:
    (folder / CONFIG).write_text("[print]\nrules = ['RL999']\n", encoding="utf-8")
    ran = run("check", folder)
    assert ran.exit_code == 2
    assert f'{CONFIG}:2:1: unknown rule "RL999"' in ran.stderr


def test_config_command_lists_what_is_printed(run: Run, folder: Path) -> None:
    (folder / CONFIG).write_text("[print]\nseverity = 'info'\nrules = ['RL001', 'RL03']\n", encoding="utf-8")
    settings = run("config", folder, "--format", "json").json["settings"]
    rows = [
        (each["key"], each["value"], each["origin"]["line"]) for each in settings if each["key"].startswith("print")
    ]
    assert rows == [("print.severity", "info", 2), ("print.rules", "RL001", 3), ("print.rules", "RL03", 3)]
