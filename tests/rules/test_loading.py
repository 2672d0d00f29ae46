"""A rule that could go wrong later does not load, and the message has file and line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from rollout_lint import rule_files
from rollout_lint.images import rules_directory
from rollout_lint.node import plain
from rollout_lint.plain_schema import PlainSchema
from rollout_lint.rule_files import RuleError, load_rules
from rollout_lint.source import parse

if TYPE_CHECKING:
    from pathlib import Path

RULE = """id: TT001
name: test-rule
summary: A test
severity: medium
when:
  deploy.update_config.order: {const: start-first}
message: "{service} has {deploy.update_config.order}"
why: because
fix:
  deploy: {update_config: {order: stop-first}}
sources: [a test]
examples:
  bad:
    - {files: {compose.yml: a}, at: "compose.yml:1"}
  good:
    - files: {compose.yml: b}
"""
PROOF = (
    "{service: a, old: {behaviour: steady}, new: {behaviour: steady}, "
    "bad: {update: completed, release: new}, repaired: {update: [completed, none], release: new}}"
)


def proved(old: str, new: str, message: str) -> tuple[str, str, str]:
    """A rule with the proof, changed."""
    return "examples:\n", f"proof: {PROOF}\nexamples:\n".replace(old, new), message


def load(tmp_path: Path, text: str, name: str = "TT001-test-rule.yaml") -> list[str]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    try:
        load_rules((tmp_path,))
    except RuleError as error:
        return [f"{problem.line}: {problem.message}" for problem in error.problems]
    return []


def test_the_rule_loads(tmp_path: Path) -> None:
    assert load(tmp_path, RULE) == []
    assert load(tmp_path, f"{RULE}proof: {PROOF}\n") == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("severity: medium", "severity: grave", '4: invalid severity "grave": must be one of high, medium, low, info'),
        ("why: because", "wy: because", '8: unknown key "wy" (did you mean "why"?)'),
        ("why: because\n", "", '1: missing key "why"'),
        (
            "{order: stop-first}",
            "{order: null}",
            "10: invalid fix.deploy.update_config.order null: must be a mapping, a string, a number",
        ),
        (
            "{order: stop-first}",
            "{order: [stop-first]}",
            "10: invalid fix.deploy.update_config.order: must be a mapping, a string",
        ),
        ("order: {const", "ordr: {const", "6: there is no fact deploy.update_config.ordr"),
        ("{const: start-first}", "{konst: start-first}", "6: deploy.update_config.order: konst is not a keyword"),
        ("{const: start-first}", "{}", "6: deploy.update_config.order: an empty condition holds always"),
        ("{const: start-first}", "{const: startfirst}", "can never be the value"),
        ("{const: start-first}", "{const: 3}", "can never be the value"),
        ("{const: start-first}", "{enum: [stop-first, 1]}", "can never be the value"),
        ("{const: start-first}", "{minimum: 3}", "not a number"),
        ("{const: start-first}", "{minItems: 1}", "not a list"),
        ("{const: start-first}", "{type: integer}", "never integer"),
        (
            "{const: start-first}",
            "{type: 1.5}",
            "6: invalid when.deploy.update_config.order.type 1.5: must be a string",
        ),
        ("{const: start-first}", "{not: {enum: 5}}", "6: invalid when.deploy.update_config.order.not.enum 5: must be"),
        ("{const: start-first}", "{pattern: '('}", "6: deploy.update_config.order: "),
        ("{const: start-first}", "{not: {konst: 1}}", "konst is not a keyword"),
        (
            "{const: start-first}",
            "start-first",
            '6: invalid when.deploy.update_config.order "start-first": must be a mapping',
        ),
        ("deploy.update_config.order: {const: start-first}", "ports: {pattern: x}", "not text"),
        ("{service} has", "{servce} has", "7: {servce} is neither {service} nor a fact"),
        ("sources: [a test]", "sources: []", "11: invalid sources: must have at least 1 item"),
        ("id: TT001", "id: TT002", "1: the file must be called TT002-test-rule.yaml"),
        ("why: because", "why: because\nadvice: both", "a rule has either a fix, or"),
        ("why: because", "why: because\nnotes: {imge: x}", "there is no fact imge"),
        ("why: because", "why: because\ngrades: [{severity: low, when: {imge: {type: string}}}]", "no fact imge"),
        ("examples:\n", "proof: {service: a}\nexamples:\n", "12: proof needs old"),
        ("examples:\n", "proof: {config: {bad: {}, repaired: {}}}\nexamples:\n", "12: each side of proof.config needs"),
        ("examples:\n", f"proof: [{PROOF}, {{service: a}}]\nexamples:\n", "12: proof needs old"),
        proved(
            "{service",
            "{config: {bad: {prints: {}}, repaired: {prints: {}}}, service",
            "proof has service beside config",
        ),
        proved("{service", "{deploy: {refused: x}, service", "proof has service beside deploy"),
        proved(
            "{service",
            "{deploy: {refuses: x}, service",
            '12: unknown key "refuses" in proof.deploy (did you mean "refused"?)',
        ),
        proved("{service", "{bad_example: 1, service", "examples.bad has 1"),
        (
            "fix:\n  deploy: {update_config: {order: stop-first}}",
            f"fix:\nadvice: so\nproof: {PROOF}",
            "repaired_example",
        ),
        (
            "fix:\n  deploy: {update_config: {order: stop-first}}",
            "fix:\nadvice: so\ntrade: much",
            "11: there is no fix that this could be the price of",
        ),
        proved("release", "relase", 'unknown key "relase" in proof.bad (did you mean "release"?)'),
        proved("steady", "stedy", '12: invalid proof.old.behaviour "stedy": must be one of steady, boots-with'),
        proved("completed", "complete", '12: invalid proof.bad.update "complete": must be one of updating, completed'),
        proved("none", "nine", '12: invalid proof.repaired.update[1] "nine": must be one of'),
        proved("service: a", "sevice: a", '12: unknown key "sevice" in proof (did you mean "service"?)'),
        ("why: because", "why: because\nwhy: twice", "9: the key why stands twice"),
        ("why: because", "why: [", "not YAML"),
    ],
)
def test_what_is_wrong_has_a_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in RULE
    found = load(tmp_path, RULE.replace(old, new, 1))
    assert any(message in each for each in found), found


def test_a_rule_that_is_no_mapping_is_told(tmp_path: Path) -> None:
    assert load(tmp_path, "- a\n") == ["1: the file must be a mapping"]


def test_an_empty_rule_is_told(tmp_path: Path) -> None:
    assert load(tmp_path, "") == ["1: the file is empty"]


def test_two_rules_of_one_id_are_told(tmp_path: Path) -> None:
    load(tmp_path, RULE)
    found = load(tmp_path, RULE.replace("name: test-rule", "name: twin"), "TT001-twin.yaml")
    assert found == ["1: TT001 is the id of TT001-test-rule.yaml too"]


def test_packaged_folder_is_validated_if_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = (rules_directory() / "rule.schema.json").read_bytes()
    (tmp_path / "rule.schema.json").write_bytes(schema)
    monkeypatch.setattr(rule_files, "rules_directory", lambda: tmp_path)
    path = tmp_path / "TT001-test-rule.yaml"
    path.write_text(RULE.replace("medium", "grave"), encoding="utf-8")
    assert [rule.id for rule in load_rules()] == ["TT001"]
    with pytest.raises(RuleError, match='invalid severity "grave"'):
        load_rules((tmp_path,))


@pytest.mark.parametrize("path", sorted(rules_directory().glob("*.yaml")), ids=lambda path: path.stem)
def test_packaged_file_matches_its_schema(path: Path) -> None:
    """The loader does not validate the packaged files, so that a check need not import jsonschema."""
    schema = "images.schema.json" if path.name == "images.yaml" else "rule.schema.json"
    document = json.loads((rules_directory() / schema).read_text("utf-8"))
    Draft202012Validator.check_schema(document)
    source = parse(path.read_bytes(), path.name)
    PlainSchema(rules_directory() / schema).check(source)
    assert source.root is not None
    assert source.problems == []
    assert Draft202012Validator(document).is_valid(plain(source.root))
