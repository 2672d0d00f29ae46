"""Checks of the selftest on rules that are wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from rollout_lint.errors import RuleError
from rollout_lint.packaged import rules_directory
from rollout_lint.rules.loader import load_rules
from rollout_lint.rules.model import RuleDetails
from rollout_lint.selftest import CHECKS, run_selftest

from tests.rules.own_rule import NAME, OWN_RULE
from tests.support import mask_folder

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.location import Problem
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run


def run_on_rule(folder: Path, text: str) -> list[Problem]:
    (folder / NAME).write_text(text)
    rules = load_rules((folder,))
    return list(run_selftest(tuple(rule for rule in rules if rule.id == "TT001"), rules))


def test_valid_rule_passes(tmp_path: Path) -> None:
    assert run_on_rule(tmp_path, OWN_RULE) == []


FIX_TO_BAD_EXAMPLE = OWN_RULE[OWN_RULE.index("  deploy: {resources") : OWN_RULE.index("  good:")]
EXAMPLE = OWN_RULE[OWN_RULE.index("    - at:") : OWN_RULE.index("  good:")]
ALIASED = """job: # rollout-lint: ignore[TT001] it is small
              <<: *a
              image: example/job:1
            app:
              <<: *a
"""
FLAWS = {
    "check_bad_examples": (
        "compose.yml:2",
        "compose.yml:3",
        15,
    ),
    "check_good_examples": ("{limits: {memory: 1G}}", "{limits: {cpus: '1'}}", 22),
    "check_docker_accepts_examples": ("memory: 1G", "memory: 1X", 22),
    "check_conditions_are_needed": (
        "deploy: {mode: replicated-job}",
        "deploy: {resources: {limits: {memory: 1G}}}",
        6,
    ),
    "check_needs_a_fact": (
        "{enum: [replicated, global]}",
        "{not: {const: replicated-job}}",
        5,
    ),
    "check_severities_have_examples": (
        "message:",
        "grades: [{severity: info, when: {deploy.replicas: {const: 9}}}]\nmessage:",
        14,
    ),
    "check_fix_as_overlay": ("{memory: 512M}}}\nsources", "{cpus: '1'}}}\nsources", 15),
    "check_fix_in_place": (
        EXAMPLE,
        EXAMPLE.replace("services:", "x-a: &a {deploy: {labels: [a]}}\n          services:").replace("app:\n", ALIASED),
        15,
    ),
    "check_notes": ("sources: [", "notes: {image: x}\nsources: [", 12),
    "check_finding_location": (
        FIX_TO_BAD_EXAMPLE,
        FIX_TO_BAD_EXAMPLE.replace("512M}}", "512M}}, replicas: 1") + "              deploy: {replicas: 2}\n",
        15,
    ),
    "check_superseded_rules": ("sources: [", "supersedes: [XX001]\nsources: [", 12),
}


def test_each_check_has_a_failing_rule() -> None:
    assert FLAWS.keys() | {"check_no_duplicate_rule", "check_proofs"} == CHECKS.keys()


def test_packaged_rule_needs_a_proof_of_each_severity(snapshot: SnapshotAssertion) -> None:
    rules = load_rules()
    rule = next(rule for rule in rules if rule.id == "RL003")
    assert list(CHECKS["check_proofs"](rule, rules)) == []
    details = RuleDetails(rule.examples, (), rule.lines)
    unproved = rule._replace(load_details=lambda: details)
    assert list(CHECKS["check_proofs"](unproved, rules)) == snapshot
    assert list(CHECKS["check_proofs"](unproved._replace(id="TT001"), rules)) == []


@pytest.mark.parametrize("severity", ["high", "medium", "low"])
def test_own_rule_without_a_proof_is_a_warning(
    severity: str, run: Run, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / NAME).write_text(OWN_RULE.replace("severity: low", f"severity: {severity}"))
    ran = run("rules", "--test", tmp_path)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.count(f"{NAME}:4: warning: ") == (severity != "low")
    assert mask_folder(ran.stdout, tmp_path) == snapshot


def test_rule_can_test_for_absence_only(run: Run, tmp_path: Path) -> None:
    text = OWN_RULE.replace("  deploy.mode: {enum: [replicated, global]}\n", "")
    text = text.replace('{type: "null"}', "{absent: true}")
    text = text[: text.rindex("    - files:\n")]
    (tmp_path / NAME).write_text(text)
    ran = run("rules", "--test", tmp_path)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.endswith("\n  location of a finding: the service\n")
    (tmp_path / NAME).write_text(text.replace("{absent: true}", '{type: "null"}'))
    assert "matches a service without facts" in run("rules", "--test", tmp_path).stdout
    (tmp_path / NAME).write_text(text.replace("{absent: true}", "{absent: true, minimum: 1}"))
    assert run("rules", "--test", tmp_path).exit_code == 1


def test_selftest_names_the_fact_of_the_location(run: Run, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(OWN_RULE)
    facts = "deploy.resources.limits.memory, else deploy.mode, else the service"
    assert f"\n  location of a finding: {facts}\n" in run("rules", "--test", tmp_path).stdout
    (tmp_path / NAME).write_text(OWN_RULE.replace("compose.yml:2", "compose.yml:3"))
    assert f"; the location of a finding is that of {facts}\n" in run("rules", "--test", tmp_path).stdout


def test_check_no_duplicate_rule_fails(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    twin = OWN_RULE.replace("TT001", "TT002").replace("name: no-memory-limit", "name: twin")
    (tmp_path / "TT002-twin.yaml").write_text(twin)
    [problem] = run_on_rule(tmp_path, OWN_RULE)
    assert problem.line == 5
    assert problem.message == snapshot
    condition = 'deploy.resources.limits.memory: {type: "null"}'
    another = twin.replace(condition, "deploy.update_config.order: {const: start-first}")
    assert another != twin
    (tmp_path / "TT002-twin.yaml").write_text(another)
    assert run_on_rule(tmp_path, OWN_RULE) == []


@pytest.mark.parametrize("check", FLAWS)
def test_check_fails(check: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    old, new, line = FLAWS[check]
    assert OWN_RULE.count(old) == 1
    found = run_on_rule(tmp_path, OWN_RULE.replace(old, new))
    assert (str(tmp_path / NAME), line) in [(problem.file, problem.line) for problem in found]
    assert [f"{problem.line}: {problem.message}" for problem in found] == snapshot


def test_fix_with_new_finding_or_error_fails(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    policy = "{limits: {memory: 512M}}, update_config: {failure_action: rollback, order: start-first}}\nsources"
    texts = [
        OWN_RULE.replace("{limits: {memory: 512M}}}\nsources", policy),
        OWN_RULE.replace("{memory: 512M}}}\nsources", "{memory: much}}}\nsources"),
    ]
    assert OWN_RULE not in texts
    assert [[problem.message for problem in run_on_rule(tmp_path, text)] for text in texts] == snapshot


@pytest.mark.parametrize("text", ["a", "[a]", "services: [a]", "services: a", "- services: {}"])
def test_example_that_is_no_stack_fails(tmp_path: Path, text: str) -> None:
    at = "        compose.yml: |\n"
    found = run_on_rule(tmp_path, OWN_RULE.replace(at, f"        first.yml: '{text}'\n{at}", 1))
    assert any("Docker rejects the example" in each.message for each in found)


def test_mutually_superseding_rules_fail(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    found = run_on_rule(tmp_path, OWN_RULE.replace("sources: [", "supersedes: [TT001]\nsources: ["))
    assert [problem.message for problem in found] == snapshot(name="supersedes")
    found = run_on_rule(tmp_path, OWN_RULE.replace("sources: [", "voids: [TT001, XX001]\nsources: ["))
    assert [problem.message for problem in found] == snapshot(name="voids")


@pytest.mark.parametrize("text", ["", "id: TT001\n", OWN_RULE.replace("TT001", "RL999")])
def test_invalid_rule_file_is_an_error(text: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / NAME.replace("TT001", "RL999")).write_text(text)
    with pytest.raises(RuleError):
        load_rules((tmp_path,))
    ran = run("rules", "--test", tmp_path)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"{tmp_path}/RL999-no-memory-limit.yaml:1:" in ran.stderr


def test_command_checks_a_folder(run: Run, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / NAME).write_text(OWN_RULE)
    ran = run("rules", "--test", tmp_path)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert str(len(CHECKS)) in ran.stdout
    assert ran.stdout == snapshot(name="holds")
    (tmp_path / NAME).write_text(OWN_RULE.replace("compose.yml:2", "compose.yml:3"))
    ran = run("rules", "--test", tmp_path)
    assert ran.exit_code == 1
    assert ran.stdout.startswith(f"{tmp_path}/{NAME}:15: ")
    assert mask_folder(ran.stdout, tmp_path) == snapshot(name="fails")


@pytest.mark.slow
def test_packaged_folder_given_twice_is_read_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(rules_directory().parent)
    ran = run("rules", "--test", "rules", "--test", rules_directory())
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert len(re.findall(r"^RL.* passes \d+ checks$", ran.stdout, re.MULTILINE)) == len(load_rules())


def test_folder_without_rules_is_an_error(run: Run, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        ran = run("rules", "--test", folder)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert mask_folder(ran.stderr, folder) == snapshot(name="error")
