"""`config` on the command line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from rollout_lint.linter.config_files import SCHEMA

from tests.rules.own_rule import NAME, OWN_RULE
from tests.support import mask_folder, validate

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

CONFIG = """\
overlays = ["compose.ccci.yml", "ci.*.yml"]
disable = ["RL03", "rollback-start-first"]
fail-on = "low"
rules = ["own"]

[severity]
RL01 = "low"

[hosts]
memory = "8G"

[images."registry.example.com/team/app:2"]
healthcheck = true

[[overrides]]
paths = ["legacy/"]
hosts = {memory = "2G", nodes = 3}
select = ["RL00"]
"""


@pytest.fixture
def folder(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write({"legacy/wiki/compose.yml": "services: {a: {image: b}}\n", "rollout-lint.toml": CONFIG})
    write({f"own/{NAME}": OWN_RULE})
    monkeypatch.chdir(folder)
    return folder


def document(run: Run, *arguments: str | Path) -> Any:
    ran = run("config", "--format", "json", *arguments)
    validate("config", ran.json)
    assert ran.exit_code == 0
    return ran.json


def settings(shown: Any) -> dict[str, tuple[Any, str]]:
    return {each["key"]: (each["value"], origin(each["origin"])) for each in shown["settings"]}


def without_rules(text: str) -> str:
    """Mask lists of rule ids and their length, so that a new rule changes no snapshot."""
    return re.sub(r"^  \d\d+ ", "  N ", re.sub(r"[A-Z]{2}\d{3}(\s+[A-Z]{2}\d{3})+", "IDS", text), flags=re.MULTILINE)


def origin(source: dict[str, Any]) -> str:
    if source["by"] == "config":
        return f"{source['file']}:{source['line']}:{source['column']}"
    return source.get("option", "default")  # type: ignore[no-any-return]


@pytest.mark.usefixtures("folder")
def test_config_text_shows_values_and_origins(run: Run, snapshot: SnapshotAssertion) -> None:
    options = ("--fail-on", "high", "--exclude", "old", "--exclude", "new")
    shown = run("config", "legacy/wiki", *options).stdout
    assert "    high    RL002 RL003 RL004 RL005 RL006\n    medium  RL001 RL008 RL009\n    low     RL007\n" in shown
    assert "\n    rollout-lint.toml:18:1  RL010 RL011" in shown
    assert " TT001\n" in shown
    assert without_rules(shown) == snapshot
    assert run("config", "legacy/wiki/compose.yml", *options).stdout.partition("\n")[2] == shown.partition("\n")[2]


@pytest.mark.usefixtures("folder")
def test_config_json_has_values_and_origins(run: Run) -> None:
    shown = document(run, "legacy/wiki", "--overlay", "x.yml", "--rules", "own")
    assert (shown["path"], shown["config"]) == ("legacy/wiki", "rollout-lint.toml")
    assert settings(shown) == {
        "hosts.memory": (2**31, "rollout-lint.toml:17:1"),
        "hosts.nodes": (3, "rollout-lint.toml:17:1"),
        "hosts.used": (None, "default"),
        "nodes": (None, "default"),
        "deploys.verified": (False, "default"),
        "engine": (None, "default"),
        "client": (None, "default"),
        "images.team/app.healthcheck": (True, "rollout-lint.toml:13:1"),
        **dict.fromkeys(("variables", "stacks", "extends", "locked", "ignore"), (None, "default")),
        **dict.fromkeys(("print.severity", "print.rules"), (None, "default")),
        "fail-on": ("low", "rollout-lint.toml:3:1"),
        "overlays": (["x.yml"], "--overlay"),
        "exclude": ([], "default"),
        "rules": ("own", "--rules"),
    }
    assert [each["value"] for each in shown["settings"] if each["key"] == "rules"] == ["own", "own"]


@pytest.mark.usefixtures("folder")
def test_config_json_has_severity_and_origin_of_rules(run: Run) -> None:
    rules = {rule["id"]: rule for rule in document(run)["rules"]}

    def rule_state(name: str) -> tuple[bool, str, str, str]:
        rule = rules[name]
        origins = rule["origins"]
        return rule["on"], rule["severity"], origin(origins["on"]), origin(origins["severity"])

    assert rule_state("RL001") == (False, "medium", "rollout-lint.toml:2:1", "default")
    assert rule_state("RL030") == (False, "medium", "rollout-lint.toml:2:1", "default")
    assert rule_state("RL010") == (True, "low", "default", "rollout-lint.toml:7:1")
    assert rule_state("RL002") == (True, "high", "default", "default")
    assert rule_state("TT001")[0]
    rules = {rule["id"]: rule for rule in document(run, "legacy")["rules"]}
    assert rule_state("RL001") == (True, "medium", "rollout-lint.toml:18:1", "default")
    assert rule_state("RL010") == (False, "low", "rollout-lint.toml:18:1", "rollout-lint.toml:7:1")


@pytest.mark.usefixtures("folder")
def test_config_lists_the_rules_that_check_uses(run: Run, write: Write) -> None:
    policy = "update_config: {failure_action: rollback, order: start-first}"
    write({"legacy/wiki/compose.yml": f"services: {{a: {{image: b, deploy: {{{policy}}}}}}}\n"})
    shown = document(run, "legacy/wiki")
    on = {rule["id"]: rule["severity"] for rule in shown["rules"] if rule["on"]}
    found = run("check", "--format", "json").json["recipes"][0]["findings"]
    assert {"RL001", "RL009"} <= {each["rule"] for each in found} <= on.keys()
    assert run("check", "--fail-on", "high").exit_code == 0
    assert run("check").exit_code == 1


def test_config_names_the_first_entry_that_disables_a_rule(run: Run, write: Write) -> None:
    folder = write({".rollout-lint.yml": "disable: [RL001,\n  RL00]\n"})
    lines = {rule["id"]: rule["origins"]["on"].get("line") for rule in document(run, folder)["rules"]}
    assert (lines["RL001"], lines["RL002"], lines["RL010"]) == (1, 2, None)


def test_config_without_file_shows_defaults(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({})
    shown = document(run, folder)
    assert shown["config"] is None
    assert {by for _, by in settings(shown).values()} == {"default"}
    assert all(rule["on"] for rule in shown["rules"])
    assert without_rules(mask_folder(run("config", folder).output, folder)) == snapshot


def test_config_shows_every_key(run: Run, write: Write) -> None:
    """Rules have a list of their own, and `overrides` and `env_files` have no value of their own."""
    keys = {each["key"].partition(".")[0] for each in document(run, write({}))["settings"]}
    properties = json.loads(SCHEMA.read_text("utf-8"))["properties"].keys()
    assert keys == properties - {"select", "disable", "severity", "overrides", "env_files"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('disabel = ["RL007"]', '1:1: unknown key "disabel" (did you mean "disable"?)', id="key"),
        pytest.param(
            "[hosts]\nmemroy = '8G'", '2:1: unknown key "memroy" in hosts (did you mean "memory"?)', id="inner"
        ),
        pytest.param("[print]\nx = 1", '2:1: unknown key "x" in print: must be one of severity, rules', id="no-hint"),
        pytest.param("fail-on = 'hihg'", '1:1: invalid fail-on "hihg": must be one of', id="value"),
        pytest.param("disable = ['rollback-strat-first']", "(did you mean RL001 rollback-start-first?)", id="rule"),
    ],
)
def test_config_reports_misspelt_keys_with_a_hint(run: Run, write: Write, text: str, message: str) -> None:
    ran = run("config", write({"rollout-lint.toml": text + "\n"}))
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert message in ran.stderr


def test_config_text_shows_the_limits_of_a_suppression(run: Run, write: Write) -> None:
    entry = "rule = 'RL001'\nreason = 'new host'\npath = 'wiki/'\nservice = 'app'\nuntil = '2027-01-31'\n"
    folder = write({"rollout-lint.toml": f"[[ignore]]\n{entry}"})
    assert "RL001 (path wiki/, service app, until 2027-01-31): new host" in run("config", folder).stdout


def test_config_shows_suppressions_with_reason(run: Run, write: Write) -> None:
    folder = write({"rollout-lint.toml": "[[ignore]]\nrule = ['rl001', 'RL009']\nreason = 'until  then'\n"})
    assert settings(document(run, folder))["ignore"] == ("RL001, RL009: until then", f"{folder}/rollout-lint.toml:1:3")


def test_config_text_of_a_single_rule(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.chdir(write({".rollout-lint.yml": "select: [RL001]\nseverity: {RL001: low}\n"}))
    shown = run("config").stdout
    assert "    low     RL001\n" in shown
    assert "    .rollout-lint.yml:2:12  low  RL001\n" in shown
    assert without_rules(shown) == snapshot


@pytest.mark.parametrize("width", [40, 80, 200])
def test_config_text_wraps_long_lists(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.chdir(write({"rollout-lint.toml": "select = ['RL001']\n"}))
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("config").stdout.splitlines()
    # The rules that are off are the last block: the location that switches them off, then their ids.
    [first] = [number for number, line in enumerate(lines) if re.match(r"\s+rollout-lint\.toml:1:\d+  RL", line)]
    assert all(len(line) <= max(width, 80) for line in lines[first:])
    ids = " ".join(lines[first:]).split()[1:]
    assert len(ids) == len(set(ids)) > 40


def test_config_escapes_control_characters(run: Run, write: Write) -> None:
    folder = write({"rollout-lint.toml": 'overlays = ["\\u001b[31m"]\nimages."a\\u001b".runtime = "\\u0007"\n'})
    ran = run("config", folder)
    assert "\\x1b[31m" in ran.stdout
    assert "\x1b" not in ran.stdout
    assert "\x07" not in ran.stdout


def test_config_rejects_a_missing_path(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({})
    ran = run("config", folder / "gone")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert mask_folder(ran.output, folder) == snapshot


CONFIGS = [
    ({}, True),
    ({"select": ["RL001"], "disable": ["x"], "severity": {"RL0": "low"}, "fail-on": "never"}, True),
    ({"overlays": ["a"], "exclude": ["b"], "hosts": {"used": "1G", "memory": "2G", "nodes": 1}}, True),
    ({"overrides": [{"paths": ["a"], "select": ["x"], "hosts": {"nodes": 2}, "images": {"a": {"locks": None}}}]}, True),
    ({"selected": []}, False),
    ({"select": []}, False),
    ({"fail-on": "none"}, False),
    ({"severity": {"RL001": "off"}}, False),
    ({"overrides": [{}]}, False),
    ({"overrides": [{"paths": ["a"], "exclude": []}]}, False),
    ({"hosts": {"stats": "x"}}, False),
    ({"variables": {"A_1": ""}, "env_files": [], "overrides": [{"paths": ["a"], "variables": {"b": "c"}}]}, True),
    ({"variables": {"A": 1}}, False),
    ({"variables": {"A-B": "1"}}, False),
    ({"env_files": "prod.env"}, False),
    ({"engine": "28", "client": "20.10.24", "overrides": [{"paths": ["a"], "engine": "26.1"}]}, True),
    ({"engine": 28}, False),
]


@pytest.mark.parametrize(("config", "is_valid"), CONFIGS)
def test_config_schema_agrees_with_the_loader(run: Run, write: Write, config: dict[str, Any], is_valid: bool) -> None:
    schema = json.loads(run("config", "--schema").stdout)
    assert schema == json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(config) is is_valid
    folder = write({".rollout-lint.yml": json.dumps(config).replace('"x"', '"RL002"')})
    assert (run("config", folder).exit_code == 0) is is_valid
