"""Files given with `-c` to `check`, `fix`, `sweep`, `show` and `inspect`."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.api.given_files import GivenFiles
from rollout_lint.cli.commands.check import Request
from rollout_lint.cli.commands.watch import file_states, watch
from rollout_lint.linter.suppression.apply import BASELINE

from tests.support import validate

if TYPE_CHECKING:
    from tests.conftest import CommandResult, Run, Write

BASE = """\
services:
  app:
    image: example/app:${TAG:-1}
    healthcheck: {test: curl -f http://localhost/}
    deploy:
      update_config:
        failure_action: rollback
        order: stop-first
      mode: global
"""
RISKY = "services:\n  app:\n    deploy:\n      update_config:\n        order: ${ORDER-start-first}\n"
SAFE = RISKY.replace("${ORDER-start-first}", "stop-first")
REQUIRED = RISKY.replace("${ORDER-start-first}", "${ORDER:?}")
LAYERS = ("-c", "stack/base.yml", "-c", "./risky.yml")


@pytest.fixture
def here(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder with stack files, which is the current one."""
    monkeypatch.delenv("ORDER", raising=False)
    folder = write({"stack/base.yml": BASE, "risky.yml": RISKY, "safe.yml": SAFE, "required.yml": REQUIRED})
    monkeypatch.chdir(folder)
    return folder


def check(run: Run, *arguments: str) -> tuple[CommandResult, list[tuple[Any, ...]]]:
    """Return the result of `check`, and the rule and location of each finding that is not suppressed."""
    ran = run("check", *arguments, "--format", "json")
    validate("check", ran.json)
    [recipe] = ran.json["recipes"]
    return ran, [
        (each["rule"], each["file"], each["line"]) for each in recipe["findings"] if each["suppressed"] is None
    ]


@pytest.mark.usefixtures("here")
def test_check_merges_given_files_in_order(run: Run) -> None:
    ran, findings = check(run, *LAYERS)
    assert (ran.exit_code, findings) == (1, [("RL001", "./risky.yml", 5)])
    [recipe] = ran.json["recipes"]
    assert recipe["variants"] == [{"name": "given", "files": ["stack/base.yml", "./risky.yml"]}]
    ran, findings = check(run, *LAYERS, "-c", "safe.yml")
    assert (ran.exit_code, findings) == (0, [])


@pytest.mark.usefixtures("here")
def test_check_names_given_files_as_the_user_wrote_them(run: Run, here: Path) -> None:
    ran = run("check", "-c", here / "stack/base.yml", "-c", "stack/../risky.yml", "--format", "concise")
    assert re.match(r"stack/\.\./risky\.yml:5:16: medium RL001 ", ran.stdout)
    ran = run("check", "-c", "stack/base.yml", "-c", "gone.yml", "--format", "concise")
    assert ran.exit_code == 2
    assert ran.stdout.startswith("gone.yml:1:1: ")


@pytest.mark.usefixtures("here")
def test_check_prints_a_command_that_fixes_given_files(run: Run) -> None:
    Path("risky.yml").write_text(SAFE.replace("stop-first", "start-first"))
    match = re.search(r"\(rollout-lint (fix .*)\)", run("check", *LAYERS).stdout)
    assert match is not None
    assert run(*shlex.split(match[1]), "--write").exit_code == 0
    assert check(run, *LAYERS)[1] == []


@pytest.mark.parametrize("command", ["check", "fix", "sweep", "show"])
@pytest.mark.usefixtures("here")
def test_required_variable_of_given_files_must_be_set(
    run: Run, write: Write, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"values.env": "ORDER=stop-first\n", ".env.sample": "ORDER=stop-first\n"})
    strict = (command, "-c", "stack/base.yml", "-c", "required.yml")
    ran = run(*strict)
    assert ran.exit_code == 2
    assert "required.yml:5" in ran.output
    assert run(*strict, "--env-file", "values.env").exit_code == 0
    monkeypatch.setenv("ORDER", "stop-first")
    assert run(*strict).exit_code == 0


@pytest.mark.parametrize("command", ["check", "fix", "sweep", "show"])
@pytest.mark.usefixtures("here")
def test_env_file_of_a_service_in_given_files_must_exist(run: Run, write: Write, command: str) -> None:
    write({"stack/env.yml": "services:\n  app:\n    env_file: app.env\n"})
    ran = run(command, "-c", "stack/base.yml", "-c", "stack/env.yml")
    assert ran.exit_code == 2
    assert "stack/env.yml:3" in ran.output
    write({"stack/app.env": ""})
    assert run(command, "-c", "stack/base.yml", "-c", "stack/env.yml").exit_code == 0


@pytest.mark.usefixtures("here")
def test_later_env_file_overrides_the_environment(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write({"a.env": "ORDER=start-first\n", "b.env": "ORDER=stop-first\n"})
    monkeypatch.setenv("ORDER", "stop-first")
    assert check(run, *LAYERS)[1] == []
    assert check(run, *LAYERS, "--env-file", "a.env")[1] == [("RL001", "./risky.yml", 5)]
    assert check(run, *LAYERS, "--env-file", "a.env", "--env-file", "b.env")[1] == []


@pytest.mark.parametrize("command", ["check", "fix", "sweep", "show"])
@pytest.mark.usefixtures("here")
def test_env_file_that_cannot_be_read_is_an_error(run: Run, command: str) -> None:
    ran = run(command, *LAYERS, "--env-file", "gone.env")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == "rollout-lint: gone.env cannot be read: No such file or directory\n"


REJECTED = {
    "path": "a path and -c cannot be combined",
    "--overlay": "--overlay and -c cannot be combined",
    "--exclude": "--exclude and -c cannot be combined",
    "--at": "--at and -c cannot be combined",
    "--against": "--against and -c cannot be combined",
}


@pytest.mark.parametrize(
    ("command", "argument"),
    [
        *((command, "path") for command in ("check", "fix", "sweep", "show")),
        *((command, "--overlay") for command in ("check", "fix", "sweep", "show", "inspect")),
        *((command, "--exclude") for command in ("check", "fix", "sweep")),
        ("sweep", "--at"),
        ("inspect", "--against"),
    ],
)
@pytest.mark.usefixtures("here")
def test_other_selections_cannot_be_combined_with_given_files(run: Run, command: str, argument: str) -> None:
    selection = ["stack/base.yml"] if argument == "path" else [argument, "x.yml"]
    ran = run(command, *LAYERS, *selection)
    assert (ran.exit_code, ran.output) == (2, f"rollout-lint: {REJECTED[argument]}\n")


@pytest.mark.parametrize("command", ["check", "fix", "sweep", "show", "inspect"])
@pytest.mark.usefixtures("here")
def test_env_file_requires_given_files(run: Run, command: str) -> None:
    ran = run(command, "--env-file", "x.env")
    message = "rollout-lint: --env-file requires -c; without it, values are read from .env.sample\n"
    assert (ran.exit_code, ran.output) == (2, message)


@pytest.mark.usefixtures("here")
def test_config_nearest_to_the_first_file_applies(run: Run, write: Write) -> None:
    write({"rollout-lint.toml": 'disable = ["RL001"]\n'})
    assert check(run, *LAYERS)[1] == []
    write({"stack/rollout-lint.toml": 'severity = {RL001 = "high"}\nfail-on = "high"\n'})
    ran, findings = check(run, *LAYERS)
    assert (ran.exit_code, findings) == (1, [("RL001", "./risky.yml", 5)])
    assert ran.json["recipes"][0]["findings"][0]["severity"] == "high"
    assert run("sweep", *LAYERS, "--format", "json").json["recipes"][0]["risk"]["level"] == "latent-medium"
    assert "RL001" in run("fix", *LAYERS).stderr
    write({"stack/rollout-lint.toml": "disable = 1\n"})
    for command in ("check", "fix", "sweep", "show"):
        ran = run(command, *LAYERS)
        assert ran.exit_code == 2
        assert "stack/rollout-lint.toml:1" in ran.output


@pytest.mark.usefixtures("here")
def test_config_suppresses_findings_in_given_files(run: Run, write: Write) -> None:
    entry = '[[ignore]]\nrule = "RL001"\nreason = "two hosts"\npath = "base.yml"\n'
    write({"stack/rollout-lint.toml": entry})
    assert check(run, *LAYERS)[1] == []
    write({"stack/rollout-lint.toml": entry.replace("base.yml", "risky.yml")})
    assert check(run, *LAYERS)[1] == [("RL001", "./risky.yml", 5)]


@pytest.mark.usefixtures("here")
def test_fix_edits_the_given_files(run: Run) -> None:
    Path("risky.yml").write_text(SAFE.replace("stop-first", "start-first"))
    ran = run("fix", *LAYERS)
    assert ran.exit_code == 1
    assert [line for line in ran.stdout.splitlines() if line[:1] in "+-"] == [
        "--- a/risky.yml",
        "+++ b/risky.yml",
        "-        order: start-first",
        "+        order: stop-first",
    ]
    assert run("fix", *LAYERS, "--write").exit_code == 0
    assert Path("risky.yml").read_text() == SAFE
    assert Path("stack/base.yml").read_text() == BASE


@pytest.mark.usefixtures("here")
def test_fix_leaves_given_files_that_docker_rejects(run: Run) -> None:
    ran = run("fix", "-c", "stack/base.yml", "-c", "required.yml", "--write")
    assert ran.exit_code == 2
    assert Path("required.yml").read_text() == REQUIRED


@pytest.mark.usefixtures("here")
def test_sweep_has_one_row_for_given_files(run: Run, write: Write) -> None:
    write({"fleet.yml": "version: 1\nrecipes: [stack/base.yml]\n", "other/compose.yml": BASE})
    ran = run("sweep", *LAYERS, "--format", "json", "--fail-on", "latent-medium")
    validate("sweep", ran.json)
    [row] = ran.json["recipes"]
    assert (ran.exit_code, row["risk"]["level"]) == (1, "latent-medium")
    assert row["variants"] == [{"name": "given", "ci": False, "files": ["stack/base.yml", "./risky.yml"]}]
    ran = run("sweep", "-c", "gone.yml", "--format", "json")
    assert (ran.exit_code, ran.json["recipes"][0]["risk"]["level"]) == (2, "not-evaluated")


@pytest.mark.usefixtures("here")
def test_given_file_can_be_standard_input_unless_it_is_fixed(run: Run) -> None:
    ran = run("check", "-c", "-", "-c", "risky.yml", "--format", "concise", stdin=BASE)
    assert (ran.exit_code, ran.stdout.split(" ")[:3]) == (1, ["risky.yml:5:16:", "medium", "RL001"])
    ran = run("fix", "-c", "-", stdin=BASE)
    assert (ran.exit_code, ran.stderr) == (2, "rollout-lint: standard input and -c cannot be combined\n")
    ran = run("check", "--watch", "-c", "-")
    assert (ran.exit_code, ran.stderr) == (2, "rollout-lint: --watch cannot be combined with standard input\n")


@pytest.mark.usefixtures("here")
def test_baseline_keeps_each_list_of_given_files(run: Run) -> None:
    Path("copy.yml").write_text(RISKY)
    copies = ("-c", "stack/base.yml", "-c", "copy.yml")
    for layers in (LAYERS, copies):
        assert run("check", *layers, "--write-baseline").exit_code == 0
    recipes = [entry["recipe"] for entry in json.loads(Path(BASELINE).read_text())["findings"]]
    assert recipes == ["stack/base.yml:copy.yml", "stack/base.yml:risky.yml"]
    for layers in (LAYERS, copies):
        ran = run("check", *layers)
        assert (ran.exit_code, ran.stderr) == (0, "")
    Path("copy.yml").unlink()
    assert run("check", *LAYERS, "--write-baseline").exit_code == 0
    assert "copy.yml" not in Path(BASELINE).read_text()


@pytest.mark.usefixtures("here")
def test_watch_reads_given_files_and_what_they_depend_on(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write({"values.env": "ORDER=stop-first\n"})
    request = Request(paths=(), given=GivenFiles(("stack/base.yml", "risky.yml"), ("values.env",)))
    paths = {Path(path).resolve() for path in file_states(request)}
    names = ("stack/base.yml", "risky.yml", "values.env", "stack/rollout-lint.toml", "rollout-lint.toml")
    assert {Path(name).resolve() for name in names} <= paths
    changes = iter((lambda: write({"values.env": "ORDER=start-first\n"}),))

    def pause() -> None:
        change = next(changes, None)
        if change is None:
            raise KeyboardInterrupt
        change()

    assert watch(request, pause) == 1
    assert re.findall(r"Exit (\d)", capsys.readouterr().out) == ["0", "1"]
