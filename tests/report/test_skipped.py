"""Tests that every format lists the files that are not checked, and the commands that deploy variants."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
import rollout_lint
from junitparser import JUnitXml, Skipped
from markdown_it import MarkdownIt
from rollout_lint.api.sweep_exit import ExitPolicy
from rollout_lint.api.sweep_summary import SweepSummary
from rollout_lint.cli.check_format import CheckFormat
from rollout_lint.cli.choices import SweepFormat
from rollout_lint.cli.commands.outputs import Output, Reports
from rollout_lint.cli.commands.sweep_output import Layout, print_sweep
from rollout_lint.discovery.recipe import LayerFile, Recipe, Variant
from rollout_lint.discovery.skipped import SkippedFile, SkipReason
from rollout_lint.errors import ExitCode
from rollout_lint.fleet.model import Fleet, Member
from rollout_lint.fleet.result_age import AgePolicy
from rollout_lint.fleet.sweep import Sweep
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.report.common.skipped import format_no_stack_file, format_skipped
from rollout_lint.report.common.style import Style
from rollout_lint.report.show.json_document import format_show_json
from rollout_lint.report.show.rows import Detail
from rollout_lint.report.show.text import format_show_text
from rollout_lint.rules.loader import load_rules

from tests.fleet.recipes import recipe
from tests.report.check_reports import (
    CheckResult,
    format_check_concise,
    format_check_github,
    format_check_gitlab,
    format_check_json,
    format_check_junit,
    format_check_markdown,
    format_check_rdjson,
    format_check_sarif,
    format_check_text,
)
from tests.report.readers import READERS, sarif_run
from tests.support import validate

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from rollout_lint.linter.evaluation import Evaluation

    from tests.conftest import Run, Write

    SweepOutput: TypeAlias = Callable[..., tuple[str, str]]

PLAIN = Style(colour=False)
HINT = "list it after its base in stacks: of the config"
DEV = SkippedFile("dev/docker-compose.yml", SkipReason.COMPOSE_ONLY, "name it on the command line")
TEST = SkippedFile("test/docker-compose.yml", SkipReason.COMPOSE_ONLY, "name it on the command line")
SMTP = SkippedFile("ops/smtp.yml", SkipReason.NO_BASE, HINT)
TLS = SkippedFile("ops/tls.yml", SkipReason.NO_BASE, HINT)
RENDERED = SkippedFile("site.yml", SkipReason.TEMPLATE, "render it first")
FILES = (DEV, SMTP, RENDERED, TLS, TEST)
HOSTILE = SkippedFile("a,b::c%0A|`x`*<b>\n::error::\x1b[31m/f.yml", SkipReason.NO_BASE, "[link](1)\n<script>")


def check_recipe(write: Write, *files: str, deployed_by: str | None = None) -> Evaluation:
    """Return the evaluation of a variant of these files with a finding of RL001."""
    folder = write(dict.fromkeys(files or ("compose.yml",), recipe()))
    layers = tuple(LayerFile(name, folder / name) for name in files or ("compose.yml",))
    variant = Variant("tls", layers, deployed_by=deployed_by)
    return evaluate(Recipe("web", str(folder), [variant]), LintContext(load_rules()))


def text_of(*skipped: SkippedFile, list_skipped: bool = False) -> str:
    return format_check_text(CheckResult([], skipped), ExitCode.OK, PLAIN, 100, list_skipped)


def test_text_lists_skipped_files_by_reason() -> None:
    assert text_of(*FILES) == (
        "Not checked:\n"
        "  site.yml: a template, not YAML\n"
        "    hint: render it first\n"
        "  ops/smtp.yml: an overlay whose base is unknown\n"
        "  ops/tls.yml: an overlay whose base is unknown\n"
        f"    hint: {HINT}\n"
        "2 files for docker compose only, not checked; --list-skipped names them\n"
        "\n"
        "No stack file was checked. Exit 0.\n"
    )


def test_text_lists_every_skipped_file_on_request() -> None:
    lines = text_of(*FILES, list_skipped=True).splitlines()
    assert lines[6:9] == [
        "  dev/docker-compose.yml: for docker compose only",
        "  test/docker-compose.yml: for docker compose only",
        "    hint: name it on the command line",
    ]
    assert not any("--list-skipped" in line for line in lines)


def test_text_reports_that_nothing_is_for_a_swarm() -> None:
    """One file is named in its line."""
    assert text_of(DEV) == (
        "1 file for docker compose only, not checked: dev/docker-compose.yml\n"
        "\n"
        "Nothing here is for a Swarm: no file was checked. Exit 0.\n"
    )


def test_text_lists_skipped_files_before_the_summary(write: Write) -> None:
    evaluation = check_recipe(write)
    text = format_check_text(CheckResult([evaluation], (SMTP,)), ExitCode.FINDINGS, PLAIN, 100)
    assert text.index("RL001") < text.index("Not checked:") < text.index("\n1 recipe, 1 variant, 1 service: 1 finding")
    clean = format_check_text(CheckResult([evaluation]), ExitCode.FINDINGS, PLAIN, 100)
    assert text.replace("\n".join(format_skipped((SMTP,), PLAIN)) + "\n\n", "") == clean


@pytest.mark.parametrize("count", [10, 11, 300])
def test_text_cuts_long_lists_of_one_reason(count: int) -> None:
    files = [SkippedFile(f"{number}.yml", SkipReason.NO_BASE, HINT) for number in range(count)]
    lines = format_skipped([*files, RENDERED], PLAIN)
    assert sum(line.endswith("base is unknown") for line in lines) == 10
    assert [line for line in lines if "more" in line] == (
        [f"  and {count - 10} more; --list-skipped names them"] if count > 10 else []
    )
    assert "  site.yml: a template, not YAML" in lines
    every = format_skipped([*files, RENDERED], PLAIN, list_all=True)
    assert sum(line.endswith("base is unknown") for line in every) == count


@pytest.mark.parametrize("kind", ["check", "sweep"])
def test_json_schema_has_every_reason(kind: str) -> None:
    folder = Path(rollout_lint.__file__).parent / "report" / "schemas"
    schema = json.loads((folder / f"{kind}.schema.json").read_text("utf-8"))
    reasons = schema["properties"]["skipped"]["items"]["properties"]["reason"]["enum"]
    assert sorted(reasons) == sorted(SkipReason)


@pytest.mark.parametrize("skipped", [(), FILES], ids=["none", "several"])
def test_json_has_skipped_files(skipped: tuple[SkippedFile, ...]) -> None:
    document = json.loads(format_check_json(CheckResult([], skipped)))
    validate("check", document)
    assert [tuple(each[key] for key in ("file", "reason", "hint")) for each in document["skipped"]] == list(skipped)


def test_sarif_has_a_note_per_skipped_file(tmp_path: Path) -> None:
    inside = SMTP._replace(file=str(tmp_path / "ops" / "smtp.yml"))
    [invocation] = sarif_run(format_check_sarif(CheckResult([], (inside,)), tmp_path))["invocations"]
    assert invocation["executionSuccessful"] is True
    [note] = invocation["toolExecutionNotifications"]
    assert note["level"] == "note"
    assert note["message"]["text"] == f"not checked: an overlay whose base is unknown; {HINT}"
    [location] = note["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "ops/smtp.yml", "uriBaseId": "%SRCROOT%"}


def test_concise_has_a_line_per_skipped_file() -> None:
    result = CheckResult([], (DEV, SMTP))
    summary = "No stack file was checked. Exit 0.\n"
    line = f"ops/smtp.yml: not checked: an overlay whose base is unknown; {HINT}\n"
    assert format_check_concise(result, ExitCode.OK) == line + summary
    dev = "dev/docker-compose.yml: not checked: for docker compose only; name it on the command line\n"
    assert format_check_concise(result, ExitCode.OK, list_all=True) == dev + line + summary


def test_github_has_a_notice_per_skipped_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notices come last, because GitHub shows only ten of a kind."""
    evaluation = check_recipe(write)
    monkeypatch.chdir(evaluation.recipe.path)
    result = CheckResult([evaluation], (DEV, SMTP))
    finding, notice = format_check_github(result, Path(evaluation.recipe.path)).splitlines()
    assert finding.startswith("::warning ")
    assert notice == f"::notice file=ops/smtp.yml,title=not checked::an overlay whose base is unknown; {HINT}"


def test_gitlab_has_no_skipped_files() -> None:
    assert format_check_gitlab(CheckResult([], FILES), Path()) == "[]\n"


def test_junit_has_a_skipped_case_per_file(write: Write) -> None:
    text = format_check_junit(CheckResult([check_recipe(write)], FILES), lambda _: ())
    READERS["junit"](text)
    *_, suite = JUnitXml.fromstring(text.encode())
    assert (suite.name, suite.tests, suite.skipped) == ("not checked", len(FILES), len(FILES))
    cases = {case.name: case.result for case in suite}
    assert list(cases) == [each.file for each in FILES]
    [skipped] = cases["ops/smtp.yml"]
    assert isinstance(skipped, Skipped)
    assert skipped.message == f"an overlay whose base is unknown; {HINT}"


def test_markdown_lists_skipped_files() -> None:
    """Files for docker compose only come last."""
    page = format_check_markdown(CheckResult([], FILES))
    assert "0 recipes: 0 findings; 5 files not checked." in page
    section = page.partition("### Not checked\n")[2]
    assert section.startswith("\n<details><summary>5 files</summary>\n\n- ")
    assert section.endswith("\n\n</details>\n")
    files = [line.removeprefix("- ").partition(":")[0] for line in section.splitlines() if line.startswith("- ")]
    assert files == ["site.yml", "ops/smtp.yml", "ops/tls.yml", "dev/docker-compose.yml", "test/docker-compose.yml"]
    assert "- site.yml: a template, not YAML; render it first\n" in section
    assert "Not checked" not in format_check_markdown(CheckResult([]))


def test_markdown_limits_the_skipped_files() -> None:
    many = [SkippedFile(f"{number}-{'x' * 200}.yml", SkipReason.NO_BASE, HINT) for number in range(2000)]
    page = format_check_markdown(CheckResult([], many))
    shown = page.count("\n- ")
    assert 100 < shown < 2000
    assert len(page.encode()) < 1024 * 1024 / 3
    assert f"\n{2000 - shown} more are not shown.\n" in page


FORMATTERS: dict[str, Callable[[CheckResult], str]] = {
    "text": lambda result: format_check_text(result, ExitCode.OK, PLAIN, 100),
    "concise": lambda result: format_check_concise(result, ExitCode.OK),
    "json": format_check_json,
    "sarif": lambda result: format_check_sarif(result, Path()),
    "github": lambda result: format_check_github(result, Path()),
    "rdjson": lambda result: format_check_rdjson(result, Path()),
    "junit": lambda result: format_check_junit(result, lambda _: ()),
    "markdown": format_check_markdown,
}


@pytest.mark.parametrize("form", FORMATTERS)
def test_format_escapes_names_of_skipped_files(form: str) -> None:
    text = FORMATTERS[form](CheckResult([], (HOSTILE,)))
    assert all(char.isprintable() or char == "\n" for char in text)
    assert not any(line.startswith("::error") for line in text.splitlines())
    if form in READERS:
        assert READERS[form](text) == []


def test_markdown_escapes_names_of_skipped_files() -> None:
    tokens = MarkdownIt("gfm-like").parse(format_check_markdown(CheckResult([], (HOSTILE,))))
    assert [token.content.strip() for token in tokens if token.type == "html_block"] == [
        "<details><summary>1 file</summary>",
        "</details>",
    ]
    kinds = {child.type for token in tokens if token.type == "inline" for child in token.children or ()}
    assert kinds <= {"text", "text_special"}


@pytest.mark.parametrize("list_skipped", [False, True])
def test_check_writes_skipped_files(capsys: pytest.CaptureFixture[str], list_skipped: bool) -> None:
    for form in (CheckFormat.TEXT, CheckFormat.CONCISE):
        reports = Reports((Output(form),), list_skipped=list_skipped, is_quiet=False)
        assert reports.write(FILES, ExitCode.OK, None) is ExitCode.OK
        assert ("test/docker-compose.yml" in capsys.readouterr().out) is list_skipped


@pytest.mark.parametrize("command", ["check", "sweep"])
def test_list_skipped_changes_nothing_without_skipped_files(run: Run, write: Write, command: str) -> None:
    folder = write({"web/compose.yml": recipe()})
    ran = run(command, folder, "--list-skipped")
    assert (ran.stdout, ran.exit_code) == (run(command, folder).stdout, 1 if command == "check" else 0)
    assert "not checked" not in ran.stdout.lower()


@pytest.fixture
def sweep_output(write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SweepOutput:
    """Return a function that sweeps one recipe, or none, and returns the outputs."""
    monkeypatch.setenv("COLUMNS", "100")

    def output(
        form: SweepFormat, *skipped: SkippedFile, list_skipped: bool = False, is_empty: bool = False
    ) -> tuple[str, str]:
        member = Member(check_recipe(write, deployed_by="Makefile:12").recipe)
        fleet = Fleet([] if is_empty else [member], skipped=list(skipped))
        sweep = Sweep(fleet, lambda _: LintContext(load_rules()), AgePolicy(date(2026, 11, 24), None))
        capsys.readouterr()
        print_sweep(sweep, SweepSummary(None), Layout(form, False, False, list_skipped), ExitPolicy(), 1)
        captured = capsys.readouterr()
        return captured.out, captured.err

    return output


def test_sweep_text_lists_skipped_files_below_the_table(sweep_output: SweepOutput) -> None:
    clean, _ = sweep_output(SweepFormat.TEXT)
    text, _ = sweep_output(SweepFormat.TEXT, *FILES)
    section = "\n".join(format_skipped(FILES, PLAIN)) + "\n\n"
    assert text.replace(section, "") == clean
    assert text.endswith(f"{section}1 recipe: 1 latent-medium. Exit 0: no --fail-on.\n")
    every, _ = sweep_output(SweepFormat.TEXT, *FILES, list_skipped=True)
    assert "  dev/docker-compose.yml: for docker compose only\n" in every


def test_sweep_text_reports_that_nothing_is_for_a_swarm(sweep_output: SweepOutput) -> None:
    text, _ = sweep_output(SweepFormat.TEXT, DEV, is_empty=True)
    assert text.endswith("\n\nNothing here is for a Swarm: no file was checked. Exit 0: no --fail-on.\n")


@pytest.mark.parametrize("skipped", [(), FILES], ids=["none", "several"])
def test_sweep_json_has_skipped_files(sweep_output: SweepOutput, skipped: tuple[SkippedFile, ...]) -> None:
    document = json.loads(sweep_output(SweepFormat.JSON, *skipped)[0])
    validate("sweep", document)
    assert [tuple(each[key] for key in ("file", "reason", "hint")) for each in document["skipped"]] == list(skipped)
    [variant] = document["recipes"][0]["variants"]
    assert variant["deployed_by"] == "Makefile:12"


def test_sweep_markdown_lists_skipped_files(sweep_output: SweepOutput) -> None:
    clean, _ = sweep_output(SweepFormat.MARKDOWN)
    page, _ = sweep_output(SweepFormat.MARKDOWN, *FILES)
    assert page.startswith(f"{clean}\n### Not checked\n\n<details><summary>5 files</summary>\n\n- site.yml: ")


def test_sweep_csv_reports_skipped_files_on_stderr(sweep_output: SweepOutput) -> None:
    table, nothing = sweep_output(SweepFormat.CSV)
    assert nothing == ""
    assert sweep_output(SweepFormat.CSV, *FILES) == (
        table,
        "rollout-lint: 5 files not checked, such as site.yml; --list-skipped names them\n",
    )
    assert sweep_output(SweepFormat.CSV, DEV) == (table, "rollout-lint: 1 file not checked: dev/docker-compose.yml\n")
    lines = format_skipped(FILES, PLAIN, list_all=True)
    assert sweep_output(SweepFormat.CSV, *FILES, list_skipped=True) == (table, "\n".join(lines) + "\n")


def test_sweep_page_lists_skipped_files_by_reason(sweep_output: SweepOutput) -> None:
    """Only the list of the files for docker compose is closed."""
    clean, _ = sweep_output(SweepFormat.HTML)
    assert "Not checked" not in clean
    page, _ = sweep_output(SweepFormat.HTML, *FILES)
    root = html5lib.parse(page, namespaceHTMLElements=False)
    [section] = [each for each in root.iter("section") if each.get("class") == "skipped"]
    lists: dict[str, Any] = {"".join(each[0].itertext()): each for each in section.iter("details")}
    assert {summary: each.get("open") is not None for summary, each in lists.items()} == {
        "1 file: a template, not YAML": True,
        "2 files: an overlay whose base is unknown": True,
        "2 files: for docker compose only": False,
    }
    items = ["".join(item.itertext()) for item in lists["2 files: an overlay whose base is unknown"].iter("li")]
    assert items == [f"ops/smtp.yml {HINT}", f"ops/tls.yml {HINT}"]


def test_sweep_page_names_the_deploy_command(sweep_output: SweepOutput) -> None:
    page, _ = sweep_output(SweepFormat.HTML)
    assert '>compose.yml</span> <span class="note">as deployed by Makefile:12</span>' in " ".join(page.split())


def test_check_names_the_deploy_command(write: Write) -> None:
    evaluation = check_recipe(write, "a.yml", "b.yml", deployed_by="Makefile:12")
    result = CheckResult([evaluation])
    text = format_check_text(result, ExitCode.FINDINGS, PLAIN, 100)
    assert "  = affected: app in a.yml + b.yml (as deployed by Makefile:12)\n" in text
    assert " | tls (as deployed by Makefile:12) | " in format_check_markdown(result)
    document = json.loads(format_check_json(result))
    validate("check", document)
    [variant] = document["recipes"][0]["variants"]
    assert variant == {"name": "tls", "files": ["a.yml", "b.yml"], "deployed_by": "Makefile:12"}


def test_check_json_omits_an_unknown_deploy_command(write: Write) -> None:
    [variant] = json.loads(format_check_json(CheckResult([check_recipe(write)])))["recipes"][0]["variants"]
    assert variant == {"name": "tls", "files": ["compose.yml"]}


def test_show_names_the_deploy_command(write: Write) -> None:
    evaluation = check_recipe(write, deployed_by="Makefile:12")
    [first, *_] = format_show_text([evaluation], PLAIN, Detail.DIFFERENCES).splitlines()
    assert first == f"tls  {evaluation.recipe.path}/compose.yml (as deployed by Makefile:12)"
    document = json.loads(format_show_json([evaluation]))
    validate("show", document)
    assert document["variants"][0]["deployed_by"] == "Makefile:12"


def test_no_stack_file_names_other_files_with_services() -> None:
    wanted = (
        'no stack file found in "ops": looked for YAML files with a top-level "services:" mapping of services as '
        "docker stack deploy reads them"
    )
    end = " (name a file to check it anyway)"
    names = [f"{number}.yml" for number in range(7)]
    assert format_no_stack_file("ops", []) == wanted
    assert format_no_stack_file("ops", names[:2]) == f"{wanted}; other files with services: 0.yml, 1.yml{end}"
    five = ", ".join(names[:5])
    assert format_no_stack_file("ops", names[:5]) == f"{wanted}; other files with services: {five}{end}"
    assert format_no_stack_file("ops", names) == f"{wanted}; other files with services: {five} and 2 more{end}"
