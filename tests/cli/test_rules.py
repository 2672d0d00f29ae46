"""`rules` and `explain`, as their users see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.report.rules.proofs import shown
from rollout_lint.rules.loader import load_rules

from tests.conftest import ROOT
from tests.rules.own_rule import NAME, OWN_RULE
from tests.support import mask_folder, validate

if TYPE_CHECKING:
    from rollout_lint.rules.model import Rule
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write


RULES = load_rules()
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_the_list_has_a_line_for_each_rule(run: Run) -> None:
    lines = run("rules").stdout.splitlines()
    assert [line.split()[:3] for line in lines] == [[rule.id, rule.name, rule.severity] for rule in RULES]


def test_the_list_as_json(run: Run) -> None:
    document = run("rules", "--format", "json").json
    validate("rules", document)
    assert [each["id"] for each in document["rules"]] == [rule.id for rule in RULES]
    assert document["rules"][0]["when"]["deploy.update_config.order"] == {"const": "start-first"}


def test_the_page_of_the_rules_is_what_the_rules_say(run: Run) -> None:
    page = (ROOT / "rules" / "README.md").read_text("utf-8")
    assert run("rules", "--format", "markdown").stdout == page, "rollout-lint rules --format markdown > rules/README.md"


@EACH
def test_a_page_says_what_happens_when_and_what_to_write(run: Run, rule: Rule) -> None:
    page = run("explain", rule.id).stdout
    assert rule.why in page
    assert all(f"{path}: {condition.description}" in page for path, condition in rule.when.items())
    assert all(f"{path}: {value}" in page for path, value in rule.fix_settings.items())
    told = " ".join(page.split())
    assert (rule.advice or "") in told
    assert [words for proof in shown(rule) for words in proof if " ".join(words.split()) not in told] == []


@EACH
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_rule_is_found_by_id_and_by_name_in_any_case(run: Run, rule: Rule, form: str) -> None:
    pages = {run("explain", word, "--format", form).stdout for word in (rule.id, rule.id.lower(), rule.name)}
    assert len(pages) == 1
    if form == "json":
        validate("rules", run("explain", rule.id, "--format", "json").json)


def test_each_rule_of_weight_has_its_proof_in_the_list(run: Run) -> None:
    listed = run("rules", "--format", "json").json["rules"]
    of_docker = [each for each in listed if not all(path.startswith("ignore.") for path in each["when"])]
    assert {each["id"] for each in listed} - {each["id"] for each in of_docker} == {"RL070", "RL071", "RL072"}
    assert [each["id"] for each in of_docker if each["severity"] in ("high", "medium") and not each["proofs"]] == []


def test_a_page_says_what_was_shown(run: Run, snapshot: SnapshotAssertion) -> None:
    assert run("explain", "RL001").stdout == snapshot(name="swarm")
    assert run("explain", "RL056").stdout == snapshot(name="stack-config")


def test_an_unknown_rule(run: Run, snapshot: SnapshotAssertion) -> None:
    ran = run("explain", "RL999")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == snapshot


@pytest.mark.slow
def test_every_page_at_once(run: Run) -> None:
    pages = run("explain", "--all").stdout
    assert all(run("explain", rule.id).stdout in pages for rule in RULES)
    assert len(run("explain", "--all", "--format", "json").json["rules"]) == len(RULES)


@pytest.mark.parametrize("arguments", [(), ("RL001", "--all")], ids=["none", "both"])
def test_one_rule_or_all(run: Run, arguments: tuple[str, ...], snapshot: SnapshotAssertion) -> None:
    ran = run("explain", *arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == snapshot


def test_rules_of_ones_own_are_listed_explained_and_applied(
    run: Run, write: Write, snapshot: SnapshotAssertion
) -> None:
    folder = write({f"own/{NAME}": OWN_RULE, "app/compose.yml": "services: {a: {image: b}}\n"})
    own = ("--rules", folder / "own")
    assert ["TT001", "no-memory-limit"] in [line.split()[:2] for line in run("rules", *own).stdout.splitlines()]
    assert run("explain", "no-memory-limit", *own).stdout.split()[:2] == ["TT001", "no-memory-limit"]
    found = run("check", folder / "app", "--format", "json", *own).json
    assert [each["rule"] for each in found["recipes"][0]["findings"]] == ["TT001"]
    assert found["recipes"][0]["findings"][0]["link"] == str(folder / "own" / NAME)
    assert mask_folder(run("check", folder / "app", *own).stdout, folder) == snapshot
    assert run("check", folder / "app", "--format", "json").json["recipes"][0]["findings"] == []
    assert run("sweep", folder / "app", "--format", "json", *own).json["recipes"][0]["rules"] == ["TT001"]


def test_rules_of_ones_own_that_do_not_load_stop_the_run(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({f"own/{NAME}": OWN_RULE.replace("deploy.mode", "deploy.mod"), "app/compose.yml": "services: {}\n"})
    ran = run("check", folder / "app", "--rules", folder / "own")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{folder}/own/{NAME}:6:3: ")
    assert mask_folder(ran.stderr, folder) == snapshot
