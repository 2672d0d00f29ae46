"""Stacks with the findings that a Swarm operator agrees with. The first line of each says what the operator thinks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.oracle.docker import docker_config, require

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.repository import Repository

STACKS = sorted((Path(__file__).parent / "agreement").glob("*/compose.yml"))
EACH = pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.parent.name)
SEVERITIES = {"careful": {"low", "info"}, "severe": {"high", "medium"}, "info": {"info"}}


def expected_findings(stack: Path) -> list[str]:
    return stack.with_name("expected.txt").read_text("utf-8").splitlines()


def stacks_of(kind: str) -> list[Path]:
    return [stack for stack in STACKS if stack.parent.name.partition("-")[0] == kind]


@pytest.mark.parametrize(("kind", "least"), [("careful", 25), ("severe", 25), ("info", 10)])
def test_agreement_has_enough_stacks(kind: str, least: int) -> None:
    assert len(stacks_of(kind)) >= least


def test_agreement_has_no_other_kinds() -> None:
    assert {stack.parent.name.partition("-")[0] for stack in STACKS} == set(SEVERITIES)


@EACH
def test_expected_severities_fit_the_kind(stack: Path) -> None:
    found = {line.partition(" ")[0] for line in expected_findings(stack)}
    kind = stack.parent.name.partition("-")[0]
    if kind == "careful":
        assert found <= SEVERITIES[kind]
    else:
        assert found & SEVERITIES[kind]
        assert kind != "info" or found == {"info"}


@EACH
def test_check_reports_expected_findings(run: Run, stack: Path, repository: Repository) -> None:
    assert stack.read_text("utf-8").startswith("# ")
    ran = run("check", *_arguments(stack, repository), "--format", "json")
    [recipe] = ran.json["recipes"]
    assert recipe["status"] == "evaluated", recipe["problems"]
    active = [each for each in recipe["findings"] if each["superseded_by"] is None]
    found = [f"{each['severity']} {each['rule']} {each['service'] or each['resource'] or '-'}" for each in active]
    assert sorted(found) == sorted(expected_findings(stack))
    assert ran.exit_code == int(stack.parent.name.startswith("severe-"))


def _arguments(stack: Path, repository: Repository) -> list[str | Path]:
    """Return the path of a stack. One with an earlier revision is compared with it, in a repository."""
    earlier = stack.with_name("earlier")
    if not earlier.exists():
        return [stack]
    for folder in (earlier, stack.parent):
        repository.commit({each.name: each.read_text("utf-8") for each in folder.iterdir() if each.is_file()})
    return [repository.folder, "--since", "HEAD~1"]


@pytest.mark.oracle
@EACH
def test_docker_accepts_stack(stack: Path) -> None:
    require()
    assert docker_config([stack], {}).merged is not None
