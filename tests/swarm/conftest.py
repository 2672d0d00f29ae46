"""Fixtures of the engine suite: all selected cases run at the same time."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from rollout_lint.rules.loader import load_rules

from tests.rules import config_proof
from tests.swarm.deploy_proof import deploy, deploy_cases, is_expected
from tests.swarm.engine import private_engine
from tests.swarm.evidence import page
from tests.swarm.needs import EVIDENCE, missing
from tests.swarm.proof import Case, cases, rules_folder
from tests.swarm.scenario import Outcome
from tests.swarm.side_by_side import Outcomes, side_by_side, succeeded

HERE = Path(__file__).parent
ENGINE = "ROLLOUT_LINT_ENGINE"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests of this folder if the machine cannot run them and ROLLOUT_LINT_ENGINE does not require them."""
    missing_tools = [] if os.environ.get(ENGINE) == "required" else missing()
    for item in items:
        if missing_tools and item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(missing_tools)}"))


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest) -> Iterator[Outcomes]:
    """Outcomes of all selected cases, which start together."""
    missing_tools = missing()
    if missing_tools:
        pytest.fail(f"needs {', '.join(missing_tools)}")
    with side_by_side(_selected(request.session)) as started:
        yield started
    if target := os.environ.get(EVIDENCE):
        _write_evidence(Path(target), succeeded(started))


def _write_evidence(target: Path, seen: Sequence[Outcome]) -> None:
    answers = [(case, config_proof.docker_answer(case)) for case in config_proof.config_cases(load_rules())]
    with private_engine() as engine:
        deployed = [(case, deploy(engine, case.name.lower(), case.files)) for case in deploy_cases()]
    complete = [outcome.case for outcome in seen if not outcome.differences] == cases(rules_folder())
    complete = complete and all(config_proof.is_expected(case, answer) for case, answer in answers)
    if not complete or not all(is_expected(case, answer) for case, answer in deployed):
        pytest.fail(f"cannot write {target}: not every proof passed")
    target.write_text(page(seen, answers, deployed), encoding="utf-8")


def _selected(session: pytest.Session) -> list[Case]:
    specs = (getattr(item, "callspec", None) for item in session.items)
    found = [spec.params.get("case") for spec in specs if spec is not None]
    return [case for case in found if isinstance(case, Case)]
