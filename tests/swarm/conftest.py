"""Fixtures of the engine suite: all selected cases run at the same time."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from rollout_lint.rules.loader import load_rules

from tests.rules import config_proof
from tests.swarm.deploy_proof import Answer, DeployCase, deploy_case, deploy_cases, is_expected
from tests.swarm.engine import private_engine
from tests.swarm.evidence import page
from tests.swarm.installation import OPTIONAL, SUITES, Installation, InstallationError, chosen, install, main_name
from tests.swarm.needs import EVIDENCE, all_missing, are_required, missing
from tests.swarm.proof import Case, cases, rules_folder
from tests.swarm.redeploy_proof import RedeployCase, redeploy, redeploy_cases
from tests.swarm.scenario import Outcome
from tests.swarm.side_by_side import Outcomes, side_by_side, succeeded

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that need an engine if the machine lacks one and ROLLOUT_LINT_ENGINES does not choose any."""
    missing_tools = [] if are_required() else all_missing()
    for item in items:
        if missing_tools and item.path.is_relative_to(HERE) and item.get_closest_marker("swarm"):
            item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(missing_tools)}"))


@pytest.fixture(scope="session")
def installation() -> Installation:
    """Engine for the tests that run on one engine only."""
    return _installed(main_name())


@pytest.fixture(scope="session", params=chosen())
def each_installation(request: pytest.FixtureRequest) -> Installation:
    """Each chosen engine."""
    return _installed(str(request.param))


def _installed(name: str) -> Installation:
    if missing_tools := missing(name):
        pytest.fail(f"needs {', '.join(missing_tools)}")
    try:
        return install(name)
    except InstallationError as error:
        report = pytest.skip if name in OPTIONAL else pytest.fail
        report(f"Docker Engine {name} cannot be installed: {error}")


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest) -> Iterator[Outcomes]:
    """Outcomes of all selected cases, which start together."""
    with side_by_side(_selected(request.session)) as started:
        yield started
    if target := os.environ.get(EVIDENCE):
        _write_evidence(Path(target), succeeded(started))


def _write_evidence(target: Path, seen: Sequence[Outcome]) -> None:
    answers = [(case, config_proof.docker_answer(case)) for case in config_proof.config_cases(load_rules())]
    deployed = {name: _deployed(name) for name in SUITES}
    redeployed = {name: _redeployed(name) for name in SUITES}
    passed = [(outcome.name, outcome.case) for outcome in seen if not outcome.differences]
    complete = all([case for name, case in passed if name == each] == cases(rules_folder()) for each in SUITES)
    complete = complete and all(config_proof.is_expected(case, answer) for case, answer in answers)
    complete = complete and all(result in case.expected for each in redeployed.values() for case, result in each)
    if not complete or not all(is_expected(case, answer) for each in deployed.values() for case, answer in each):
        pytest.fail(f"cannot write {target}: not every proof passed on {', '.join(SUITES)}")
    target.write_text(page(seen, answers, deployed, redeployed), encoding="utf-8")


def _deployed(name: str) -> list[tuple[DeployCase, Answer]]:
    with private_engine(install(name)) as engine:
        return [(case, deploy_case(engine, case)) for case in deploy_cases()]


def _redeployed(name: str) -> list[tuple[RedeployCase, str]]:
    with private_engine(install(name)) as engine:
        return [(case, redeploy(engine, case)) for case in redeploy_cases()]


def _selected(session: pytest.Session) -> list[tuple[str, Case]]:
    specs = (getattr(item, "callspec", None) for item in session.items)
    found = ((spec.params.get("each_installation"), spec.params.get("case")) for spec in specs if spec is not None)
    return [(engine, case) for engine, case in found if isinstance(case, Case)]
