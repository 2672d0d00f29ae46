"""Commands of README, docs/await.md and `--help` on a private engine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.cli.examples import EXAMPLES

from tests.conftest import ROOT
from tests.pages import blocks, environment
from tests.support import validate
from tests.swarm.behaviour import steady
from tests.swarm.engine import PATIENCE_SECONDS
from tests.swarm.image import IMAGE
from tests.swarm.nodes import private_engine
from tests.swarm.releases import Release, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.swarm.engine import Engine
    from tests.swarm.installation import Installation

pytestmark = pytest.mark.swarm

AWAIT = ROOT / "docs" / "await.md"
QUICK = {"monitor": "1s"}
RICH = f"""version: "3.13"
x-policy: &policy {{parallelism: 2, delay: 3s, failure_action: rollback, monitor: 1s, max_failure_ratio: 0.3}}
services:
  app:
    image: {IMAGE}
    command: [sh, -c, touch /tmp/ready; exec sleep 1000000]
    environment: {{PASSWORD: hunter2}}
    stop_grace_period: 3s
    healthcheck: {{test: "test -e /tmp/ready", interval: 1s, timeout: 9s, start_period: 4s, start_interval: 2s}}
    networks: [engine]
    labels: {{container: x}}
    deploy:
      replicas: 2
      labels: ["release=1a2b3c4", "motto=a=b"]
      update_config: {{<<: *policy, order: start-first}}
      rollback_config: {{<<: *policy, parallelism: 0}}
      placement: {{max_replicas_per_node: 7, constraints: [node.role == manager]}}
      resources: {{limits: {{memory: 50M, cpus: "0.5"}}, reservations: {{memory: 8M}}}}
      restart_policy: {{condition: on-failure, delay: 2s, max_attempts: 4, window: 30s}}
  plain:
    image: {IMAGE}
    command: [sleep, "1000000"]
    networks: [engine]
    healthcheck: {{disable: true}}
networks: {{engine: {{external: true, name: host}}}}
"""


@pytest.fixture(scope="module")
def engine(installation: Installation) -> Iterator[Engine]:
    with private_engine(installation) as running:
        yield running


def _run(command: list[str], engine: Engine, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    env = Site(engine, "a").environment | {"PATH": environment()["PATH"]} | variables
    seconds = 2 * PATIENCE_SECONDS
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=seconds)


def test_readme_script_replays_the_incident(engine: Engine) -> None:
    assert "sh examples/incident.sh" in (ROOT / "README.md").read_text("utf-8")
    ran = _run(["sh", "examples/incident.sh"], engine, ROOT, IMAGE=IMAGE)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    texts = (
        "docker stack deploy has returned 0",
        "app  rolled back",
        "exit (137)",
        "rollout-lint await has returned 1",
    )
    assert [each for each in texts if each not in ran.stdout] == []
    assert "rollout-lint-incident" not in engine.call("stack", "ls")


def test_await_page_scripts_run(engine: Engine, tmp_path: Path) -> None:
    for block in blocks(AWAIT):
        if block.name is not None:
            (tmp_path / block.name).write_text(block.text, "utf-8")
    (tmp_path / "compose.yml").write_text(RICH, "utf-8")
    known = {"STACK": "page", "RELEASE": "1a2b3c4"}
    ran = _run(["sh", "upgrade.sh"], engine, tmp_path, **known)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 services: 2 as deployed, 0 not" in ran.stdout
    pytest_run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_upgrade.py"]
    ran = _run(pytest_run, engine, tmp_path, **known)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
    ran = _run(["sh", "compare.sh"], engine, tmp_path, STACK="page")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("none: policy values, image and labels are the same as in the files") == 2
    assert "hunter2" not in ran.stdout


def test_inspect_reports_drift(engine: Engine, tmp_path: Path) -> None:
    site = Site(engine, "drift")
    site.start(Release(steady(), "old", QUICK))
    engine.call("service", "update", "--detach", "--update-order=start-first", "--replicas=2", "drift_app")
    (tmp_path / "compose.yml").write_text(site.text(Release(steady(), "old", QUICK)), "utf-8")
    (tmp_path / "running.json").write_text(engine.call("service", "inspect", "drift_app"), "utf-8")
    inspect = ["rollout-lint", "inspect", "running.json", "-c", "compose.yml", "--format=json"]
    ran = _run(inspect, engine, tmp_path)
    document = json.loads(ran.stdout)
    validate("inspect", document)
    drift = document["services"][0]["drift"]
    assert ran.returncode == 1
    assert {each["path"]: each["live"] for each in drift["values"]} == {
        "deploy.update_config.order": "start-first",
        "deploy.replicas": 2,
    }
    assert (drift["labels"], drift["image"], drift["not_compared"]) == ([], None, [])


LINES = [line for lines in EXAMPLES.values() for line, _ in lines if line.startswith(("rollout-lint await", "docker "))]
SETTLE = re.compile(r"(?P<command>rollout-lint await \S+)(?: --timeout \S+ --settle \S+)?")


@pytest.fixture(scope="module")
def wiki(engine: Engine) -> Site:
    """Stack of the `--help` examples."""
    site = Site(engine, "wiki")
    site.start(Release(steady(), "1a2b3c4", QUICK))
    return site


@pytest.mark.parametrize("line", LINES)
def test_help_example_runs(wiki: Site, tmp_path: Path, line: str) -> None:
    """Run the example with a shorter --settle."""
    command = SETTLE.sub(r"\g<command> --timeout 15m --settle 1s", line)
    ran = _run(["bash", "-o", "pipefail", "-c", command], wiki.engine, tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout or (tmp_path / "await.xml").read_text("utf-8").count("<testcase") == 1


def test_await_page_json_matches_schema() -> None:
    documents: list[Any] = [json.loads(block.text) for block in blocks(AWAIT) if block.language == "json"]
    assert len(documents) == 1
    validate("await", documents[0])
