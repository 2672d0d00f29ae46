"""Each trial fails for a rule that is wrong in the way that it looks for, and says where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.errors import RuleError
from rollout_lint.facts.images import rules_directory
from rollout_lint.rules.loader import load_rules
from rollout_lint.trial import TRIALS, try_rules

from tests.rules.own_rule import NAME, OWN_RULE

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.place import Problem

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
        "compose.yml:3 (low), and it is compose.yml:2 (low)",
    ),
    "good_examples_are_not_found": ("{limits: {memory: 1G}}", "{limits: {cpus: '1'}}", 22, "there must be no finding"),
    "docker_takes_the_examples": ("memory: 1G", "memory: 1X", 22, "Docker refuses it: compose.yml:4:43: "),
    "no_condition_is_idle": (
        "deploy: {mode: replicated-job}",
        "deploy: {resources: {limits: {memory: 1G}}}",
        6,
        "example",
    ),
    "something_must_be_there": (
        "{enum: [replicated, global]}",
        "{not: {const: replicated-job}}",
        5,
        "no fact is there",
    ),
    "each_severity_has_an_example": (
        "message:",
        "grades: [{severity: info, when: {deploy.replicas: {const: 9}}}]\nmessage:",
        14,
        "no bad example is info",
    ),
    "the_fix_repairs": ("{memory: 512M}}}\nsources", "{cpus: '1'}}}\nsources", 15, "does not end the finding"),
    "the_fix_can_be_written": (
        EXAMPLE,
        EXAMPLE.replace("services:", "x-a: &a {deploy: {labels: [a]}}\n          services:").replace("app:\n", SHARING),
        15,
        "is not written: it would also change deploy.resources.limits.memory of job, which has it from there too",
    ),
    "what_weighs_is_proved": ("severity: low", "severity: high", 4, "needs a proof"),
    "notes_are_of_conditions": ("sources: [", "notes: {image: x}\nsources: [", 12, "image is no condition"),
    "the_finding_stands_where_the_repair_goes": (
        FIX_TO_BAD_EXAMPLE,
        FIX_TO_BAD_EXAMPLE.replace("512M}}", "512M}}, replicas: 1") + "              deploy: {replicas: 2}\n",
        15,
        "the finding is on line 2, where the fix changes nothing",
    ),
    "what_is_superseded_exists": ("sources: [", "supersedes: [XX001]\nsources: [", 12, "there is no rule XX001"),
}


def test_each_trial_is_seen_to_fail() -> None:
    assert FLAWS.keys() | {"no_other_rule_says_the_same"} == TRIALS.keys()


def test_a_rule_that_says_what_another_says_fails(tmp_path: Path) -> None:
    twin = OWN_RULE.replace("TT001", "TT002").replace("name: no-memory-limit", "name: twin")
    (tmp_path / "TT002-twin.yaml").write_text(twin)
    assert [(problem.line, problem.message) for problem in tried(tmp_path, OWN_RULE)] == [
        (5, "TT001 when: TT002 holds on the same examples of both; one rule is enough")
    ]
    condition = 'deploy.resources.limits.memory: {type: "null"}'
    another = twin.replace(condition, "deploy.update_config.order: {const: start-first}")
    assert another != twin
    (tmp_path / "TT002-twin.yaml").write_text(another)
    assert tried(tmp_path, OWN_RULE) == []


@pytest.mark.parametrize("trial", FLAWS)
def test_a_trial_fails(trial: str, tmp_path: Path) -> None:
    old, new, line, message = FLAWS[trial]
    assert OWN_RULE.count(old) == 1
    found = tried(tmp_path, OWN_RULE.replace(old, new))
    assert [(problem.file, problem.line) for problem in found if message in problem.message] == [
        (str(tmp_path / NAME), line)
    ], found


def test_a_fix_that_brings_another_finding_or_is_refused_is_told(tmp_path: Path) -> None:
    policy = "{limits: {memory: 512M}}, update_config: {failure_action: rollback, order: start-first}}\nsources"
    assert (
        "the fix brings RL"
        in tried(tmp_path, OWN_RULE.replace("{limits: {memory: 512M}}}\nsources", policy))[0].message
    )
    found = tried(tmp_path, OWN_RULE.replace("{memory: 512M}}}\nsources", "{memory: much}}}\nsources"))
    assert any("Docker refuses the fix" in problem.message for problem in found)


def test_rules_that_supersede_each_other_are_told(tmp_path: Path) -> None:
    found = tried(tmp_path, OWN_RULE.replace("sources: [", "supersedes: [TT001]\nsources: ["))
    assert [problem.message for problem in found] == ["TT001 supersedes: TT001 supersedes TT001"]
    found = tried(tmp_path, OWN_RULE.replace("sources: [", "voids: [TT001, XX001]\nsources: ["))
    assert [problem.message for problem in found] == [
        "TT001 voids: TT001 voids TT001",
        "TT001 voids: there is no rule XX001",
    ]


@pytest.mark.parametrize("text", ["", "id: TT001\n", OWN_RULE.replace("TT001", "RL999")])
def test_a_rule_that_does_not_load_is_not_tried(text: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / NAME.replace("TT001", "RL999")).write_text(text)
    with pytest.raises(RuleError):
        load_rules((tmp_path,))
    ran = run("rules", "--test", tmp_path)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"{tmp_path}/RL999-no-memory-limit.yaml:1:" in ran.stderr


def test_the_command_tries_a_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(OWN_RULE)
    ran = run("rules", "--test", tmp_path)
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, f"TT001 no-memory-limit holds in {len(TRIALS)} trials\n", "")
    (tmp_path / NAME).write_text(OWN_RULE.replace("compose.yml:2", "compose.yml:3"))
    ran = run("rules", "--test", tmp_path)
    assert ran.exit_code == 1
    assert ran.stdout.startswith(f"{tmp_path}/{NAME}:15: TT001 examples.bad[0]: the finding must be compose.yml:3")


def test_the_folder_of_the_packages_own_rules_is_read_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(rules_directory().parent)
    ran = run("rules", "--test", "rules", "--test", rules_directory())
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) == len(load_rules())


def test_a_folder_without_a_rule_is_no_folder_of_rules(run: Run, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        ran = run("rules", "--test", folder)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert f"{folder} holds no rule" in ran.stderr
