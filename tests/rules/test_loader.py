"""Loading of rule files, and errors with file and line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from rollout_lint.errors import RuleError
from rollout_lint.packaged import rules_directory
from rollout_lint.rules import loader
from rollout_lint.rules.loader import load_rules
from rollout_lint.syntax.node import to_value
from rollout_lint.syntax.parser import parse
from rollout_lint.syntax.schema import JsonSchema

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

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
    "bad: {update: completed, release: new}, fixed: {update: [completed, none], release: new}}"
)


def with_proof(old: str, new: str) -> tuple[str, str]:
    """Return a replacement in RULE that adds the proof, changed."""
    return "examples:\n", f"proof: {PROOF}\nexamples:\n".replace(old, new)


def load_errors(tmp_path: Path, text: str, name: str = "TT001-test-rule.yaml") -> list[str]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    try:
        load_rules((tmp_path,))
    except RuleError as error:
        return [f"{problem.line}: {problem.message}" for problem in error.problems]
    return []


def test_valid_rule_loads(tmp_path: Path) -> None:
    assert load_errors(tmp_path, RULE) == []
    assert load_errors(tmp_path, f"{RULE}proof: {PROOF}\n") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("severity: medium", "severity: grave", id="bad-severity"),
        pytest.param("why: because", "wy: because", id="misspelt-key"),
        pytest.param("why: because\n", "", id="no-why"),
        pytest.param("{order: stop-first}", "{order: null}", id="null-fix"),
        pytest.param("{order: stop-first}", "{order: [stop-first]}", id="list-fix"),
        pytest.param("order: {const", "ordr: {const", id="misspelt-fact"),
        pytest.param("{const: start-first}", "{konst: start-first}", id="misspelt-keyword"),
        pytest.param("{const: start-first}", "{}", id="empty-condition"),
        pytest.param("{const: start-first}", "{const: startfirst}", id="never-const"),
        pytest.param("{const: start-first}", "{const: 3}", id="never-number"),
        pytest.param("{const: start-first}", "{enum: [stop-first, 1]}", id="never-enum"),
        pytest.param("{const: start-first}", "{minimum: 3}", id="minimum-of-text"),
        pytest.param("{const: start-first}", "{minItems: 1}", id="items-of-text"),
        pytest.param("{const: start-first}", "{type: integer}", id="never-type"),
        pytest.param("{const: start-first}", "{absent: true}", id="never-absent"),
        pytest.param("deploy.update_config.order: {const: start-first}", "image: {absent: 1}", id="number-as-absent"),
        pytest.param("{const: start-first}", "{type: 1.5}", id="number-as-type"),
        pytest.param("{const: start-first}", "{not: {enum: 5}}", id="number-as-enum"),
        pytest.param("{const: start-first}", "{pattern: '('}", id="bad-pattern"),
        pytest.param("{const: start-first}", "{not: {konst: 1}}", id="misspelt-nested"),
        pytest.param("{const: start-first}", "start-first", id="condition-as-text"),
        pytest.param("deploy.update_config.order: {const: start-first}", "ports: {pattern: x}", id="pattern-of-list"),
        pytest.param("{service} has", "{servce} has", id="bad-placeholder"),
        pytest.param("sources: [a test]", "sources: []", id="no-sources"),
        pytest.param("id: TT001", "id: TT002", id="bad-file-name"),
        pytest.param("why: because", "why: because\nadvice: both", id="fix-and-advice"),
        pytest.param("why: because", "why: because\nnotes: {imge: x}", id="bad-note"),
        pytest.param(
            "why: because", "why: because\ngrades: [{severity: low, when: {imge: {type: string}}}]", id="bad-grade"
        ),
        pytest.param("examples:\n", "proof: {service: a}\nexamples:\n", id="proof-without-old"),
        pytest.param("examples:\n", "proof: {config: {bad: {}, fixed: {}}}\nexamples:\n", id="config-sides"),
        pytest.param("examples:\n", f"proof: [{PROOF}, {{service: a}}]\nexamples:\n", id="second-proof-without-old"),
        pytest.param(
            *with_proof("{service", "{config: {bad: {prints: {}}, fixed: {prints: {}}}, service"),
            id="config-and-service",
        ),
        pytest.param(*with_proof("{service", "{deploy: {refused: x}, service"), id="deploy-and-service"),
        pytest.param(*with_proof("{service", "{deploy: {refuses: x}, service"), id="misspelt-refused"),
        pytest.param(*with_proof("{service", "{bad_example: 1, service"), id="no-such-example"),
        pytest.param(*with_proof("{service", "{nodes: 3, service"), id="nodes-of-example"),
        pytest.param(*with_proof("{service", "{nodes: 1, service"), id="one-of-many-nodes"),
        pytest.param(*with_proof("{service", "{node: 3, service"), id="misspelt-nodes"),
        pytest.param(*with_proof("{service", "{deploy: {refused: x}, repeat: 5, service"), id="repeated-deploy"),
        pytest.param(
            "fix:\n  deploy: {update_config: {order: stop-first}}",
            f"fix:\nadvice: so\nproof: {PROOF}",
            id="no-fixed-example",
        ),
        pytest.param(
            "fix:\n  deploy: {update_config: {order: stop-first}}",
            "fix:\nadvice: so\ntrade_off: much",
            id="trade-off-without-fix",
        ),
        pytest.param("examples:\n", "computed_fix: {deploy.replica: derived.tasks}\nexamples:\n", id="computed-key"),
        pytest.param("examples:\n", "computed_fix: {deploy.replicas: derived.task}\nexamples:\n", id="computed-fact"),
        pytest.param("examples:\n", "computed_fix: {derived.tasks: derived.tasks}\nexamples:\n", id="computed-derived"),
        pytest.param(*with_proof("release", "relase"), id="misspelt-release"),
        pytest.param(*with_proof("steady", "stedy"), id="bad-behaviour"),
        pytest.param(*with_proof("completed", "complete"), id="bad-update"),
        pytest.param(*with_proof("none", "nine"), id="bad-update-in-list"),
        pytest.param(*with_proof("service: a", "sevice: a"), id="misspelt-service"),
        pytest.param("why: because", "why: because\nwhy: twice", id="key-twice"),
        pytest.param("why: because", "why: [", id="not-yaml"),
    ],
)
def test_invalid_rule_is_reported_with_its_line(
    tmp_path: Path, old: str, new: str, snapshot: SnapshotAssertion
) -> None:
    assert old in RULE
    assert load_errors(tmp_path, RULE.replace(old, new, 1)) == snapshot


@pytest.mark.parametrize(
    ("known", "count"), [("hosts: {nodes: 2}", 1), ("nodes: [{name: a}, {name: b}]", 1), ("hosts: {nodes: 3}", 0)]
)
def test_proof_nodes_must_be_those_of_the_example(tmp_path: Path, known: str, count: int) -> None:
    proof = PROOF.replace("{service", "{nodes: 3, fixed_example: 0, service", 1)
    text = RULE.replace("{files", "{hosts: {nodes: 3}, files").replace("- files", f"- {known}\n      files")
    found = load_errors(tmp_path, f"{text}proof: {proof}\n")
    assert found == ["18: proof.nodes is 3, but examples.good[0] has 2 nodes"][:count]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("id: TT001", 'id: "TT001\\n"', id="id"),
        pytest.param("name: test-rule", 'name: "test-rule\\n"', id="name"),
        pytest.param("{compose.yml: b}", '{"..": b}', id="parent-folder"),
        pytest.param("{compose.yml: b}", '{"a\\0": b}', id="null-character"),
    ],
)
def test_rule_with_invalid_name_is_an_error(tmp_path: Path, old: str, new: str) -> None:
    assert old in RULE
    assert any("must" in each for each in load_errors(tmp_path, RULE.replace(old, new)))


def test_rule_that_is_a_list_is_an_error(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    assert load_errors(tmp_path, "- a\n") == snapshot


def test_empty_rule_file_is_an_error(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    assert load_errors(tmp_path, "") == snapshot


def test_duplicate_id_is_an_error(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    load_errors(tmp_path, RULE)
    found = load_errors(tmp_path, RULE.replace("name: test-rule", "name: twin"), "TT001-twin.yaml")
    assert found == snapshot


def test_packaged_folder_is_validated_if_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = (rules_directory() / "rule.schema.json").read_bytes()
    (tmp_path / "rule.schema.json").write_bytes(schema)
    monkeypatch.setattr(loader, "rules_directory", lambda: tmp_path)
    path = tmp_path / "TT001-test-rule.yaml"
    path.write_text(RULE.replace("why: because", "why: because\nwy: because"), encoding="utf-8")
    assert [rule.id for rule in load_rules()] == ["TT001"]
    with pytest.raises(RuleError, match='unknown key "wy"'):
        load_rules((tmp_path,))


@pytest.mark.parametrize("path", sorted(rules_directory().glob("*.yaml")), ids=lambda path: path.stem)
def test_packaged_file_matches_its_schema(path: Path) -> None:
    """The loader does not validate the packaged files, so that a check need not import jsonschema."""
    schema = "images.schema.json" if path.name == "images.yaml" else "rule.schema.json"
    document = json.loads((rules_directory() / schema).read_text("utf-8"))
    Draft202012Validator.check_schema(document)
    source = parse(path.read_bytes(), path.name)
    JsonSchema(rules_directory() / schema).check(source)
    assert source.root is not None
    assert source.problems == []
    assert Draft202012Validator(document).is_valid(to_value(source.root))
