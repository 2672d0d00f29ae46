"""Each trial fails for a rule that is wrong in the way that it looks for, and says where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.errors import RuleError
from rollout_lint.facts.images import rules_directory
from rollout_lint.rules.loader import load_rules
from rollout_lint.selftest import TRIALS, try_rules

from tests.rules.own_rule import NAME, OWN_RULE
from tests.support import mask_folder

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.location import Problem
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run


def tried(folder: Path, text: str) -> list[Problem]:
    (folder / NAME).write_text(text)
    rules = load_rules((folder,))
    return list(try_rules(tuple(rule for rule in rules if rule.id == "TT001"), rules))


def test_the_rule_that_is_changed_below_holds(tmp_path: Path) -> None:
    assert tried(tmp_path, OWN_RULE) == []


FIX_TO_BAD_EXAMPLE = OWN_RULE[OWN_RULE.index("  deploy: {resources") : OWN_RULE.index("  good:")]
EXAMPLE = OWN_RULE[OWN_RULE.index("    - at:") : OWN_RULE.index("  good:")]
SHARING = """job: # rollout-lint: ignore[TT001] it is small
              <<: *a
              image: example/job:1
            app:
              <<: *a
"""
FLAWS = {
    "bad_examples_are_found": (
        "compose.yml:2",
        "compose.yml:3",
        15,
    ),
    "good_examples_are_not_found": ("{limits: {memory: 1G}}", "{limits: {cpus: '1'}}", 22),
    "docker_takes_the_examples": ("memory: 1G", "memory: 1X", 22),
    "no_condition_is_idle": (
        "deploy: {mode: replicated-job}",
        "deploy: {resources: {limits: {memory: 1G}}}",
        6,
    ),
    "something_must_be_there": (
        "{enum: [replicated, global]}",
        "{not: {const: replicated-job}}",
        5,
    ),
    "each_severity_has_an_example": (
        "message:",
        "grades: [{severity: info, when: {deploy.replicas: {const: 9}}}]\nmessage:",
        14,
    ),
    "the_fix_repairs": ("{memory: 512M}}}\nsources", "{cpus: '1'}}}\nsources", 15),
    "the_fix_can_be_written": (
        EXAMPLE,
        EXAMPLE.replace("services:", "x-a: &a {deploy: {labels: [a]}}\n          services:").replace("app:\n", SHARING),
        15,
    ),
    "what_weighs_is_proved": ("severity: low", "severity: high", 4),
    "notes_are_of_conditions": ("sources: [", "notes: {image: x}\nsources: [", 12),
    "the_finding_stands_where_the_repair_goes": (
        FIX_TO_BAD_EXAMPLE,
        FIX_TO_BAD_EXAMPLE.replace("512M}}", "512M}}, replicas: 1") + "              deploy: {replicas: 2}\n",
        15,
    ),
    "what_is_superseded_exists": ("sources: [", "supersedes: [XX001]\nsources: [", 12),
}


def test_each_trial_is_seen_to_fail() -> None:
    assert FLAWS.keys() | {"no_other_rule_says_the_same"} == TRIALS.keys()


def test_a_rule_that_says_what_another_says_fails(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    twin = OWN_RULE.replace("TT001", "TT002").replace("name: no-memory-limit", "name: twin")
    (tmp_path / "TT002-twin.yaml").write_text(twin)
    [problem] = tried(tmp_path, OWN_RULE)
    assert problem.line == 5
    assert problem.message == snapshot
    condition = 'deploy.resources.limits.memory: {type: "null"}'
    another = twin.replace(condition, "deploy.update_config.order: {const: start-first}")
    assert another != twin
    (tmp_path / "TT002-twin.yaml").write_text(another)
    assert tried(tmp_path, OWN_RULE) == []


@pytest.mark.parametrize("trial", FLAWS)
def test_a_trial_fails(trial: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    old, new, line = FLAWS[trial]
    assert OWN_RULE.count(old) == 1
    found = tried(tmp_path, OWN_RULE.replace(old, new))
    assert (str(tmp_path / NAME), line) in [(problem.file, problem.line) for problem in found]
    assert [f"{problem.line}: {problem.message}" for problem in found] == snapshot


def test_a_fix_that_brings_another_finding_or_is_refused_is_told(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    policy = "{limits: {memory: 512M}}, update_config: {failure_action: rollback, order: start-first}}\nsources"
    texts = [
        OWN_RULE.replace("{limits: {memory: 512M}}}\nsources", policy),
        OWN_RULE.replace("{memory: 512M}}}\nsources", "{memory: much}}}\nsources"),
    ]
    assert OWN_RULE not in texts
    assert [[problem.message for problem in tried(tmp_path, text)] for text in texts] == snapshot


def test_rules_that_supersede_each_other_are_told(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    found = tried(tmp_path, OWN_RULE.replace("sources: [", "supersedes: [TT001]\nsources: ["))
    assert [problem.message for problem in found] == snapshot(name="supersedes")
    found = tried(tmp_path, OWN_RULE.replace("sources: [", "voids: [TT001, XX001]\nsources: ["))
    assert [problem.message for problem in found] == snapshot(name="voids")


@pytest.mark.parametrize("text", ["", "id: TT001\n", OWN_RULE.replace("TT001", "RL999")])
def test_a_rule_that_does_not_load_is_not_tried(text: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / NAME.replace("TT001", "RL999")).write_text(text)
    with pytest.raises(RuleError):
        load_rules((tmp_path,))
    ran = run("rules", "--test", tmp_path)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"{tmp_path}/RL999-no-memory-limit.yaml:1:" in ran.stderr


def test_the_command_tries_a_folder(run: Run, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / NAME).write_text(OWN_RULE)
    ran = run("rules", "--test", tmp_path)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert str(len(TRIALS)) in ran.stdout
    assert ran.stdout == snapshot(name="holds")
    (tmp_path / NAME).write_text(OWN_RULE.replace("compose.yml:2", "compose.yml:3"))
    ran = run("rules", "--test", tmp_path)
    assert ran.exit_code == 1
    assert ran.stdout.startswith(f"{tmp_path}/{NAME}:15: ")
    assert mask_folder(ran.stdout, tmp_path) == snapshot(name="fails")


@pytest.mark.slow
def test_the_folder_of_the_packages_own_rules_is_read_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(rules_directory().parent)
    ran = run("rules", "--test", "rules", "--test", rules_directory())
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) == len(load_rules())


def test_a_folder_without_a_rule_is_no_folder_of_rules(run: Run, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        ran = run("rules", "--test", folder)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert mask_folder(ran.stderr, folder) == snapshot(name="told")
