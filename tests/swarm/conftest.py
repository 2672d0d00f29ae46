"""Fixtures of the engine suite: all selected cases run at the same time."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.swarm.installation import OPTIONAL, Installation, InstallationError, chosen, install, main_name
from tests.swarm.needs import EVIDENCE, all_missing, are_required, missing
from tests.swarm.proof import Case
from tests.swarm.renewal import EvidenceError, renew
from tests.swarm.scenario import LOST
from tests.swarm.side_by_side import Outcomes, side_by_side, succeeded

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that need an engine if the machine lacks one and ROLLOUT_LINT_ENGINES does not choose any."""
    missing_tools = [] if are_required() else all_missing()
    for item in items:
        if missing_tools and item.path.is_relative_to(HERE) and item.get_closest_marker("swarm"):
            item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(missing_tools)}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print why proofs needed more than one attempt."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    for report in reports:
        for name, reason in report.user_properties:
            if name == LOST:
                terminalreporter.write_line(f"{report.nodeid}: {LOST}: {reason}")


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
        try:
            renew(Path(target), succeeded(started))
        except EvidenceError as error:
            pytest.fail(f"cannot write {target}: {error}")


def _selected(session: pytest.Session) -> list[tuple[str, Case]]:
    specs = (getattr(item, "callspec", None) for item in session.items)
    found = ((spec.params.get("each_installation"), spec.params.get("case")) for spec in specs if spec is not None)
    return [(engine, case) for engine, case in found if isinstance(case, Case)]
