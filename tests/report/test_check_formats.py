"""Tests that all formats of `check` have the same findings, follow their schemas and escape names."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import termios
import time
from collections import Counter
from email.message import Message
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest
from junitparser import JUnitXml
from rollout_lint.errors import ExitCode
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.location import Location, Problem
from rollout_lint.printable import printable
from rollout_lint.report.common.documentation import project_url
from rollout_lint.report.common.groups import group_findings
from rollout_lint.rules.finding import Suppression, SuppressionSource
from rollout_lint.rules.loader import load_rules
from rollout_lint.rules.model import Severity

from tests.conftest import ROOT, SAMPLES
from tests.fleet.recipes import recipe
from tests.report.check_reports import (
    CheckResult,
    format_check_concise,
    format_check_github,
    format_check_gitlab,
    format_check_markdown,
    format_check_sarif,
)
from tests.report.readers import READERS, Found, of_json, sarif_run
from tests.support import mask_folder, recipe_in

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

FORMATS = [*READERS, "text", "json"]
EACH = pytest.mark.parametrize("form", READERS)
HOSTILE_NAMES = (
    "a,b::c%0A%25",
    'q"<b>&amp;]]>',
    "pipe|`tick`*_x_",
    "[link](1)",
    "new\nline\r::error::x",
    "esc\x1b[31m\u202e",
    "space #1?x=y",
    "日本🚀",
)


PIPE = 64 * 1024
"""Capacity of a pipe in bytes. Its last page may be partly filled (pipe(7))."""
PAGE = 4096


def unread_bytes(pipe: IO[bytes]) -> int:
    """Return the number of unread bytes in a pipe."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


@pytest.fixture
def mixed(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Recipes with findings of three severities, a clean recipe, errors, a template and another kind of stack."""
    folder = write(
        {
            "many/compose.yml": "version: '3'\nservices:\n"
            "  app: {image: b, healthcheck: {test: x}, deploy: {update_config: {failure_action: rollback, "
            "order: start-first}}}\n"
            "  db: {image: postgres, volumes: ['d:/var/lib/postgresql/data'], deploy: {update_config: "
            "{order: start-first}}}\n"
            "volumes: {d: {}}\n",
            "many/compose.ccci.yml": "version: '3'\nservices: {app: {hostname: x}}\n",
            "clean/compose.yml": "services: {a: {image: b}}\n",
            "broken/compose.yml": "services: [\n",
            "half/compose.yml": recipe().replace("services: {", "services: {quiet: {image: b}, "),
            "half/compose.ccci.yml": "services: {app: {hostnam: x}}\n",
            "template/compose.yml": "services:\n{% if a %}\n  a: {image: {{ b }}}\n{% endif %}\n",
            "other/compose.yml": recipe("stop-first"),
            "other/stack.yml": "provider: {name: openfaas}\n",
        }
    )
    monkeypatch.chdir(folder)
    return folder


def sort_found(found: list[Found]) -> list[tuple[str, str, int, str]]:
    return sorted((each.rule, printable(each.path), each.line, each.message) for each in found)


@EACH
def test_check_format_has_findings_of_json_for_samples(run: Run, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = READERS[form](run("check", SAMPLES.name, "--format", form).stdout)
    of_document = run("check", SAMPLES.name, "--format", "json")
    assert sort_found(found) == sort_found(of_json(of_document.stdout))
    assert len(found) == sum(of_document.json["summary"]["findings"].values()) == 32


@EACH
@pytest.mark.usefixtures("mixed")
def test_check_format_has_findings_and_errors_of_json(run: Run, form: str) -> None:
    expected = of_json(run("check", "--format", "json").stdout)
    assert {"", "RL001", "RL009", "RL011"} <= {each.rule for each in expected}
    found = READERS[form](run("check", "--format", form).stdout)
    assert sort_found(found) == sort_found(expected)
    assert [(each.rule, each.line) for each in found if each.path == "template/compose.yml"] == [("", 2)]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.usefixtures("mixed")
def test_check_exit_code_is_the_same_in_each_format(run: Run, form: str) -> None:
    for path, code in (("clean", 0), ("many", 1), ("half", 2), ("template", 2), ("other", 0), (".", 2)):
        ran = run("check", path, "--format", form)
        assert (ran.exit_code, ran.stderr) == (code, "")
    assert run("check", "many", "--fail-on", "never", "--format", form).exit_code == 0


@EACH
def test_check_format_escapes_names(run: Run, write: Write, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, str | bytes] = {f"{name}/compose.yml": recipe() for name in HOSTILE_NAMES}
    files |= {f"{name}/compose.ccci.yml": f"services: {{app: {{{name!r}: 1}}}}\n" for name in HOSTILE_NAMES[:4]}
    monkeypatch.chdir(write(files))
    os.renames("space #1?x=y/compose.yml", b"bytes\xff/compose.yml")
    text = run("check", "--format", form).stdout
    found = READERS[form](text)
    as_read = {printable(each.path) for each in found if each.rule}
    as_named = {printable(f"{name}/compose.yml") for name in (*HOSTILE_NAMES, os.fsdecode(b"bytes\xff"))} - {
        "space #1?x=y/compose.yml"
    }
    assert as_read == as_named
    assert sort_found(found) == sort_found(of_json(run("check", "--format", "json").stdout))
    assert all(char.isprintable() or char == "\n" for char in text)


def test_check_markdown_escapes_names(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    from markdown_it import MarkdownIt

    names = [*HOSTILE_NAMES, "~~x~~", "<img src=x>", "&lt;", "www.example.com", "![x](y)", "*em*", "_em_", "a_b"]
    monkeypatch.chdir(write({f"{name}/compose.yml": recipe() for name in names}))
    tokens = MarkdownIt("gfm-like").parse(run("check", "--format", "markdown").stdout)
    cells = [token for token in tokens if token.type == "inline"]
    kinds = {child.type for cell in cells for child in cell.children or ()}
    assert kinds == {"text"} or kinds == {"text", "text_special"}
    shown = {cell.content and "".join(child.content for child in cell.children or ()) for cell in cells}
    assert {f"{printable(name)}/compose.yml:1:{recipe().index('start-first') + 1}" for name in names} <= shown


def test_check_markdown_stays_below_the_github_limit(write: Write, snapshot: SnapshotAssertion) -> None:
    policy = (
        "{image: b, healthcheck: {test: x}, deploy: {update_config: {failure_action: rollback, order: start-first}}}"
    )
    services = "".join(f"  s{number}-{'x' * 200}: {policy}\n" for number in range(1500))
    evaluation = evaluate(recipe_in(write({"compose.yml": f"services:\n{services}"})), LintContext(load_rules()))
    page = format_check_markdown(CheckResult([evaluation]))
    assert len(page.encode()) < 1024 * 1024 / 2
    shown = page.count("\n| medium |")
    assert 100 < shown < 1500
    around = [line for line in page.splitlines() if not line.startswith("| medium |")]
    assert [line.replace(str(1500 - shown), "REST") for line in around] == snapshot
    assert str(1500 - shown) in " ".join(around)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.slow
def test_check_writes_everything_to_a_slow_pipe(write: Write, form: str) -> None:
    files: dict[str, str | bytes] = {f"r{number}-{'x' * 60}/compose.yml": recipe() for number in range(1000)}
    command = [sys.executable, "-m", "rollout_lint", "check", "--format", form]
    with subprocess.Popen(command, cwd=write(files), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        while process.poll() is None and unread_bytes(process.stdout) <= PIPE - PAGE:
            time.sleep(0.05)
        assert process.poll() is None, "the whole report fits into the pipe"
        output, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert errors.startswith(b"rollout-lint: hint: 1000 findings ") if form == "text" else errors == b""
    assert len(output) > PIPE
    text = output.decode()
    found = READERS[form](text) if form in READERS else of_json(text) if form == "json" else []
    assert len(found) == 1000 or (form == "text" and text.count("RL001 rollback-start-first") == 1000)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "text",
    [b"", b"\xff\xfe\x00", b"\x00", b"services: {a: 1}", b"a" * 70000, b"[" * 200],
    ids=["empty", "utf-16", "nul", "invalid-service", "long-text", "nested"],
)
def test_check_reports_invalid_standard_input(run: Run, form: str, text: bytes) -> None:
    ran = run("check", "-", "--format", form, stdin=text)
    assert ran.exit_code == 2
    if form in READERS:
        assert {each.rule for each in READERS[form](ran.stdout)} == {""}


@pytest.mark.parametrize("form", FORMATS)
def test_check_format_hides_possible_secrets(run: Run, write: Write, form: str) -> None:
    """Two layers, so that lists and single values are overridden."""
    base = (
        "version: '3'\nservices:\n  app:\n    image: postgres\n    environment: {PASSWORD: hunter2}\n"
        "    healthcheck: {test: curl http://u:hunter2@localhost/}\n    ports: ['80:80']\n"
        "    volumes: ['data:/var/lib/postgresql/data']\n    labels: ['a=hunter2']\n"
        "    deploy: {update_config: {failure_action: rollback, order: start-first}, labels: ['b=hunter2']}\n"
        "volumes: {data: {}}\n"
    )
    overlay = (
        "version: '3'\nservices:\n  app:\n    environment: ['PASSWORD=hunter2']\n    labels: {a: hunter2}\n"
        "    healthcheck: {test: [CMD, curl, 'http://u:hunter2@localhost/']}\n"
        "    ports: [{target: 80, published: 80, mode: host}]\n"
        "    deploy: {update_config: {monitor: 1s}}\n"
    )
    ran = run("check", write({"compose.yml": base, "compose.ccci.yml": overlay}), "--format", form)
    assert ran.exit_code == 1
    assert "hunter2" not in ran.stdout + ran.stderr


def test_check_junit_passes_services_of_evaluated_recipes(run: Run, mixed: Path, snapshot: SnapshotAssertion) -> None:
    def cases(path: str, *options: str) -> list[tuple[str | None, list[str]]]:
        document = JUnitXml.fromstring(run("check", path, "--format", "junit", *options).stdout.encode())
        return [(case.name, [type(each).__name__ for each in case.result]) for suite in document for case in suite]

    assert mixed.is_dir()
    results = {path: cases(path, "--fail-on", "high") for path in ("many", "other", "broken", "template")}
    results["half"] = cases("half")
    assert cases("clean") == [("a", [])]
    assert {path: [kind for _, kinds in each for kind in kinds] for path, each in results.items()} == {
        "many": ["Skipped"] * 3,
        "other": ["Skipped"],
        "broken": ["Error"],
        "template": ["Error"],
        "half": ["Error", "Failure"],
    }
    assert [kinds for _, kinds in cases("many", "--fail-on", "medium")].count(["Failure"]) == 1
    assert {path: [name for name, _ in each] for path, each in results.items()} == snapshot


def test_check_github_has_columns_of_one_line_spans(write: Write, tmp_path: Path) -> None:
    evaluation = evaluate(recipe_in(write({"compose.yml": recipe()})), LintContext(load_rules()))
    [finding] = evaluation.findings
    evaluation.findings.append(finding._replace(location=Location("compose.yml", 3, 5, 6, 1)))
    lines = format_check_github(CheckResult([evaluation]), tmp_path).splitlines()
    start = recipe().index("start-first") + 1
    one = f"file=compose.yml,line=1,endLine=1,col={start},endColumn={start + 10},title="
    assert [line.split("RL001")[0] for line in lines] == [
        f"::warning {one}",
        "::warning file=compose.yml,line=3,endLine=6,title=",
    ]


def test_check_paths_are_relative_to_the_repository(run: Run, mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mixed / "many")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(mixed))
    monkeypatch.setenv("CI_PROJECT_DIR", str(mixed))
    for form, path in (("github", "many/compose.yml"), ("gitlab", "many/compose.yml"), ("sarif", "compose.yml")):
        assert {each.path for each in READERS[form](run("check", "--format", form).stdout)} == {path}
        given = run("check", mixed / "many", "--format", form).stdout
        assert {each.path for each in READERS[form](given)} == {path}
        assert {each.path for each in READERS[form](run("check", "-", "--format", form, stdin=recipe()).stdout)} == {
            "-"
        }
    monkeypatch.setenv("GITHUB_WORKSPACE", "/elsewhere")
    assert {each.path for each in READERS["github"](run("check", "--format", "github").stdout)} == {"compose.yml"}


def test_check_names_standard_input_and_current_folder(run: Run, mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for form, reader in READERS.items():
        assert {each.path for each in reader(run("check", "-", "--format", form, stdin=recipe()).stdout)} == {"-"}
    monkeypatch.chdir(mixed / "clean")
    assert '<testcase name="a" classname="clean" />' in run("check", "--format", "junit").stdout.replace('"/>', '" />')
    assert {each.path for each in READERS["concise"](run("check", mixed / "half", "--format", "concise").stdout)} == {
        f"{mixed}/half/compose.yml",
        f"{mixed}/half/compose.ccci.yml",
    }


def test_group_findings_separates_severities(write: Write) -> None:
    """Findings of one rule at one location for one service."""
    evaluation = evaluate(recipe_in(write({"compose.yml": recipe()})), LintContext(load_rules()))
    [finding] = evaluation.findings
    suppressed = finding._replace(variant="c", suppressed=Suppression(SuppressionSource.CONFIG, "known"))
    evaluation.findings += [
        finding._replace(variant="a"),
        finding._replace(variant="b", severity=Severity.LOW),
        suppressed,
    ]
    assert [group.variants for group in group_findings(evaluation)] == [("default", "a"), ("b",)]
    groups = group_findings(evaluation, suppressed=True)
    assert [group.variants for group in groups] == [("default", "a"), ("c",), ("b",)]


def test_every_format_counts_a_finding_once_for_all_variants(run: Run, write: Write) -> None:
    """The last of three services has a comment. Every file is in two variants."""
    policy = "deploy: {update_config: {failure_action: rollback, order: start-first}}"
    lines = [f"  {name}: {{image: {name}, healthcheck: {{test: x}}, {policy}}}" for name in "abc"]
    text = "\n".join(["services:", *lines]) + " # rollout-lint: ignore[RL001] known\n"
    folder = write({"compose.yml": text, "compose.ccci.yml": "services: {a: {labels: {x: y}}}\n"})
    found = {form: run("check", str(folder), "--format", form) for form in ("text", "json", *READERS)}
    summary = found["json"].json["summary"]
    assert [len(each["variants"]) for each in found["json"].json["recipes"]] == [2]
    assert summary["findings"] == summary["places"] == {"high": 0, "medium": 2, "low": 0, "info": 0}
    assert summary["suppressed"] == 1
    assert found["text"].stdout.endswith("2 findings (2 medium), 1 suppressed. Exit 1.\n")
    assert found["text"].stdout.count("  medium  RL001 ") == 2
    assert "1 recipe: 2 findings (2 medium)." in found["markdown"].stdout
    assert {form: len(read(found[form].stdout)) for form, read in READERS.items()} == dict.fromkeys(READERS, 2)
    [row] = run("sweep", str(folder), "--format", "json").json["recipes"]
    assert [each["variants"] for service in row["services"] for each in service["findings"]] == [
        ["default", "ccci"]
    ] * 3


def test_check_format_maps_severities(run: Run, mixed: Path) -> None:
    document = run("check", "--format", "json").json
    severities = Counter(
        {severity: count for severity, count in document["summary"]["findings"].items() if severity != "high"}
    )
    assert mixed.is_dir()
    assert severities["medium"] > 0
    assert severities["low"] > 0
    problems = len(READERS["concise"](run("check", "--format", "concise").stdout)) - sum(severities.values())
    words = Counter(each["severity"] for each in json.loads(run("check", "--format", "gitlab").stdout))
    assert words == Counter(
        {"blocker": problems, "major": severities["medium"], "minor": severities["low"], "info": severities["info"]}
    )
    commands = Counter(line.split(" ")[0] for line in run("check", "--format", "github").stdout.splitlines())
    notices = severities["low"] + severities["info"]
    assert commands == Counter({"::error": problems, "::warning": severities["medium"], "::notice": notices})


def test_check_gitlab_ignores_other_recipes(run: Run, write: Write) -> None:
    folder = write({"one/web/compose.yml": recipe(), "two/web/compose.yml": recipe()})
    both = json.loads(run("check", folder / "one", folder / "two", "--format", "gitlab").stdout)
    assert both[1:] == json.loads(run("check", folder / "two", "--format", "gitlab").stdout)


def test_check_format_reports_an_error_without_line(write: Write, snapshot: SnapshotAssertion) -> None:
    evaluation = evaluate(recipe_in(write({"compose.yml": recipe()})), LintContext(load_rules()))
    evaluation.findings, evaluation.problems = [], [Problem("compose.yml", 0, 0, "is gone")]
    folder = Path(evaluation.recipe.path)
    assert READERS["github"](format_check_github(CheckResult([evaluation]), folder)) == [
        Found("", "compose.yml", 0, "is gone")
    ]
    assert READERS["sarif"](format_check_sarif(CheckResult([evaluation]), folder)) == [
        Found("", "compose.yml", 0, "is gone")
    ]
    assert READERS["gitlab"](format_check_gitlab(CheckResult([evaluation]), folder)) == [
        Found("", "compose.yml", 1, "is gone")
    ]
    assert [
        format_check_github(CheckResult([evaluation]), folder),
        mask_folder(format_check_concise(CheckResult([evaluation]), ExitCode.ERROR), folder),
    ] == snapshot


def test_check_junit_has_a_suite_per_recipe(run: Run, write: Write) -> None:
    folder = write(
        {
            f"{folder_name}/web/compose.yml": recipe(order)
            for folder_name, order in (("a", "start-first"), ("b", "stop-first"))
        }
    )
    text = run("check", folder, "--format", "junit").stdout
    suites = [(suite.name, suite.tests, suite.failures) for suite in JUnitXml.fromstring(text.encode())]
    assert suites == [("web", 1, 1), ("web", 1, 0)]


def test_check_sarif_is_successful_if_all_was_evaluated(run: Run, mixed: Path) -> None:
    assert mixed.is_dir()
    for path, succeeds in (("many", True), ("other", True), ("half", False), ("template", False)):
        [invocation] = sarif_run(run("check", path, "--format", "sarif").stdout)["invocations"]
        assert invocation["executionSuccessful"] is succeeds
        levels = {each["level"] for each in invocation["toolExecutionNotifications"]}
        assert levels == {"many": set(), "other": {"note"}}.get(path, {"error"})


def test_check_rdjson_counts_columns_in_bytes(run: Run) -> None:
    """A character of two or four bytes is before the value."""
    text = recipe().replace("services", "# 🚀\nservices").replace("{app: {", "{app: {labels: {é: 🚀}, ")
    [diagnostic] = run("check", "-", "--format", "rdjson", stdin=text).json["diagnostics"]
    span = diagnostic["location"]["range"]
    line = text.encode().splitlines()[span["start"]["line"] - 1]
    assert span["end"]["line"] == span["start"]["line"] == 2
    assert line[span["start"]["column"] - 1 : span["end"]["column"] - 1] == b"start-first"
    [suggestion] = diagnostic["suggestions"]
    assert suggestion == {"range": span, "text": "stop-first"}


@pytest.mark.usefixtures("mixed")
def test_check_rdjson_maps_severities(run: Run) -> None:
    document = run("check", "--format", "json").json
    diagnostics = run("check", "--format", "rdjson").json["diagnostics"]
    counts = document["summary"]["findings"]
    errors = sum(len(recipe["problems"]) for recipe in document["recipes"])
    found = Counter(each["severity"] for each in diagnostics)
    assert found == {
        "ERROR": counts["high"] + errors,
        "WARNING": counts["medium"],
        "INFO": counts["low"] + counts["info"],
    }
    assert {each["code"]["value"] for each in diagnostics if "code" in each} >= {"RL001", "RL009", "RL011"}


@pytest.mark.parametrize("form", ["github", "gitlab", "junit", "rdjson"])
def test_check_format_has_service_value_and_fix_of_a_finding(run: Run, form: str) -> None:
    stack = recipe().replace("app:", "shop:")
    [finding] = run("check", "-", "--format", "json", stdin=stack).json["recipes"][0]["findings"]
    text = run("check", "-", "--format", form, stdin=stack).stdout
    assert " (deploy.update_config.failure_action: rollback, deploy.update_config.order: start-first). " in text
    assert ". Fix: either deploy.update_config.order: stop-first or keep start-first, " in text
    assert finding["message"].startswith("shop ")
    assert finding["message"] + " (" in text


def test_check_junit_failure_has_the_message_in_its_body(run: Run, snapshot: SnapshotAssertion) -> None:
    [suite] = JUnitXml.fromstring(run("check", "-", "--format", "junit", stdin=recipe()).stdout.encode())
    [case] = suite
    [failure] = case.result
    title, body = failure.text.split("\n")
    assert title.startswith("-:1:")
    assert title.endswith("  medium  RL001 rollback-start-first")
    assert body.startswith(failure.message.removeprefix("RL001 "))
    assert failure.text == snapshot


def test_check_documents_name_the_project_address(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address comes from the metadata of the package, as set in `project.urls`."""
    packaged = Message()
    packaged["Project-URL"] = "Source, https://example.org/source"
    packaged["Project-URL"] = "Documentation, https://example.org/docs/"
    monkeypatch.setattr("rollout_lint.report.common.documentation.metadata", lambda _: packaged)
    project_url.cache_clear()
    try:
        driver = sarif_run(run("check", "-", "--format", "sarif", stdin=recipe()).stdout)["tool"]["driver"]
        document = run("check", "-", "--format", "rdjson", stdin=recipe()).json
    finally:
        project_url.cache_clear()
    [rule] = [each for each in load_rules() if each.id == "RL001"]
    page = f"https://example.org/docs/rules/#{rule.anchor}"
    assert (driver["informationUri"], driver["rules"][0]["helpUri"]) == ("https://example.org/docs", page)
    assert document["source"] == {"name": "rollout-lint", "url": "https://example.org/docs"}
    assert document["diagnostics"][0]["code"] == {"value": "RL001", "url": page}
