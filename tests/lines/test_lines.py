"""Hostile values in every output: each command, format, flag and option of the application."""

from __future__ import annotations

import csv
import os
import re
from io import StringIO
from random import Random
from typing import TYPE_CHECKING

import pytest
from rollout_lint.cli.check_format import CheckFormat
from rollout_lint.cli.choices import AwaitFormat
from rollout_lint.cli.commands import await_updates
from rollout_lint.cli.commands.check import Request
from rollout_lint.cli.commands.outputs import Output
from rollout_lint.cli.commands.watch import watch

from tests.lines.commands import ERRORS, REPORTS, CommandLine, commands, error_lines, report_lines, value_lines
from tests.lines.reading import list_structure_faults
from tests.lines.tree import GOOD, write_tree
from tests.lines.values import COMBINED, TEMPLATES, find_log_commands, find_odd_characters, random_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tests.conftest import CommandResult, Run

    Value = Callable[[str], str]
    RunLine = Callable[[CommandLine], CommandResult]
    Runner = Callable[[Value], RunLine]

FAKE_DOCKER = """\
#!/bin/sh
# Print the answer to a command of docker, such as `docker service ls`.
[ -z "$FAKE_DOCKER_ERROR" ] || { cat "$FAKE_DOCKER/error" >&2; exit 1; }
cat "$FAKE_DOCKER/$1-$2"
"""
ANSWERS = "n\n" * 3 + "a\n"
COLOURS = re.compile(r"\x1b\[(?:0|[1-9]\d?(?:;\d\d?)*)m")
"""Codes for colours. The values have none of them."""
HIDDEN = {
    *("command", "environment", "healthcheck", "label-value"),  # may be secrets
    *("extends", "integer", "list", "port", "ulimits", "variable"),  # errors without the value
    *("baseline-text", "odd-services", "raw", "result-text", "syntax", "template", "toml", "xml"),  # not parsed
    *("listed-path", "meta", "meta-text", "old-key", "old-reason", "result-recipe", "upgrade"),  # not used
    "docker-error",  # see test_error_of_docker_is_one_line
}
"""Places whose values no command prints."""


def tag(place: str) -> str:
    return f"q{place.replace('-', '')}q"


def same(template: str) -> Value:
    """Return a function that returns a template with the name of the place."""
    return lambda place: template.replace("{}", tag(place))


def rotated(first: int) -> Value:
    """Return a function that returns the templates in turn."""
    templates, places = list(TEMPLATES.values()), dict[str, int]()

    def value(place: str) -> str:
        number = places.setdefault(place, len(places))
        return same(templates[(number + first) % len(templates)])(place)

    return value


def generated(seed: int) -> Value:
    """Return a function that returns another value for each place, always the same for a seed."""
    return lambda place: random_value(Random(f"{seed} {place}"), tag(place))


@pytest.fixture
def fake_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(FAKE_DOCKER)
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Value], None]:
    """Function that writes a fresh tree with the values and makes it the current folder."""
    folders = iter(range(10_000))

    def plant_tree(value: Value) -> None:
        folder = tmp_path / f"tree{next(folders)}"
        folder.mkdir()
        write_tree(folder, value)
        monkeypatch.chdir(folder / GOOD)
        monkeypatch.setenv("FAKE_DOCKER", str(folder / GOOD / "docker"))

    return plant_tree


@pytest.fixture
def runner(run: Run, plant: Callable[[Value], None], fake_docker: None) -> Runner:
    """Function that returns a runner of command lines, each in a fresh tree with the values."""
    del fake_docker

    def create(value: Value) -> RunLine:
        def run_one(line: CommandLine) -> CommandResult:
            plant(value)
            return run(*line.words, stdin=ANSWERS)

        return run_one

    return create


def list_faults(line: CommandLine, ran: CommandResult) -> Iterator[str]:
    """Yield what is wrong with the output of a command line."""
    if ran.exit_code not in (0, 1, 2):
        yield f"exit code {ran.exit_code}"
    yield from list_text_faults(ran.stdout, is_github=line.format == "github")
    yield from list_text_faults(ran.stderr)
    if line.format is not None and ran.stdout:
        yield from list_structure_faults(line.command, line.format, ran.stdout)


def list_text_faults(text: str, is_github: bool = False) -> Iterator[str]:
    if odd := find_odd_characters(text):
        yield f"{sorted(odd)!r} in {next(each for each in text.split(chr(10)) if find_odd_characters(each))!r}"
    if found := find_log_commands(text, is_github):
        yield f"the command {found[0]!r}"


def check_lines(run_one: RunLine, lines: Iterable[CommandLine]) -> str:
    """Run the command lines, check that each output is harmless, and return all outputs."""
    faults: list[str] = []
    outputs: list[str] = []
    for line in lines:
        ran = run_one(line)
        faults += [f"{' '.join(map(ascii, line.words))}\n    {each}" for each in list_faults(line, ran)]
        outputs.append(ran.output)
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults)
    return "\n".join(outputs)


def test_every_command_has_command_lines() -> None:
    assert commands().keys() == REPORTS.keys()
    assert ERRORS.keys() <= REPORTS.keys()


@pytest.mark.parametrize("name", COMBINED)
def test_reports_have_only_harmless_lines(runner: Runner, name: str) -> None:
    check_lines(runner(same(COMBINED[name])), report_lines())


@pytest.mark.parametrize("name", COMBINED)
def test_errors_have_only_harmless_lines(runner: Runner, name: str) -> None:
    check_lines(runner(same(COMBINED[name])), error_lines())


def test_invalid_arguments_have_only_harmless_lines(runner: Runner) -> None:
    check_lines(runner(lambda _: "x"), value_lines(COMBINED["log"].replace("{}", "x")))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(len(TEMPLATES)))
def test_single_templates_have_only_harmless_lines(runner: Runner, first: int) -> None:
    check_lines(runner(rotated(first)), (*report_lines(), *error_lines()))
    check_lines(runner(lambda _: "x"), value_lines([*TEMPLATES.values()][first].replace("{}", "x")))


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(int(os.environ.get("ROLLOUT_LINT_SEED", "1")) * 1000, 1_000_000, 100_000))
def test_generated_values_have_only_harmless_lines(runner: Runner, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(Random(seed).randint(60, 160)))
    check_lines(runner(generated(seed)), (*report_lines(), *error_lines()))


@pytest.mark.slow
def test_values_of_every_place_are_printed(runner: Runner) -> None:
    """Check that the other tests test something: the value of each place is in an output."""
    places: set[str] = set()

    def value(place: str) -> str:
        places.add(place)
        return tag(place)

    plain = check_lines(runner(value), (*report_lines(), *error_lines()))
    odd = check_lines(runner(same(TEMPLATES["start"])), (*report_lines(), *error_lines()))
    hidden = {place for place in places if tag(place) not in plain + odd}
    assert sorted(hidden - HIDDEN) == sorted(HIDDEN - hidden) == []


@pytest.mark.parametrize("form", CheckFormat)
def test_watch_has_only_harmless_lines(
    plant: Callable[[Value], None], form: CheckFormat, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(same(COMBINED["log"]))

    def interrupt() -> None:
        raise KeyboardInterrupt

    assert watch(Request(paths=(".",), outputs=(Output(form),)), interrupt) == 2
    printed = capsys.readouterr()
    assert not [*list_text_faults(printed.out, is_github=form is CheckFormat.GITHUB), *list_text_faults(printed.err)]
    assert tag("folder") in printed.out


def test_colours_are_the_only_terminal_codes(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    run_one = runner(same(COMBINED["log"]))
    for line in report_lines():
        if line.format in (None, "text"):
            ran = run_one(line)
            assert not [*list_text_faults(COLOURS.sub("", ran.output))], line


@pytest.mark.usefixtures("fake_docker")
def test_progress_of_await_is_one_line(
    plant: Callable[[Value], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(same(COMBINED["log"]))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    line = await_updates.Request(("forum",), {}, (), 0.0, 0.0, 30.0, None, AwaitFormat.TEXT)
    await_updates.run(line)
    progress = capsys.readouterr().err.replace("\r\x1b[K", "\n")
    assert tag("live-service") in progress
    assert not [*list_text_faults(progress)]


@pytest.mark.parametrize("name", COMBINED)
def test_error_of_docker_is_one_line(runner: Runner, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_DOCKER_ERROR", "1")
    run_one = runner(same(COMBINED[name]))
    ran = run_one(CommandLine("await", None, ("forum", "--timeout", "0")))
    assert (ran.exit_code, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert not [*list_text_faults(ran.stderr)]


@pytest.mark.parametrize("options", [(), ("--services",)], ids=["recipes", "services"])
def test_csv_has_a_line_per_row(runner: Runner, options: tuple[str, ...]) -> None:
    run_one = runner(same(TEMPLATES["line-ends"]))
    text = run_one(CommandLine("sweep", "csv", (".", *options))).stdout
    document = run_one(CommandLine("sweep", "json", (".",))).json
    count = len(text.splitlines())
    assert count == text.count("\n") == len(list(csv.reader(StringIO(text))))
    assert options or count == len(document["recipes"]) + 1
