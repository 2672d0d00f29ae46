"""Versions of Docker in a config file: their effect on findings and errors, and invalid versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.linter.config_runs import CONFIG, check_severities

if TYPE_CHECKING:
    from tests.conftest import Run, Write
    from tests.repository import Repository

STACK = """version: "3.9"
services:
  api:
    image: example/api:3
    healthcheck: {test: api healthcheck}
    deploy: {update_config: {failure_action: rollback, delay: 10s}}
"""
START_INTERVAL = STACK.replace("3.9", "3.12").replace("api healthcheck", "api healthcheck, start_interval: 1s")


def test_engine_decides_findings(run: Run, write: Write) -> None:
    folder = write({"api/compose.yml": STACK})
    assert "RL028" not in check_severities(run, folder)
    write({CONFIG: 'engine = "20.10.9"\n'})
    assert check_severities(run, folder)["RL028"] == "low"
    write({CONFIG: 'engine = "20.10.9"\n[[overrides]]\npaths = ["api/"]\nengine = "20.10"\n'})
    assert "RL028" not in check_severities(run, folder)


@pytest.mark.parametrize(
    ("versions", "exit_code"),
    [
        ("", 0),
        ('engine = "24"', 2),
        ('client = "24"', 2),
        ('engine = "24"\nclient = "25"', 0),
        ('engine = "28"\nclient = "24.0"', 2),
    ],
)
def test_client_is_that_of_the_engine_by_default(run: Run, write: Write, versions: str, exit_code: int) -> None:
    folder = write({"api/compose.yml": START_INTERVAL, CONFIG: versions + "\n"})
    ran = run("check", folder, "--format", "json")
    assert ran.exit_code == exit_code
    assert len(ran.json["recipes"][0]["problems"]) == exit_code // 2


def test_check_since_reads_the_earlier_files_with_the_client(run: Run, repository: Repository) -> None:
    config = {CONFIG: 'client = "20.10"\n'}
    repository.commit({**config, "compose.yml": STACK})
    repository.commit({**config, "compose.yml": STACK.replace("deploy: {", "deploy: {mode: global, ")})
    [recipe] = run("check", repository.folder, "--since", "HEAD~1", "--format", "json").json["recipes"]
    assert "RL062" in {each["rule"] for each in recipe["findings"]}


@pytest.mark.parametrize("version", ['"v28"', '"latest"', '"18.09"', '"28.5.2.1"', '""', "28"])
@pytest.mark.parametrize("key", ["engine", "client"])
def test_invalid_version_is_an_error_with_a_location(run: Run, write: Write, key: str, version: str) -> None:
    folder = write({"compose.yml": STACK, CONFIG: f"# Docker\n{key} = {version}\n"})
    ran = run("check", folder)
    assert ran.exit_code == 2
    assert f"{CONFIG}:2:1: invalid {key} " in ran.output


def test_config_shows_both_versions(run: Run, write: Write) -> None:
    folder = write({"compose.yml": STACK, CONFIG: 'engine = "26.1"\n'})
    settings = {each["key"]: each for each in run("config", folder, "--format", "json").json["settings"]}
    assert settings["engine"]["value"] == settings["client"]["value"] == "26.1"
    assert settings["client"]["origin"]["line"] == 1
