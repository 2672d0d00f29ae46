"""`rules` and `explain` on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.report.rules.conditions import describe_condition
from rollout_lint.report.rules.proofs import describe_proofs
from rollout_lint.report.rules.sentences import format_sentence
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


def test_rules_text_has_a_line_per_rule(run: Run) -> None:
    lines = run("rules").stdout.splitlines()
    assert [line.split()[:3] for line in lines] == [[rule.id, rule.name, rule.severity] for rule in RULES]


def test_rules_json_lists_all_rules(run: Run) -> None:
    document = run("rules", "--format", "json").json
    validate("rules", document)
    assert [each["id"] for each in document["rules"]] == [rule.id for rule in RULES]
    assert document["rules"][0]["when"]["deploy.update_config.order"] == {"const": "start-first"}


def test_rules_readme_is_up_to_date(run: Run) -> None:
    page = (ROOT / "rules" / "README.md").read_text("utf-8")
    assert run("rules", "--format", "markdown").stdout == page, "rollout-lint rules --format markdown > rules/README.md"


@EACH
def test_explain_shows_all_texts_of_a_rule(run: Run, rule: Rule) -> None:
    page = " ".join(run("explain", rule.id).stdout.split())
    texts = (rule.summary, rule.why, rule.likelihood, rule.mitigation, rule.trade_off, rule.alternative)
    assert [text for text in texts if text and " ".join(text.split()) not in page] == []
    assert format_sentence(rule.advice or rule.id) in f"{page} {rule.id}."
    assert all(f"{path}: {value}" in page for path, value in rule.fix_settings.items())
    assert all(describe_condition(path, condition) in page for path, condition in rule.when.items())
    assert [words for proof in describe_proofs(rule) for words in proof.sentences if words not in page] == []


@EACH
def test_explain_is_short(run: Run, rule: Rule) -> None:
    assert len(run("explain", rule.id).stdout.splitlines()) <= (60 if rule.id == "RL016" else 80)


@pytest.mark.parametrize("columns", [60, 80])
@EACH
def test_explain_fits_the_terminal(run: Run, rule: Rule, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    texts = run("explain", rule.id).stdout.partition("Bad example\n")[0].splitlines()
    assert [line for line in texts if len(line) > columns and max(map(len, line.split())) < columns - 10] == []


@EACH
def test_rules_readme_has_an_anchor_per_id(rule: Rule) -> None:
    page = (ROOT / "rules" / "README.md").read_text("utf-8")
    assert rule.link == f"rules/README.md#{rule.id.lower()}"
    assert page.count(f'<a id="{rule.id.lower()}"></a>') == 1
    assert f"| [{rule.id}](#{rule.id.lower()}) | {rule.name} | " in page


@EACH
@pytest.mark.parametrize("form", ["text", "json"])
def test_explain_accepts_id_and_name(run: Run, rule: Rule, form: str) -> None:
    pages = {run("explain", word, "--format", form).stdout for word in (rule.id, rule.id.lower(), rule.name)}
    assert len(pages) == 1
    if form == "json":
        validate("rules", run("explain", rule.id, "--format", "json").json)


def test_rules_json_has_proofs_of_high_and_medium_rules(run: Run) -> None:
    listed = run("rules", "--format", "json").json["rules"]
    of_docker = [each for each in listed if not all(path.startswith("ignore.") for path in each["when"])]
    assert {each["id"] for each in listed} - {each["id"] for each in of_docker} == {"RL070", "RL071", "RL072"}
    assert [each["id"] for each in of_docker if each["severity"] in ("high", "medium") and not each["proofs"]] == []


def test_explain_text_is_a_page_of_sections(run: Run, snapshot: SnapshotAssertion) -> None:
    assert run("explain", "RL016").stdout == snapshot(name="swarm")
    assert run("explain", "RL056").stdout == snapshot(name="stack-config")


def test_explain_rejects_an_unknown_rule(run: Run, snapshot: SnapshotAssertion) -> None:
    ran = run("explain", "RL999")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == snapshot


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("explain", "RL01"), ("check", "--rule", "RL0l1", "."), ("fix", "--only", "RL01", ".")]
)
def test_misspelt_rule_gets_a_suggestion(run: Run, write: Write, arguments: tuple[str, ...]) -> None:
    folder = write({"compose.yml": "services: {web: {image: example/web}}\n"})
    ran = run(*arguments[:-1], str(folder) if arguments[-1] == "." else arguments[-1])
    assert ran.exit_code == 2
    assert f'unknown rule "{arguments[-1] if len(arguments) == 2 else arguments[2]}" (did you mean RL0' in ran.stderr


def test_explain_all_has_every_page(run: Run) -> None:
    pages = run("explain", "--all").stdout
    assert all(run("explain", rule.id).stdout in pages for rule in RULES)
    assert len(run("explain", "--all", "--format", "json").json["rules"]) == len(RULES)


@pytest.mark.parametrize("arguments", [(), ("RL001", "--all")], ids=["none", "both"])
def test_explain_requires_one_rule_or_all(run: Run, arguments: tuple[str, ...], snapshot: SnapshotAssertion) -> None:
    ran = run("explain", *arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == snapshot


def test_own_rules_are_listed_explained_and_applied(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
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


def test_invalid_own_rules_end_the_run(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({f"own/{NAME}": OWN_RULE.replace("deploy.mode", "deploy.mod"), "app/compose.yml": "services: {}\n"})
    ran = run("check", folder / "app", "--rules", folder / "own")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{folder}/own/{NAME}:6:3: ")
    assert mask_folder(ran.stderr, folder) == snapshot
