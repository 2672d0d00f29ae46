"""Damaged files and failing terminals: one test for each row of `docs/odd-input.md`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rollout_lint.discovery.recipes import find_recipes
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.linter.evaluation import EvaluationStatus

from tests.fleet.recipes import recipe
from tests.fuzz.corpus import FORMATS, TABLES
from tests.support import mask_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

LINT = [sys.executable, "-m", "rollout_lint"]
LARGE = 100 * 1000 * 1000
MIB = 1024 * 1024
NASTY = "a\nb\x1b[31m\x07\u202ec"


def statuses(run: Run, *arguments: str | Path) -> dict[str, str]:
    ran = run("check", *arguments, "--format", "json")
    assert ran.exit_code == 2
    return {each["name"]: each["status"] for each in ran.json["recipes"]}


def test_check_follows_no_link_loop(run: Run, write: Write) -> None:
    folder = write({"app/compose.yml": recipe()})
    (folder / "app" / "again").symlink_to(folder)
    (folder / "self").symlink_to("self")
    ran = run("check", folder, "--format", "json")
    assert [each["name"] for each in ran.json["recipes"]] == ["app"]


@pytest.mark.parametrize("name", ["compose.yml", "compose.ccci.yml"])
@pytest.mark.parametrize("target", ["itself", "nowhere", "pipe"])
def test_check_reports_broken_link(run: Run, write: Write, name: str, target: str, snapshot: SnapshotAssertion) -> None:
    folder = write({"app/compose.yml": recipe("stop-first")})
    (folder / "app" / name).unlink(missing_ok=True)
    if target == "pipe":
        os.mkfifo(folder / "pipe")
    (folder / "app" / name).symlink_to({"itself": name, "nowhere": "gone.yml", "pipe": "../pipe"}[target])
    ran = run("check", folder)
    assert ran.exit_code == 2
    assert f"{name}:1:1" in ran.stdout
    assert mask_folder(ran.stdout, folder) == snapshot


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that root cannot read either")
@pytest.mark.parametrize("name", ["compose.ccci.yml", ".env.sample", "rollout-lint.toml"])
def test_check_reports_unreadable_file(run: Run, write: Write, name: str) -> None:
    folder = write({"compose.yml": recipe("stop-first")})
    (folder / name).symlink_to("/proc/self/mem")
    ran = run("check", folder)
    assert ran.exit_code == 2
    assert name in ran.stdout + ran.stderr


@pytest.mark.parametrize("gone", ["compose.yml", "compose.ccci.yml"])
def test_evaluate_reports_vanished_file(write: Write, gone: str, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": recipe(), "compose.ccci.yml": recipe("stop-first")})
    [found] = find_recipes(str(folder), ("compose.ccci.yml",)).recipes
    (folder / gone).unlink()
    evaluation = evaluate(found, LintContext())
    assert evaluation.status == EvaluationStatus.NOT_EVALUATED
    assert [problem.message for problem in evaluation.problems] == snapshot


def test_evaluate_reports_vanished_folder(write: Write) -> None:
    folder = write({"compose.yml": recipe()}) / "compose.yml"
    [found] = find_recipes(str(folder.parent)).recipes
    folder.unlink()
    folder.mkdir()
    assert evaluate(found, LintContext()).status == EvaluationStatus.NOT_EVALUATED


@pytest.mark.parametrize(
    "name", ["compose.yml", "compose.ccci.yml", ".env.sample", "rollout-lint.toml", "fleet.yml", "ci/results.json"]
)
@pytest.mark.slow
def test_command_rejects_file_of_100_mb(write: Write, name: str) -> None:
    """Limit the memory to the interpreter's and half of the file."""
    folder = write(
        {"compose.yml": recipe(), "fleet.yml": "version: 1\nresults: ci/results.json\nrecipes: [{path: .}]\n"}
    )
    (folder / name).parent.mkdir(exist_ok=True)
    with (folder / name).open("wb") as stream:
        stream.truncate(LARGE)
    command = "sweep" if name in ("fleet.yml", "ci/results.json") else "check"
    limits = "import resource; resource.setrlimit(resource.RLIMIT_DATA, (2**28, 2**28))"
    ran = subprocess.run(
        [sys.executable, "-c", f"{limits}; from rollout_lint.cli.app import app; app()", command, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, "Traceback" in ran.stderr) == (2, False)
    assert name in ran.stdout + ran.stderr


DEEP = {
    "lists in brackets": "x-a: " + "[" * 10_000 + "]" * 10_000,
    "mappings in braces": "x-a: " + "{a: " * 10_000 + "}" * 10_000,
    "lists by dashes": "x-a:\n  " + "- " * 10_000 + "a",
    "mappings by indent": "\n".join(" " * depth + "a:" for depth in range(3_000)),
    "keys by question marks": "x-a:\n  " + "? " * 10_000 + "a",
    "an alias of aliases": "x-a: &a0 [x]\n"
    + "".join(f"x-{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    + "x-b: *a39",
    "merges of merges": "x-0: &m0 {k0: x}\n"
    + "".join(f"x-{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: x}}\n" for n in range(1, 3_000)),
}


@pytest.mark.parametrize(
    "odd", [b"\xff\xfe", b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\x00", b"\x07", b"\x1b[31m", b"\xef\xbb"]
)
@pytest.mark.parametrize("at", ["start", "value", "end"])
def test_check_rejects_invalid_bytes(run: Run, write: Write, odd: bytes, at: str) -> None:
    text = b"services: {a: {image: b}}\n"
    data = {"start": odd + text, "value": text.replace(b"b}", odd + b"}"), "end": text + b"x-a: " + odd}[at]
    ran = run("check", write({"compose.yml": data}), "--format", "json")
    assert (ran.exit_code, ran.json["recipes"][0]["status"]) == (2, "not-evaluated")


@pytest.mark.parametrize("odd", [b"\x07", b"\xff"])
@pytest.mark.parametrize("distance", [1, 600, 40_000])
def test_check_rejects_invalid_bytes_after_the_document(run: Run, write: Write, odd: bytes, distance: int) -> None:
    data = b"services: {a: {image: b}}\n---\n" + b"- x\n" * distance + odd
    ran = run("check", write({"compose.yml": data}), "--format", "json")
    [found] = ran.json["recipes"]
    assert (ran.exit_code, found["status"], found["problems"][0]["line"]) == (2, "not-evaluated", distance + 3)


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_check_rejects_deep_nesting_with_location(run: Run, write: Write, text: str) -> None:
    ran = run("check", write({"compose.yml": f"services: {{a: {{image: b}}}}\n{text}\n"}), "--format", "json")
    [found] = ran.json["recipes"]
    assert (ran.exit_code, found["status"]) == (2, "not-evaluated")
    assert found["problems"][0]["line"] > 1


def test_check_accepts_deep_substitutions(run: Run, write: Write) -> None:
    deep = "${A:-" * 10_000 + "c" + "}" * 10_000
    ran = run("check", write({"compose.yml": f"services: {{a: {{image: 'b:{deep}'}}}}\n"}), "--format", "json")
    assert (ran.exit_code, ran.json["recipes"][0]["status"]) == (1, "evaluated")


def texts(run: Run, folder: Path) -> dict[str, str]:
    """Return the output of each command and format for a folder."""
    results = {form: run("check", folder, "--format", form) for form in FORMATS}
    results |= {f"sweep {form}": run("sweep", folder, "--format", form) for form in TABLES}
    results |= {name: run(*name.split(), folder) for name in ("show", "show --all-facts", "config", "fix")}
    return {name: ran.stdout + ran.stderr for name, ran in results.items()}


@pytest.mark.parametrize("position", ["folder", "bytes", "overlay", "service", "value", "key"])
def test_output_escapes_control_characters(run: Run, tmp_path: Path, position: str) -> None:
    folder = tmp_path / {"folder": NASTY, "bytes": os.fsdecode(b"a\xff\xc3(b")}.get(position, "app")
    folder.mkdir()
    policy = "deploy: {update_config: {failure_action: rollback, order: start-first}}"
    name = json.dumps(NASTY if position == "service" else "app")
    image = json.dumps(NASTY if position == "value" else "example/app")
    broken = f"\n{json.dumps(NASTY)}: 3\n" if position == "key" else "\n"
    (folder / "compose.yml").write_text(f"services: {{{name}: {{image: {image}, {policy}}}}}{broken}", "utf-8")
    overlay = f"compose.{NASTY}.yml" if position == "overlay" else "compose.ccci.yml"
    (folder / overlay).write_text(f"services: {{{name}: {{{policy}}}}}\n", "utf-8")
    (folder / ".env.sample").write_text("# COMPOSE_FILE=compose.yml:" + overlay.replace("\n", "?") + "\n", "utf-8")
    for command, text in texts(run, folder).items():
        odd = {character for character in text if not character.isprintable()} - {"\n"}
        assert odd <= ({"\r"} if command == "sweep csv" else set()), (command, odd)


def run_limited(limit: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command with a resource limit. Python ignores its signal, so that the write fails.

    -B prevents truncated bytecode files, which other processes would read.
    """
    program = f"import resource; resource.setrlimit(resource.{limit}); from rollout_lint.cli.app import app; app()"
    return subprocess.run(
        [sys.executable, "-B", "-c", program, *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.mark.usefixtures("without_coverage")
@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (("check", "--format", "json", "--output", "report.json"), "report.json"),
        (("check", "--write-baseline"), ".rollout-lint-baseline.json"),
        (("fleet", "init"), "fleet.yml"),
    ],
)
@pytest.mark.parametrize("before", [None, "old content"])
@pytest.mark.slow
def test_full_disk_keeps_existing_file(
    write: Write, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], file: str, before: str | None
) -> None:
    folder = write({"app/compose.yml": recipe()})
    monkeypatch.chdir(folder)
    is_rejected = before is not None and file != "report.json"
    if before is not None and not is_rejected:
        (folder / file).write_text(before)
    files = sorted(folder.rglob("*"))
    ran = run_limited("RLIMIT_FSIZE, (16, 16)", *arguments)
    assert ran.returncode == 2
    assert "File too large" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert sorted(folder.rglob("*")) == files
    if (folder / file).exists():
        assert (folder / file).read_text() == before


OUTPUTS: dict[str, Callable[[], int]] = {
    "full": lambda: os.open("/dev/full", os.O_WRONLY),
    "read-only": lambda: os.open(os.devnull, os.O_RDONLY),
}
COMMANDS = ("check", "sweep", "show", "rules", "explain RL001", "config", "fleet schema", "--version", "--help")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.slow
def test_command_reports_unwritable_output(
    write: Write, command: str, output: str, snapshot: SnapshotAssertion
) -> None:
    descriptor = OUTPUTS[output]()
    ran = subprocess.run(
        [*LINT, *command.split()],
        cwd=write({"compose.yml": recipe("stop-first")}),
        stdout=descriptor,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(descriptor)
    assert ran.returncode == 2
    assert ran.stderr.startswith("rollout-lint: ")
    assert ran.stderr.count("\n") == 1
    if command == "check":
        assert ran.stderr == snapshot


@pytest.mark.parametrize(
    ("closed", "code"), [(">&-", 2), ("2>&-", 1), (">&- 2>&-", 2), ("2>/dev/full", 1), ("<&-", 1), ("<&- - ", 2)]
)
@pytest.mark.slow
def test_check_with_closed_stream(write: Write, closed: str, code: int) -> None:
    folder = write({"compose.yml": recipe(), "fleet.yml": "version: 1\nrecipes: [{path: .}]\n"})
    line = f'exec "$@" check {closed}'
    ran = subprocess.run(["bash", "-c", line, "bash", *LINT], cwd=folder, capture_output=True, text=True, check=False)
    assert (ran.returncode, "Traceback" in ran.stderr) == (code, False)


def start_check(*arguments: str, cwd: Path) -> subprocess.Popen[bytes]:
    """Start a check of standard input, and write more than a pipe holds so that it is reading."""
    process = subprocess.Popen(
        [*LINT, "check", "-", *arguments],
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b"# a comment\n" * (MIB // 8))
    process.stdin.flush()
    return process


@pytest.mark.slow
def test_ctrl_c_ends_silently_and_keeps_file(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("before")
    with start_check("--format", "json", "--output", "report.json", cwd=tmp_path) as process:
        process.send_signal(signal.SIGINT)
        assert process.stdin is not None
        output = process.communicate()
        assert (process.returncode, output) == (130, (b"", b""))
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("report.json", "before")]


@pytest.mark.slow
def test_closed_reader_ends_check_silently(tmp_path: Path) -> None:
    with start_check(cwd=tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(recipe().encode())
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141
