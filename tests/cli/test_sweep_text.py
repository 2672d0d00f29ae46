"""Text of a sweep: table, reasons, summary and exit line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.api.sweep_exit import find_level
from rollout_lint.api.thresholds import RiskThreshold
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.rules.model import Severity

from tests.fleet.recipes import OVERLAY, recipe

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

TWO_SERVICES = recipe().replace("services: {", "services: {db: {image: postgres:15}, ")
STORE = recipe(image="postgres:15").replace("deploy:", "volumes: ['data:/var/lib/postgresql/data'], deploy:")
STORE += "volumes: {data: {}}\n"
QUIET = "services: {a: {image: b}}\n"


@pytest.fixture
def fleet(write: Write) -> Path:
    """Fleet with a latent risk in one of two services, a latent risk, a fixed one and a safe recipe."""
    return write(
        {
            "wiki/compose.yml": TWO_SERVICES,
            "blog/compose.yml": recipe(image="n8nio/n8n:1"),
            "shop/compose.yml": recipe(),
            "shop/compose.ccci.yml": OVERLAY,
            "safe/compose.yml": recipe("stop-first"),
            "quiet/compose.yml": QUIET,
        }
    )


def test_sweep_text_has_table_then_reasons_then_summary(run: Run, fleet: Path, snapshot: SnapshotAssertion) -> None:
    text = run("sweep", fleet).stdout
    lines = text.splitlines()
    assert lines[0].split()[:2] == ["Recipe", "service"]
    assert [line.split()[0] for line in lines[2:7]] == ["wiki", "blog", "shop", "safe", "all"]
    assert [line.partition(":")[0] for line in lines if line[:1].islower() and ": " in line] == ["wiki", "blog", "shop"]
    assert lines[-1].startswith("5 recipes: ")
    assert text == snapshot


def test_sweep_text_names_one_service_of_several(run: Run, fleet: Path) -> None:
    rows = {line.split()[0]: line.split()[1] for line in run("sweep", fleet, "--brief").stdout.splitlines()[2:7]}
    assert rows == {"wiki": "app", "blog": "—", "shop": "—", "safe": "—", "all": "others"}
    [heading, *_] = run("sweep", fleet / "blog").stdout.splitlines()
    assert "service" not in heading


def test_sweep_brief_prints_table_and_summary_only(
    run: Run, fleet: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"skipped/docker-compose.yml": "services: {a: {build: ., profiles: [x]}}\n"})
    monkeypatch.chdir(fleet)
    whole, brief = (run("sweep", *options).stdout for options in ((), ("--brief",)))
    assert "RL001" in whole
    assert "RL001" not in brief
    blocks = brief.split("\n\n")
    assert blocks[0] == whole.split("\n\n")[0]
    assert blocks[1] == "1 file not checked: skipped/docker-compose.yml"
    assert blocks[2:] == [whole.splitlines()[-1] + "\n"]


def test_sweep_reasons_start_with_the_decisive_rule(run: Run, write: Write) -> None:
    folder = write({"compose.yml": STORE, "rollout-lint.toml": "[hosts]\nmemory = '64G'\n"})
    [row] = run("sweep", folder, "--format", "json").json["recipes"]
    assert row["risk"]["level"] == "latent-high"
    assert [reason.split()[0] for reason in row["risk"]["because"] if reason.startswith("RL")] == ["RL006", "RL001"]
    reasons = run("sweep", folder).stdout.split("\n\n")[1].splitlines()
    assert reasons[1].split()[0] == "RL006"


@pytest.mark.parametrize("severity", ["high", "medium", "low"])
def test_fail_on_severity_means_the_latent_risk(severity: str) -> None:
    assert find_level(RiskThreshold(severity)) == RiskLevel(f"latent-{severity}")


def test_fail_on_accepts_every_severity_and_level() -> None:
    assert tuple(RiskThreshold) == (*Severity, "never", *RiskLevel)
    assert find_level(RiskThreshold.INFO) == max((each for each in RiskLevel if each.is_at_risk), key=lambda x: x.rank)
    assert find_level(RiskThreshold.NEVER) is None
    assert [find_level(RiskThreshold(level)) for level in RiskLevel] == list(RiskLevel)


@pytest.mark.parametrize(
    ("options", "code", "line"),
    [
        ((), 0, "Exit 0: no --fail-on."),
        (("--fail-on", "never"), 0, "Exit 0: no --fail-on."),
        (("--fail-on", "high"), 0, "Exit 0: no recipe at latent-high or worse (--fail-on high)."),
        (("--fail-on", "medium"), 1, "Exit 1: 1 recipe at latent-medium or worse (--fail-on medium)."),
        (("--fail-on", "low"), 1, "Exit 1: 2 recipes at latent-low or worse (--fail-on low)."),
        (("--fail-on", "mitigated"), 1, "Exit 1: 3 recipes at mitigated or worse (--fail-on mitigated)."),
    ],
)
def test_sweep_summary_explains_the_exit_code(
    run: Run, fleet: Path, options: tuple[str, ...], code: int, line: str
) -> None:
    ran = run("sweep", fleet, *options)
    assert (ran.exit_code, ran.stderr) == (code, "")
    assert ran.stdout.splitlines()[-1].endswith(f". {line}")


@pytest.mark.parametrize("form", ["json", "markdown", "csv", "html"])
def test_sweep_explains_a_failure_of_other_formats_on_stderr(run: Run, fleet: Path, form: str) -> None:
    ran = run("sweep", fleet, "--format", form, "--fail-on", "medium")
    reason = "1 recipe at latent-medium or worse (--fail-on medium)"
    assert (ran.exit_code, ran.stderr) == (1, f"rollout-lint: Exit 1: {reason}.\n")
    for options in ((), ("--fail-on", "high")):
        assert run("sweep", fleet, "--format", form, *options).stderr == ""


def test_sweep_summary_explains_a_worse_recipe(run: Run, fleet: Path, write: Write) -> None:
    (fleet / "old.json").write_text(run("sweep", fleet, "--format", "json").stdout)
    options = ("--compare", fleet / "old.json", "--fail-on-worse")
    assert " Exit 0: no recipe worse since 2026-06-20 (--fail-on-worse).\n" in run("sweep", fleet, *options).stdout
    write({"safe/compose.yml": recipe()})
    ran = run("sweep", fleet, *options, "--fail-on", "high")
    assert ran.exit_code == 1
    assert " Exit 1: 1 recipe worse since 2026-06-20 (--fail-on-worse).\n" in ran.stdout


def test_sweep_summary_explains_exit_code_2(run: Run, fleet: Path, write: Write) -> None:
    write({"wiki/compose.ccci.yml": "services: {app: {deploy: []}}\n"})
    ran = run("sweep", fleet, "--fail-on", "low")
    assert ran.exit_code == 2
    assert ran.stdout.endswith("; 1 only partly evaluated. Exit 2: 1 recipe not or only partly evaluated.\n")
    write({"fleet.yml": "version: 1\nrecipies: []\n"})
    ran = run("sweep", fleet, "--keep-going")
    assert (ran.exit_code, ran.stdout.splitlines()[-1].partition(" Exit ")[2]) == (2, "2: the manifest has errors.")


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        pytest.param([], "not evaluated", id="only-variant"),
        pytest.param(["a"], "default, a not evaluated", id="two"),
        pytest.param(["a", "b", "c"], "default, a, b, c not evaluated", id="four"),
        pytest.param(["a", "b", "c", "d"], "default, a, b and 2 more not evaluated", id="five"),
    ],
)
def test_sweep_row_names_unevaluated_variants(run: Run, write: Write, broken: list[str], text: str) -> None:
    options = "".join(f"#COMPOSE_FILE=compose.yml:compose.{name}.yml\n" for name in broken)
    files: dict[str, str | bytes] = {f"compose.{name}.yml": "services: {app: {hostname: x}}\n" for name in broken}
    folder = write({"compose.yml": "services: {app: {image: []}}\n", ".env.sample": options, **files})
    ran = run("sweep", folder, "--format", "markdown")
    assert ran.exit_code == 2
    assert ran.stdout.splitlines()[2].endswith(f"| {text} |")


def test_sweep_service_row_names_unevaluated_variants(run: Run, write: Write) -> None:
    broken = "services: {app: {deploy: []}}\n"
    files = {"compose.yml": recipe("stop-first"), "compose.ha.yml": broken}
    folder = write({**files, ".env.sample": "#COMPOSE_FILE=compose.yml:compose.ha.yml\n"})
    rows = run("sweep", folder, "--services", "--format", "markdown").stdout.splitlines()[2:]
    assert [row.split(" | ")[1] for row in rows if row.endswith("| ha not evaluated |")] == ["—", "app"]
