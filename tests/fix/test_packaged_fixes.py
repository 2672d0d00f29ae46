"""Fixes of bad examples and sample recipes, compared by `docker stack config` before and after."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.report.common.masking import MASKED

from tests.conftest import SAMPLES
from tests.fix.docker_changes import changed_values, merged_values
from tests.fix.rule_examples import FIXABLE, RULES, files_of
from tests.oracle.docker import require

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.rules.model import Rule

    from tests.conftest import CommandResult, Run, Write

pytestmark = pytest.mark.oracle

EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}-{number}")
    for rule in FIXABLE
    for number, example in enumerate(rule.examples["bad"])
]
RECIPES = sorted(path.parent.name for path in SAMPLES.glob("*/compose.yml"))

Findings = set[tuple[str, str, str]]


@pytest.fixture(scope="module", autouse=True)
def docker() -> None:
    require()


def findings_of(ran: CommandResult) -> Findings:
    """Return rule, service and variant of each finding of a check."""
    [recipe] = ran.json["recipes"]
    return {
        (each["rule"], service, each["variant"])
        for each in recipe["findings"]
        for service in each["services"] or [None]
    }


def variants(ran: CommandResult, folder: Path) -> dict[str, list[Path]]:
    [recipe] = ran.json["recipes"]
    return {each["name"]: [folder / file for file in each["files"]] for each in recipe["variants"]}


def reported_settings(wrote: CommandResult, check: CommandResult) -> dict[tuple[str, ...], str]:
    """Return the settings that `fix` reports, such as a monitor that a smaller parallelism needs.

    Text that may be a secret is masked. tests/fix/test_computed.py compares it.
    """
    [recipe] = check.json["recipes"]
    services = {service for each in recipe["findings"] for service in each["services"]}
    reported = re.findall(r"^  = set: (\S+): (\S+) \(in ", wrote.stderr, re.MULTILINE)
    return {("services", service, *path.split(".")): value for service in services for path, value in reported}


def fix_and_verify(run: Run, folder: Path, *options: str) -> Findings:
    """Fix the folder, assert that only settings of fixes changed, and return the fixed findings.

    The exit code is that of a check of the fixed files.
    """
    check = run("check", folder, "--format", "json", "--no-ignores")
    before = {name: merged_values(files) for name, files in variants(check, folder).items()}
    wrote = run("fix", "--write", *options, folder)
    assert (wrote.exit_code, wrote.stdout) == (run("check", folder, "--format", "json").exit_code, "")
    after_check = run("check", folder, "--format", "json", "--no-ignores")
    gone = findings_of(check) - findings_of(after_check)
    assert findings_of(after_check) <= findings_of(check)
    settings = {
        ("services", service, *path.split(".")): value
        for rule, service, _ in gone
        for path, value in RULES[rule].fix_settings.items()
    } | reported_settings(wrote, check)
    for name, files in variants(after_check, folder).items():
        for path, value in changed_values(before[name], merged_values(files)).items():
            assert path in settings, f"{name}: {path}"
            assert settings[path] in (value, str(value), MASKED)
    written = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    again = run("fix", "--write", *options, folder)
    assert (again.exit_code, again.stdout) == (wrote.exit_code, "")
    assert {path: path.read_bytes() for path in written} == written
    return gone


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_fix_of_bad_example(rule: Rule, example: dict[str, Any], run: Run, write: Write) -> None:
    folder = write(files_of(example))
    gone = fix_and_verify(run, folder, "--unsafe")
    assert rule.id in {each for each, _, _ in gone}


@pytest.mark.parametrize("rule", [rule for rule in FIXABLE if not rule.unsafe], ids=lambda rule: rule.id)
def test_fix_of_high_and_medium_needs_no_unsafe(rule: Rule, run: Run, write: Write) -> None:
    for example in rule.examples["bad"]:
        if example.get("severity", rule.severity) in ("high", "medium"):
            folder = write(files_of(example))
            gone = fix_and_verify(run, folder)
            assert rule.id in {each for each, _, _ in gone}


@pytest.mark.parametrize("recipe", RECIPES)
def test_fix_of_sample_recipe(recipe: str, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / recipe
    shutil.copytree(SAMPLES / recipe, folder)
    check = run("check", folder, "--format", "json")
    gone = fix_and_verify(run, folder, "--unsafe")
    fixable = {each for each in findings_of(check) if RULES[each[0]].has_fix}
    assert gone == fixable
