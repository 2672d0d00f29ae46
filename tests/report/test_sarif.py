"""Tests of SARIF: locations, fixes, fingerprints and suppressions."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.errors import ExitCode
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.location import Location
from rollout_lint.report.check.replacement import ReplacementFinder
from rollout_lint.report.rules.conditions import describe_condition
from rollout_lint.rules.finding import Suppression, SuppressionSource
from rollout_lint.rules.loader import load_rules

from tests.conftest import ROOT, SAMPLES
from tests.fleet.recipes import HEALTHY, OVERLAY, recipe
from tests.report.check_reports import (
    CheckResult,
    format_check_concise,
    format_check_gitlab,
    format_check_json,
    format_check_sarif,
)
from tests.report.readers import sarif_run
from tests.support import recipe_in

if TYPE_CHECKING:
    from rollout_lint.linter.evaluation import Evaluation
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

LEVELS = {"high": "error", "medium": "warning", "low": "note", "info": "note"}


def evaluate_files(write: Write, files: dict[str, str | bytes]) -> Evaluation:
    return evaluate(recipe_in(write(files)), LintContext(load_rules()))


def results(evaluation: Evaluation, rule: str = "RL001") -> list[Any]:
    run = sarif_run(format_check_sarif(CheckResult([evaluation]), Path(evaluation.recipe.path)))
    return [each for each in run["results"] if each["ruleId"] == rule]


def apply_fix(text: str, result: Any) -> str:
    """Return the file with the fix of a result. The end of a region is exclusive."""
    [fix] = result["fixes"]
    [change] = fix["artifactChanges"]
    [new] = change["replacements"]
    region = new["deletedRegion"]
    assert region["startLine"] == region["endLine"]
    lines = text.splitlines(keepends=True)
    line = lines[region["startLine"] - 1]
    start, end = region["startColumn"] - 1, region["endColumn"] - 1
    lines[region["startLine"] - 1] = line[:start] + new["insertedContent"]["text"] + line[end:]
    return "".join(lines)


@pytest.mark.slow
def test_sarif_counts_equal_json_counts(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sarif import loader

    monkeypatch.chdir(ROOT)
    file = tmp_path / "found.sarif"
    document = run("check", SAMPLES.name, "--format", "json", "--format", "sarif", "--output", file).json
    counts: Counter[str] = Counter()
    for severity, count in document["summary"]["findings"].items():
        counts[LEVELS[severity]] += count
    read = loader.load_sarif_file(str(file))
    report = read.get_report()
    levels = ("error", "warning", "note")
    counted = {level: report.get_issue_count_for_severity(level) for level in levels}
    assert counted == {level: counts[level] for level in levels}
    assert read.get_result_count() == sum(counts.values()) >= 5
    keycloak = (each for each in read.get_records() if each["Location"].startswith("recipes-sample/keycloak"))
    [record] = [each for each in keycloak if each["Severity"] == "warning"]
    assert (record["Code"], record["Line"], record["Severity"]) == ("RL001", 5, "warning")


def test_sarif_describes_each_rule_once(run: Run) -> None:
    found = sarif_run(run("check", SAMPLES, "--format", "sarif").stdout)
    rules = {rule.id: rule for rule in load_rules()}
    descriptors = found["tool"]["driver"]["rules"]
    assert sorted(each["id"] for each in descriptors) == sorted({each["ruleId"] for each in found["results"]})
    for each in descriptors:
        rule = rules[each["id"]]
        assert each["name"] == rule.name
        assert each["defaultConfiguration"] == {"level": LEVELS[rule.severity]}
        assert each["fullDescription"]["text"] == rule.why.strip()
        conditions = [describe_condition(path, condition) for path, condition in rule.when.items()]
        for text in each["help"].values():
            assert all(part in text for part in (rule.summary, rule.why.strip(), *conditions, *rule.fix_settings))
        assert each["helpUri"] == f"rules/README.md#{rule.anchor}"
    assert found["tool"]["driver"]["informationUri"] == "README.md"


def test_sarif_relates_facts_and_overridden_values(write: Write, snapshot: SnapshotAssertion) -> None:
    base, overlay = recipe("stop-first"), OVERLAY.replace("stop-first", "start-first")
    [result] = results(evaluate_files(write, {"compose.yml": base, "compose.ccci.yml": overlay}))
    described = [
        (
            each["physicalLocation"]["artifactLocation"]["uri"],
            each["physicalLocation"]["region"]["startColumn"],
        )
        for each in result["relatedLocations"]
    ]
    assert described == [
        ("compose.yml", base.index("rollback") + 1),
        ("compose.ccci.yml", overlay.index("start-first") + 1),
        ("compose.yml", base.index("stop-first") + 1),
    ]
    messages = [each["message"]["text"] for each in result["relatedLocations"]]
    paths = ["deploy.update_config.failure_action", "deploy.update_config.order", "deploy.update_config.order"]
    assert [message.split()[0] for message in messages] == paths
    assert messages == snapshot
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "compose.ccci.yml"
    assert [each["id"] for each in result["relatedLocations"]] == [1, 2, 3]


def test_sarif_has_one_result_for_several_variants(write: Write) -> None:
    overlay = "services: {app: {hostname: x}}\n"
    [result] = results(evaluate_files(write, {"compose.yml": recipe(), "compose.ccci.yml": overlay}))
    assert result["properties"]["variants"] == ["default", "ccci"]
    assert (result["properties"]["service"], result["properties"]["severity"]) == ("app", "medium")


@pytest.mark.parametrize(
    "text",
    [
        recipe(),
        recipe('"start-first"'),
        recipe("'start-first'"),
        recipe().replace("{failure_action", "\n    {failure_action").replace("order: ", "order:   "),
        "\ufeff" + recipe().replace("services", "\n# 🚀\nservices"),
        recipe().replace("\n", "\r\n").replace("services: {", "services: {\r\n  "),
        (
            f"x-a: &a {{failure_action: rollback, order: start-first}}\nservices:\n"
            f"  app: {{image: b, {HEALTHY}, deploy: {{update_config: *a}}}}\n"
        ),
    ],
    ids=["plain", "double-quotes", "single-quotes", "two-lines", "byte-order-mark", "crlf", "alias"],
)
def test_sarif_fix_resolves_the_finding(run: Run, write: Write, text: str) -> None:
    evaluation = evaluate_files(write, {"compose.yml": text})
    [result] = results(evaluation)
    fixed = apply_fix(text, result)
    assert fixed != text
    write({"compose.yml": fixed})
    ran = run("check", evaluation.recipe.path, "--format", "json")
    assert (ran.exit_code, sum(ran.json["summary"]["findings"].values())) == (0, 0)


@pytest.mark.parametrize(
    "text",
    [
        recipe('"${ORDER:-start-first}"'),
        recipe("!!str start-first"),
        (
            f"services:\n  app: {{image: b, {HEALTHY}, deploy: {{update_config: {{failure_action: rollback, "
            "order: &o start-first}, rollback_config: {order: *o}}}\n"
        ),
        (
            f"x-a: &a {{failure_action: rollback, order: start-first}}\nservices:\n"
            f"  app: {{image: b, {HEALTHY}, deploy: {{update_config: *a}}}}\n"
            f"  other: {{image: b, {HEALTHY}, deploy: {{update_config: *a}}}}\n"
        ),
        (
            f"x-o: &o start-first\nservices:\n  app: {{image: b, {HEALTHY}, deploy: {{update_config: "
            "{failure_action: rollback, order: *o}}}\n"
        ),
        recipe('"start\\x2dfirst"'),
    ],
    ids=["variable", "tag", "anchor", "shared-mapping", "shared-value", "escape"],
)
def test_sarif_has_no_fix_for_a_shared_value(write: Write, text: str) -> None:
    found = results(evaluate_files(write, {"compose.yml": text}))
    assert found
    assert [each for each in found if "fixes" in each] == []


@pytest.mark.parametrize(
    ("value", "text"),
    [("stop-first", "stop-first"), ("true", '"true"'), ("1", '"1"'), ("a b", '"a b"'), (0.5, "0.5")],
)
def test_replacement_quotes_the_value(write: Write, value: object, text: str) -> None:
    evaluation = evaluate_files(write, {"compose.yml": recipe()})
    [finding] = evaluation.findings
    rule = finding.rule._replace(fix={"deploy": {"update_config": {"order": value}}})
    new = ReplacementFinder(evaluation).find(finding._replace(rule=rule))
    assert new is not None
    assert new.text == text
    two = finding.rule._replace(fix={"deploy": {"update_config": {"order": value, "monitor": "9s"}}})
    assert ReplacementFinder(evaluation).find(finding._replace(rule=two)) is None


def test_sarif_fixes_of_samples_are_those_of_the_rules(run: Run, snapshot: SnapshotAssertion) -> None:
    rules = {rule.id: rule for rule in load_rules()}
    found = sarif_run(run("check", SAMPLES, "--format", "sarif").stdout)["results"]
    described = [(each["ruleId"], each["fixes"][0]["description"]["text"]) for each in found if "fixes" in each]
    assert len(described) >= 4
    for rule, text in described:
        [(path, value)] = rules[rule].fix_settings.items()
        assert text.endswith(f" {path}: {value}")
    assert described[0] == snapshot


def test_fingerprints_ignore_line_numbers(write: Write) -> None:
    def fingerprints_of(text: str) -> tuple[list[str], list[str]]:
        evaluation = evaluate_files(write, {"compose.yml": text})
        of_gitlab = json.loads(format_check_gitlab(CheckResult([evaluation]), Path(evaluation.recipe.path)))
        of_sarif = [each["partialFingerprints"]["rolloutLint/v1"] for each in results(evaluation)]
        return of_sarif, [each["fingerprint"] for each in of_gitlab]

    before = fingerprints_of(recipe())
    assert fingerprints_of("# one\n\n" + recipe().replace("deploy:", "\n    deploy:")) == before
    assert len(before[0]) == len(before[1]) == 1
    assert fingerprints_of(recipe().replace("app:", "shop:"))[1] != before[1]


def test_gitlab_fingerprints_of_equal_findings_differ(run: Run, write: Write) -> None:
    """Two recipes with one name, and a recipe with the same finding twice."""
    folder = write({f"{folder_name}/web/compose.yml": recipe() for folder_name in ("one", "two")})
    entries = json.loads(run("check", folder, "--format", "gitlab").stdout)
    assert len({each["fingerprint"] for each in entries}) == 2
    evaluation = evaluate_files(write, {"compose.yml": recipe()})
    [finding] = evaluation.findings
    evaluation.findings.append(finding._replace(variant="ccci", location=Location("compose.yml", 9, 1, 9, 2)))
    once, again = json.loads(format_check_gitlab(CheckResult([evaluation]), Path(evaluation.recipe.path)))
    assert once["fingerprint"] != again["fingerprint"]
    evaluation.findings.pop()
    [alone] = json.loads(format_check_gitlab(CheckResult([evaluation]), Path(evaluation.recipe.path)))
    assert alone["fingerprint"] == once["fingerprint"]


@pytest.mark.parametrize(("by", "kind"), [("comment", "inSource"), ("config", "external"), ("baseline", "external")])
def test_sarif_has_suppressed_findings_with_their_reason(write: Write, by: str, kind: str) -> None:
    evaluation = evaluate_files(write, {"compose.yml": recipe()})
    why = Suppression(SuppressionSource(by), "room for both", Location("compose.yml", 1, 1, 1, 9), "2027-01-31")
    evaluation.findings = [each._replace(suppressed=why) for each in evaluation.findings]
    [result] = results(evaluation)
    [suppression] = result["suppressions"]
    assert (suppression["kind"], suppression["justification"]) == (kind, "room for both")
    assert suppression["properties"] == {"by": by, "until": "2027-01-31"}
    assert ("location" in suppression) is (by == "comment")
    assert json.loads(format_check_json(CheckResult([evaluation])))["summary"]["suppressed"] == 1
    concise = format_check_concise(CheckResult([evaluation]), ExitCode.OK)
    assert concise == "1 recipe, 1 variant, 1 service: 0 findings, 1 suppressed. Exit 0.\n"
    assert json.loads(format_check_gitlab(CheckResult([evaluation]), Path())) == []


def test_sarif_omits_superseded_findings(write: Write) -> None:
    policy = "{replicas: 0, update_config: {failure_action: rollback, order: start-first}}"
    evaluation = evaluate_files(write, {"compose.yml": f"services: {{a: {{image: b, deploy: {policy}}}}}\n"})
    assert len(evaluation.findings) > 1
    run = sarif_run(format_check_sarif(CheckResult([evaluation]), Path(evaluation.recipe.path)))
    assert [each["ruleId"] for each in run["results"]] == ["RL055"]


def test_sarif_path_is_relative_or_a_file_uri(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write({"a b%/ü?#.yml": recipe()})
    ran = run("check", folder / "a b%/ü?#.yml", "--format", "sarif")
    [result] = sarif_run(ran.stdout)["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": f"file://{folder}/a%20b%25/%C3%BC%3F%23.yml"}
    monkeypatch.chdir(folder)
    [result] = sarif_run(run("check", folder / "a b%/ü?#.yml", "--format", "sarif").stdout)["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "a%20b%25/%C3%BC%3F%23.yml", "uriBaseId": "%SRCROOT%"}


def test_sarif_escapes_links_in_names(run: Run, snapshot: SnapshotAssertion) -> None:
    ran = run("check", "-", "--format", "sarif", stdin="services: {a: {'[x](1)': 1, 'y[z': 1}}\n")
    described = sarif_run(ran.stdout)["invocations"][0]["toolExecutionNotifications"]
    texts = [each["message"]["text"] for each in described]
    assert [name in text for name, text in zip(('"\\[x](1)"', '"y[z"'), texts, strict=True)] == [True, True]
    assert texts == snapshot
