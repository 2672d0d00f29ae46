"""`check` in several processes: the same output, and one lost recipe if a process is killed."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.api import check as api_check
from rollout_lint.cli.check_format import CheckFormat
from rollout_lint.cli.commands import fix_hints
from rollout_lint.linter.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rollout_lint.linter.evaluation import Evaluation

    from tests.conftest import CommandResult, Run, Write
    from tests.repository import Repository

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can fork")

RISKY = "services: {a: {image: b:%s, deploy: {update_config: {failure_action: rollback, order: start-first}}}}\n"
SEVERE = "services: {a: {image: b, deploy: {update_config: {failure_action: restart}}}}\n"
SUPPRESSED = RISKY.replace("}}}}", "}}}}  # rollout-lint: ignore[RL001] known")
FILES: dict[str, str | bytes] = {
    **{f"{number:02}/compose.yml": RISKY % number for number in range(40)},
    "07/compose.yml": "services: [",
    "08/compose.yml": "services: {a: {imagge: b}}\n",
    "09/compose.yml": "services: {a: {image: '$IMAGE', deploy: {replicas: $COUNT}}}\n",
    "10/compose.yml": SUPPRESSED % 10,
    "11/rollout-lint.toml": 'severity = {RL001 = "high"}\n',
    "12/compose.yml": SEVERE,
    **{f"flat/{number}.yml": RISKY % number for number in range(25)},
    "typos/a.yml": "services: {a: {imagge: b, deploy: {}}}\n",
    "typos/b.yml": "services: {a: {imagge: b, deploy: {}}}\n",
    "dev/docker-compose.yml": "services: {a: {build: ., profiles: [x]}}\n",
    "overlay/docker-compose.override.yml": "services: {a: {ports: ['80:80']}}\n",
}


@pytest.fixture
def use_processes(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Function that sets the number of processes."""

    def use(count: int) -> None:
        monkeypatch.setattr(api_check, "choose_process_count", lambda _: count)

    return use


def check_twice(run: Run, use_processes: Callable[[int], None], *arguments: str | Path) -> CommandResult:
    """Check in one process and in three, and return the result, which is the same."""
    use_processes(1)
    alone = run("check", *arguments)
    use_processes(3)
    assert run("check", *arguments) == alone
    return alone


@pytest.mark.parametrize("form", CheckFormat)
def test_check_prints_the_same_in_several_processes(
    write: Write, run: Run, use_processes: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, form: CheckFormat
) -> None:
    """More stacks share a folder than are looked up by their file."""
    monkeypatch.chdir(write(FILES))
    ran = check_twice(run, use_processes, "--format", form, "--list-skipped")
    assert ran.exit_code == 2
    assert len(ran.stdout) > 5000
    if form is CheckFormat.TEXT:
        commands = re.findall(r"rollout-lint fix --write (flat/\S+\.yml|typos/\S+\.yml)\)", ran.stdout)
        assert len(set(commands)) == fix_hints._MAX_FILES


def test_check_compares_the_same_in_several_processes(
    repository: Repository, run: Run, use_processes: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(FILES)
    monkeypatch.chdir(repository.folder)
    changed = [repository.folder / f"{number:02}/compose.yml" for number in range(20, 36)]
    for file in changed:
        file.write_text(SEVERE)
    ran = check_twice(run, use_processes, "--since", "HEAD", "--format", "concise")
    assert len(ran.stdout.splitlines()) > len(changed)
    assert check_twice(run, use_processes, "--since", "nothing").exit_code == 2
    assert run("check", "--write-baseline").exit_code == 2
    changed[0].write_text(RISKY % 1)
    ran = check_twice(run, use_processes, "--since", "HEAD", "--format", "json")
    assert ran.json["summary"]["suppressed"] > 0
    assert "no longer occur" in check_twice(run, use_processes).stderr


def end_process(recipe: Any, *arguments: Any, **options: Any) -> Evaluation:
    """Evaluate a recipe. The process that evaluates 05 is killed, unless it is that of the test."""
    if recipe.name == "05" and os.getpid() != OWNER:
        os.kill(os.getpid(), signal.SIGKILL)
    return evaluate(recipe, *arguments, **options)


OWNER = os.getpid()


def test_check_loses_only_the_recipe_of_a_killed_process(
    write: Write, run: Run, use_processes: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write({name: text for name, text in FILES.items() if name[0] == "0"}))
    monkeypatch.setattr("tests.cli.test_check_processes.OWNER", os.getpid(), raising=False)
    use_processes(1)
    alone = run("check", "--format", "json").json
    use_processes(3)
    monkeypatch.setattr(api_check, "evaluate", end_process)
    ran = run("check", "--format", "json")
    assert ran.exit_code == 2
    [lost] = [each for each in ran.json["recipes"] if each["name"] == "05"]
    assert lost["status"] == "not-evaluated"
    assert [each["message"] for each in lost["problems"]] == [
        "the process that read it was killed, perhaps because memory ran out"
    ]
    assert [each for each in ran.json["recipes"] if each["name"] != "05"] == [
        each for each in alone["recipes"] if each["name"] != "05"
    ]


@pytest.mark.parametrize("processes", [1, 2])
def test_check_continues_after_an_unexpected_exception(
    write: Write, run: Run, use_processes: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    def fail(recipe: Any, *arguments: Any, **options: Any) -> Evaluation:
        if recipe.name == "1":
            raise ZeroDivisionError
        return evaluate(recipe, *arguments, **options)

    monkeypatch.chdir(write({f"{number}/compose.yml": RISKY % number for number in range(3)}))
    monkeypatch.setattr(api_check, "evaluate", fail)
    use_processes(processes)
    ran = run("check", "--format", "concise")
    assert ran.exit_code == 2
    assert "1: error: internal error: ZeroDivisionError; please report this bug\n" in ran.stdout
    assert [line.partition("/")[0] for line in ran.stdout.splitlines() if "RL001" in line] == ["0", "2"]
