"""Every rule with a repair, on every bad example, and every sample recipe: the finding goes, and nothing else changes.

What Docker makes of the files is asked of `docker stack config` before and after.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.rules.loader import load_rules

from tests.conftest import SAMPLES
from tests.fix.docker_changes import altered, merged
from tests.oracle.docker import require

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.rules.model import Rule

    from tests.conftest import Ran, Run, Write

pytestmark = pytest.mark.oracle

RULES = {rule.id: rule for rule in load_rules()}
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}-{number}")
    for rule in RULES.values()
    if rule.fix is not None
    for number, example in enumerate(rule.examples["bad"])
]
RECIPES = sorted(path.parent.name for path in SAMPLES.glob("*/compose.yml"))

Found = set[tuple[str, str, str]]


@pytest.fixture(scope="module", autouse=True)
def docker() -> None:
    require()


def found(ran: Ran) -> Found:
    """Rule, service and variant of each finding that a check printed."""
    [recipe] = ran.json["recipes"]
    return {(each["rule"], each["service"], each["variant"]) for each in recipe["findings"]}


def variants(ran: Ran, folder: Path) -> dict[str, list[Path]]:
    [recipe] = ran.json["recipes"]
    return {each["name"]: [folder / file for file in each["files"]] for each in recipe["variants"]}


def config_for(example: dict[str, Any]) -> str:
    """What an example says of its hosts and images, as a config."""
    hosts = [f"{key} = {json.dumps(value)}" for key, value in example.get("hosts", {}).items()]
    images = [
        f"[images.{json.dumps(name)}]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in claims.items())
        for name, claims in example.get("images", {}).items()
    ]
    return "\n".join((*(["[hosts]"] * bool(hosts)), *hosts, *images))


def assert_repaired(run: Run, folder: Path, *options: str) -> Found:
    """Repair the folder, hold that nothing but the settings of repairs changed; what was found is gone."""
    check = run("check", folder, "--format", "json", "--no-ignores")
    before = {name: merged(files) for name, files in variants(check, folder).items()}
    wrote = run("fix", "--write", *options, folder)
    assert (wrote.exit_code, wrote.stdout) == (0, "")
    after_check = run("check", folder, "--format", "json", "--no-ignores")
    gone = found(check) - found(after_check)
    assert found(after_check) <= found(check)
    settings = {
        ("services", service, *path.split(".")): value
        for rule, service, _ in gone
        for path, value in RULES[rule].fix_settings.items()
    }
    for name, files in variants(after_check, folder).items():
        for path, value in altered(before[name], merged(files)).items():
            assert path in settings, f"{name}: {path}"
            assert value == settings[path] or str(value) == str(settings[path])
    written = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    again = run("fix", "--write", *options, folder)
    assert (again.exit_code, again.stdout) == (0, "")
    assert {path: path.read_bytes() for path in written} == written
    return gone


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_a_bad_example(rule: Rule, example: dict[str, Any], run: Run, write: Write) -> None:
    folder = write({**example["files"], "rollout-lint.toml": config_for(example)})
    gone = assert_repaired(run, folder, "--unsafe")
    assert rule.id in {each for each, _, _ in gone}


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.fix is not None], ids=lambda rule: rule.id)
def test_what_is_worth_its_price_needs_no_consent(rule: Rule, run: Run, write: Write) -> None:
    for example in rule.examples["bad"]:
        if example.get("severity", rule.severity) in ("high", "medium"):
            folder = write({**example["files"], "rollout-lint.toml": config_for(example)})
            gone = assert_repaired(run, folder)
            assert rule.id in {each for each, _, _ in gone}


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_sample_recipe(recipe: str, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / recipe
    shutil.copytree(SAMPLES / recipe, folder)
    check = run("check", folder, "--format", "json")
    gone = assert_repaired(run, folder, "--unsafe")
    wanted = {each for each in found(check) if RULES[each[0]].fix is not None}
    assert gone == wanted
