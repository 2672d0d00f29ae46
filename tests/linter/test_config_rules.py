"""Config files: rules, severities, thresholds and overrides."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from rollout_lint.linter.context import ContextLoader

from tests.linter.config_runs import CONFIG, POLICY, RISKY, check_severities, recipe_names
from tests.rules.own_rule import NAME, OWN_RULE
from tests.support import mask_folder

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write
    from tests.repository import Repository

NO_RULE_LEFT = "no-rule-left"


def test_recipe_without_config_has_two_medium_findings(run: Run, write: Write) -> None:
    found = check_severities(run, write({"compose.yml": RISKY}))
    assert found.items() >= {"RL001": "medium", "RL009": "medium"}.items()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select = ['RL001']", {"RL001"}),
        ("select = ['rl001', 'start-first-no-healthcheck']", {"RL001", "RL009"}),
        ("select = ['RL00']", {"RL001", "RL009"}),
        ("disable = ['RL001']", {"RL009"}),
        ("disable = ['Rollback-Start-First']", {"RL009"}),
        ("select = ['RL00']\ndisable = ['RL009']", {"RL001"}),
        ("disable = []", {"RL001", "RL009"}),
    ],
)
def test_select_and_disable_take_id_name_or_prefix(run: Run, write: Write, text: str, expected: set[str]) -> None:
    found = check_severities(run, write({"compose.yml": RISKY, CONFIG: text}))
    assert found.keys() & {"RL001", "RL009"} == expected
    if text.startswith("select"):
        assert found.keys() == expected


def test_disabled_rule_supersedes_no_finding(run: Run, write: Write) -> None:
    port = "ports: [{target: 1, published: 1, mode: host}]"
    folder = write({"compose.yml": f"services: {{app: {{image: me/app, {port}, deploy: {{{POLICY}}}}}}}\n"})

    def superseder() -> str | None:
        [recipe] = run("check", folder, "--format", "json").json["recipes"]
        [found] = [each for each in recipe["findings"] if each["rule"] == "RL001"]
        return found["superseded_by"]  # type: ignore[no-any-return]

    assert superseder() == "RL003"
    write({CONFIG: "disable = ['RL003']"})
    assert superseder() is None


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ("{RL001 = 'low'}", {"RL001": "low", "RL009": "medium"}),
        ("{RL00 = 'info', RL001 = 'high'}", {"RL001": "high", "RL009": "info"}),
        ("{RL001 = 'high', RL00 = 'info'}", {"RL001": "high", "RL009": "info"}),
        ("{RL0 = 'low', RL00 = 'info'}", {"RL001": "info", "RL009": "info"}),
        ("{rollback-start-first = 'high', RL = 'low'}", {"RL001": "high", "RL009": "low"}),
    ],
)
def test_most_specific_severity_applies(run: Run, write: Write, severity: str, expected: dict[str, str]) -> None:
    found = check_severities(run, write({"compose.yml": RISKY, CONFIG: f"severity = {severity}"}))
    assert {rule: found[rule] for rule in expected} == expected


def test_severity_overrides_every_grade(run: Run, write: Write) -> None:
    folder = write({"compose.yml": RISKY.replace("rollback", "pause")})
    assert check_severities(run, folder)["RL009"] == "low"
    write({CONFIG: "severity = {RL009 = 'high'}"})
    assert check_severities(run, folder)["RL009"] == "high"


@pytest.mark.parametrize(
    ("text", "option", "code"),
    [
        ("", (), 1),
        ("fail-on = 'high'", (), 0),
        ("fail-on = 'never'", (), 0),
        ("fail-on = 'high'", ("--fail-on", "medium"), 1),
        ("fail-on = 'low'", ("--fail-on", "never"), 0),
        ("severity = {RL0 = 'low'}", (), 0),
        ("severity = {RL0 = 'low'}\nfail-on = 'low'", (), 1),
    ],
)
def test_fail_on_sets_exit_code(run: Run, write: Write, text: str, option: tuple[str, ...], code: int) -> None:
    folder = write({"compose.yml": RISKY, CONFIG: text})
    assert run("check", folder, *option).exit_code == code


def test_fail_on_applies_per_recipe(run: Run, write: Write) -> None:
    override = "fail-on = 'low'\n[[overrides]]\npaths = ['legacy/']\nfail-on = 'high'\n"
    folder = write({"legacy/a/compose.yml": RISKY, CONFIG: override})
    assert run("check", folder).exit_code == 0
    write({"b/compose.yml": RISKY})
    assert run("check", folder).exit_code == 1
    assert run("check", folder, "--fail-on", "high").exit_code == 0
    write({"b/rollout-lint.toml": "fail-on = 'high'"})
    assert run("check", folder).exit_code == 0


def test_junit_report_uses_fail_on_of_each_recipe(run: Run, write: Write) -> None:
    override = "[[overrides]]\npaths = ['legacy/']\nfail-on = 'high'\n"
    folder = write({"b/compose.yml": RISKY, "legacy/a/compose.yml": RISKY, CONFIG: override})
    first, second = ElementTree.fromstring(run("check", folder, "--format", "junit").stdout)
    assert {suite.get("name"): suite.get("failures") for suite in (first, second)} == {"b": "2", "a": "0"}
    assert int(second.get("skipped") or 0) > int(first.get("skipped") or 0)


@pytest.mark.parametrize(
    ("paths", "is_match"),
    [
        ("['legacy/**']", True),
        ("['legacy']", True),
        ("['/legacy/a']", True),
        ("['a']", True),
        ("['legacy/*', '!a']", False),
        ("['/a']", False),
        ("['other', 'a/']", True),
        ("['legacy/a/compose.yml']", False),
    ],
)
@pytest.mark.parametrize("command", ["check", "sweep"])
def test_override_applies_to_matching_paths(run: Run, write: Write, paths: str, is_match: bool, command: str) -> None:
    config = f"[[overrides]]\npaths = {paths}\ndisable = ['RL001']\n"
    folder = write({"legacy/a/compose.yml": RISKY, "z/compose.yml": RISKY, CONFIG: config})
    ran = run(command, folder, "--format", "json")
    found = [
        each["rules"] if command == "sweep" else [finding["rule"] for finding in each["findings"]]
        for each in ran.json["recipes"]
    ]
    rules = dict(zip((name.rpartition("/")[2] for name in recipe_names(ran)), found, strict=True))
    assert ("RL001" not in rules["a"]) is is_match
    assert "RL001" in rules["z"]


def test_later_override_takes_precedence(run: Run, write: Write) -> None:
    folder = write(
        {
            "a/compose.yml": RISKY,
            CONFIG: "disable = ['RL009']\nseverity = {RL001 = 'info'}\n"
            "[[overrides]]\npaths = ['a']\nseverity = {RL0 = 'low'}\n"
            "[[overrides]]\npaths = ['a']\nseverity = {RL00 = 'high'}\ndisable = ['RL007']\n",
        }
    )
    found = check_severities(run, folder)
    assert found["RL001"] == "high"
    assert "RL009" not in found
    write({CONFIG: "disable = ['RL001']\n[[overrides]]\npaths = ['a']\nselect = ['RL00']\n"})
    assert check_severities(run, folder).keys() >= {"RL001", "RL009"}


def test_override_changes_only_the_hosts_and_images_it_names(write: Write) -> None:
    folder = write(
        {
            "a/compose.yml": RISKY,
            CONFIG: "[hosts]\nmemory = '8G'\nnodes = 2\n[images.'me/app']\nruntime = 'JVM'\n"
            "[[overrides]]\npaths = ['a']\nhosts.memory = '1G'\nimages.'example.com/me/app:3'.healthcheck = true\n",
        }
    )
    context = ContextLoader().context(folder / "a")
    assert (context.cluster.memory, context.cluster.nodes) == (2**30, 2)
    image = context.images.find("me/app")
    assert image is not None
    assert (image.runtime, image.healthcheck) == ("JVM", True)
    assert ContextLoader().context(folder).cluster.memory == 2**33


def test_used_host_memory_is_subtracted(run: Run, write: Write) -> None:
    heavy = RISKY.replace("deploy: {", "deploy: {resources: {limits: {memory: 1G}}, ")
    folder = write({"compose.yml": heavy, CONFIG: "[hosts]\nmemory = '4G'\n"})
    assert "RL002" not in check_severities(run, folder)
    write({CONFIG: "[hosts]\nmemory = '4G'\nused = '3G'\n"})
    assert "RL002" in check_severities(run, folder)


@pytest.mark.parametrize(
    ("config", "location"),
    [
        pytest.param("disable = ['RL01',\n  'RL999']", "1:1", id="unknown-id"),
        pytest.param("select = ['rolback-start-first']", "1:1", id="misspelt-name"),
        pytest.param("select = ['nothing like it']", "1:1", id="unknown-name"),
        pytest.param("[severity]\nRL01 = 'low'\nRL8 = 'low'", "3:1", id="severity-of-unknown-id"),
        pytest.param("severity = {rollback-start-first = 'high', RL001-x = 'low'}", "1:1", id="id-with-suffix"),
        pytest.param("[severity]\nRL001 = 'off'", "2:1", id="unknown-severity"),
        pytest.param("severity = {RL001 = 'low', rl001 = 'high'}", "1:1", id="severity-twice"),
        pytest.param("[[overrides]]\npaths = ['a']\ndisable = ['TT001']", "3:1", id="unknown-id-in-override"),
        pytest.param("[[overrides]]\npaths = ['!']", "2:1", id="path-pattern"),
        pytest.param("[[overrides]]\ndisable = []", "1:3", id="override-without-paths"),
        pytest.param("exclude = ['a', '# b']", "1:1", id="exclude-pattern"),
        pytest.param("overlays = ['']", "1:1", id="empty-overlay"),
        pytest.param("disable = ['RL']", "1:1", id=NO_RULE_LEFT),
        pytest.param("select = []", "1:1", id="empty-select"),
        pytest.param("fail_on = 'low'", "1:1", id="misspelt-key"),
        pytest.param("[[overrides]]\npaths = ['a']\nrules = ['x']", "3:1", id="key-of-override"),
    ],
)
def test_every_command_reports_an_invalid_config(
    run: Run,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    config: str,
    location: str,
    snapshot: SnapshotAssertion,
) -> None:
    monkeypatch.chdir(write({"compose.yml": RISKY, CONFIG: config}))
    commands = ["check", "sweep", "show", "config", "rules"]
    if NO_RULE_LEFT in request.node.callspec.id:
        assert run(commands.pop()).exit_code == 0
    messages = set()
    for command in commands:
        ran = run(command)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert f"{CONFIG}:{location}: " in ran.stderr
        messages.add(ran.stderr)
    [text] = messages
    assert text == snapshot


def test_override_without_rules_stops_only_its_recipes(run: Run, write: Write) -> None:
    override = "[[overrides]]\npaths = ['a']\ndisable = ['RL']\n"
    folder = write({"a/compose.yml": RISKY, "b/compose.yml": RISKY, CONFIG: override})
    rows = run("sweep", folder, "--format", "json").json["recipes"]
    assert {row["recipe"]: row["risk"]["level"] != "not-evaluated" for row in rows} == {"a": False, "b": True}


def test_select_takes_ids_of_other_rule_directories(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": RISKY, f"own/{NAME}": OWN_RULE, CONFIG: "rules = ['own']\nselect = ['TT']\n"})
    assert check_severities(run, folder).keys() == {"TT001"}
    write({CONFIG: "select = ['TT001']\n"})
    ran = run("check", folder)
    assert ran.exit_code == 2
    assert mask_folder(ran.output, folder) == snapshot
    assert check_severities(run, folder, "--rules", folder / "own").keys() == {"TT001"}


def test_rule_name_is_more_specific_than_a_prefix(run: Run, write: Write) -> None:
    config = "rules = ['own']\nseverity = {lim = 'high', TT00 = 'low'}\n"
    own = OWN_RULE.replace("no-memory-limit", "lim")
    folder = write({"compose.yml": RISKY, "own/TT001-lim.yaml": own, CONFIG: config})
    assert check_severities(run, folder)["TT001"] == "high"


def test_disabled_rule_is_listed_and_explained(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write({CONFIG: "disable = ['RL001']\n"}))
    assert "RL001  rollback-start-first" in run("rules").stdout
    assert run("explain", "RL001").exit_code == 0


@pytest.mark.parametrize(
    "deploy",
    [
        pytest.param(POLICY, id="start-first"),
        pytest.param(POLICY.replace("start-first", "stop-first"), id="stop-first"),
        pytest.param("replicas: 1", id="no-policy"),
    ],
)
def test_sweep_names_disabled_rules_beside_a_safe_recipe(
    run: Run, write: Write, deploy: str, snapshot: SnapshotAssertion
) -> None:
    off = ["RL001", "RL009", "RL007"]
    folder = write({"r/compose.yml": f"services: {{app: {{image: me/app, deploy: {{{deploy}}}}}}}\n"})
    write({CONFIG: f"disable = {off}\n"})
    [row] = run("sweep", folder, "--format", "json").json["recipes"]
    assert row["risk"]["level"] in ("safe", "not-at-risk")
    assert "RL001" in row["risk"]["text"]
    assert [reason.count("RL001") for reason in row["risk"]["because"] if "RL001" in reason] == [1]
    assert (row["risk"]["text"], row["risk"]["because"]) == snapshot
    for options in ((), ("--all",), ("--services",), ("--format", "markdown"), ("--format", "csv")):
        assert row["risk"]["text"] in run("sweep", folder, *options).stdout


def test_sweep_names_disabled_and_suppressed_rules(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    ignore = "[[ignore]]\nrule = ['RL001', 'RL009']\nreason = 'seen'\n"
    folder = write({"r/compose.yml": RISKY, CONFIG: f"disable = ['RL003']\n{ignore}"})
    [row] = run("sweep", folder, "--format", "json").json["recipes"]
    assert row["risk"]["text"].count("RL003") == 1
    assert sum(reason.count("RL003") for reason in row["risk"]["because"]) == 1
    assert (row["risk"]["text"], row["risk"]["because"]) == snapshot


def test_sweep_summary_mentions_disabled_rules(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    plain = "services: {app: {image: me/app}}\n"
    override = "[[overrides]]\npaths = ['a']\ndisable = ['RL00']\n"
    folder = write({"a/compose.yml": plain, "b/compose.yml": plain, CONFIG: override})
    assert run("sweep", folder).stdout == snapshot


def test_recipe_at_a_revision_uses_the_current_config(run: Run, repository: Repository) -> None:
    repository.commit({"legacy/a/compose.yml": RISKY})
    (repository.folder / CONFIG).write_text("[[overrides]]\npaths = ['a']\ndisable = ['RL001']\n")
    [row] = run("sweep", repository.folder, "--at", "HEAD", "--format", "json").json["recipes"]
    assert "RL001" not in row["rules"]
