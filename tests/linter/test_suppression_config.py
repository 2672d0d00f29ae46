"""Suppression by config entries, and suppressed findings in reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.report.sweep.descriptions import LEVEL_DESCRIPTIONS

from tests.linter.suppression_runs import (
    COMMENT,
    TWO,
    WHY,
    check_json,
    comment_findings,
    findings,
    suppressed_services,
    with_comment,
    with_line,
)
from tests.support import mask_folder, validate

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

CONFIG = '[[ignore]]\nrule = "RL001"\nreason = "the hosts have room"\n'


@pytest.mark.parametrize(
    ("more", "services"),
    [
        ("", {"app", "web"}),
        ('service = "web"', {"web"}),
        ('path = "shop"', {"app", "web"}),
        ('path = "shop/"', {"app", "web"}),
        ('path = "/fleet/**"', {"app", "web"}),
        ('path = "/shop"', set()),
        ('path = "other"', set()),
        ('until = 2999-01-31\nservice = "app"', {"app"}),
        ('until = "2999-01-31"\nservice = "none"', set()),
    ],
)
def test_config_entry_covers_recipe_and_service(run: Run, write: Write, more: str, services: set[str | None]) -> None:
    folder = write({"fleet/shop/compose.yml": TWO, "rollout-lint.toml": CONFIG + more})
    for path in ("fleet/shop", "fleet", "fleet/shop/compose.yml"):
        ran = check_json(run, folder / path)
        assert suppressed_services(ran) == services
        assert comment_findings(ran) == []


def test_config_entry_in_yaml_has_several_rules(run: Run, write: Write) -> None:
    config = "ignore:\n  - {rule: [RL003, rl001], reason: why, until: 2999-01-31}\n"
    ran = check_json(run, write({"compose.yml": TWO, ".rollout-lint.yml": config}))
    assert suppressed_services(ran) == {"app", "web"}
    [suppressed] = {tuple(each["suppressed"].items()) for each in findings(ran)}
    assert dict(suppressed) | {"file": ""} == {
        "by": "config",
        "reason": "why",
        "until": "2999-01-31",
        "file": "",
        "line": 2,
        "column": 5,
    }


def test_expired_config_entry_is_reported_at_its_finding(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    config = f"{CONFIG}service = 'app'\nuntil = 2001-01-31\n\n{CONFIG}path = 'other'\nuntil = 2001-01-31\n"
    folder = write({"compose.yml": TWO, "rollout-lint.toml": config})
    ran = check_json(run, folder)
    assert suppressed_services(ran) == set()
    [line] = comment_findings(ran)
    assert line.startswith("RL071:8 ")
    assert "rollout-lint.toml:1" in line
    assert mask_folder(line, folder) == snapshot


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        pytest.param('rule = "RL001"', 5, id="no-reason"),
        pytest.param('reason = "x"', 5, id="no-rule"),
        pytest.param('rule = "RL001"\nreason = " . "', 7, id="dot-as-reason"),
        pytest.param('rule = "RL0001"\nreason = "x"', 5, id="unknown-rule"),
        pytest.param('rule = "RL072"\nreason = "x"', 5, id="not-suppressible"),
        pytest.param('rule = []\nreason = "x"', 6, id="empty-rules"),
        pytest.param('rule = "RL001"\nreason = "x"\nuntil = 2027', 8, id="year-as-day"),
        pytest.param('rule = "RL001"\nreason = "x"\nuntil = 2027-01-31T00:00:00Z', 8, id="time-as-day"),
        pytest.param('rule = "RL001"\nreason = "x"\npath = "!"', 8, id="bad-path"),
        pytest.param('rule = "RL001"\nreasn = "x"', 7, id="misspelt-key"),
    ],
)
def test_invalid_config_entry_is_reported_with_its_location(
    run: Run, write: Write, entry: str, line: int, snapshot: SnapshotAssertion
) -> None:
    config = f"{CONFIG}\n[[ignore]]\n{entry}\n"
    folder = write({"compose.yml": TWO, "rollout-lint.toml": config})
    ran = run("check", folder)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"rollout-lint.toml:{line}:" in ran.stderr
    assert mask_folder(ran.stderr, folder) == snapshot


def test_comment_precedes_the_config_and_a_key_the_file(run: Run, write: Write) -> None:
    text = with_comment(f"# rollout-lint: ignore[RL001] file\n{TWO}", "        order: start-first")
    ran = check_json(run, write({"compose.yml": text, "rollout-lint.toml": CONFIG}))
    assert {each["service"]: each["suppressed"]["reason"] for each in findings(ran)} == {"app": WHY, "web": "file"}
    assert comment_findings(ran) == []


def test_no_ignores_shows_suppressed_findings(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": with_comment(TWO, "  app:"), "rollout-lint.toml": f"{CONFIG}service = 'web'\n"})
    ran = run("check", folder)
    assert ran.exit_code == 0
    assert ran.stdout == snapshot(name="suppressed")
    ran = run("check", folder, "--no-ignores")
    assert ran.exit_code == 1
    assert ran.stdout.count("RL001 rollback-start-first") == 2
    assert mask_folder(ran.stdout, folder) == snapshot(name="no-ignores")
    assert suppressed_services(check_json(run, folder, "--no-ignores")) == set()
    assert comment_findings(check_json(run, folder, "--no-ignores")) == []


def test_report_about_a_comment_does_not_quote_its_reason(run: Run, write: Write) -> None:
    assert run("explain", "RL070").exit_code == 0
    ran = run("check", write({"compose.yml": with_comment(TWO, "  app:", "# rollout-lint: ignore[RL001] s3cret: []")}))
    assert "s3cret" not in ran.stdout


def row(run: Run, folder: object) -> Any:
    ran = run("sweep", str(folder), "--format", "json")
    validate("sweep", ran.json)
    [found] = ran.json["recipes"]
    return found


def test_sweep_row_mentions_suppressed_findings(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    until = COMMENT.replace(WHY, f"until=2999-01-31 {WHY}")
    silent = with_line(with_comment(TWO, "  app:", until), "  web:", f"  {COMMENT}")
    folder = write({"r/compose.yml": silent})
    found = row(run, folder)
    assert found["risk"]["level"] == "not-at-risk"
    assert [found["risk"]["text"], *found["risk"]["because"]] == snapshot(name="risk")
    assert found["services"][0]["findings"][0]["suppressed"] == {"by": "comment", "reason": WHY, "until": "2999-01-31"}
    assert run("sweep", folder).stdout == snapshot(name="table")
    assert run("sweep", folder, "--services").stdout == snapshot(name="services")
    page = run("sweep", folder, "--format", "html").stdout.partition("<details>")[2]
    assert page
    assert LEVEL_DESCRIPTIONS[RiskLevel.NOT_AT_RISK].meaning not in page


def test_sweep_row_has_risk_and_suppressions(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"r/compose.yml": with_comment(TWO, "  app:")})
    found = row(run, folder)
    assert (found["service"], found["risk"]["level"]) == ("web", "latent-medium")
    assert found["risk"]["because"] == snapshot


def test_safe_sweep_row_mentions_suppressions(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    stop = TWO.replace("        order: start-first", "        order: stop-first")
    found = row(run, write({"r/compose.yml": with_comment(stop, "  web:")}))
    assert found["risk"]["level"] == "safe"
    assert [found["risk"]["text"], *found["risk"]["because"]] == snapshot(name="risk")
    assert run("sweep", write({})).stdout == snapshot(name="table")


ONE = TWO[: TWO.index("  web:")]
CCCI = "services:\n  app:\n    deploy: {update_config: {order: start-first}}\n"


def test_suppression_in_an_overlay_does_not_mitigate(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    silent = with_comment(CCCI, "  app:")
    found = row(run, write({"r/compose.yml": ONE, "r/compose.ccci.yml": silent}))
    assert found["risk"]["level"] == "latent-medium"
    assert [found["risk"]["text"], *found["risk"]["because"]] == snapshot(name="overlay")
    shipped_only = COMMENT.replace(WHY, "only ours")
    base = f"{shipped_only}\n{ONE}"
    found = row(run, write({"r/compose.yml": base, "r/compose.ccci.yml": CCCI}))
    assert found["risk"]["level"] == "latent-medium"
    assert [found["risk"]["text"], *found["risk"]["because"]] == snapshot(name="shipped")


def test_sweep_applies_expiry_of_comments_and_config(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    ended = COMMENT.replace(WHY, f"until=2001-01-31 {WHY}")
    found = row(run, write({"r/compose.yml": with_comment(ONE, "  app:", ended)}))
    assert found["risk"]["level"] == "latent-medium"
    assert found["rules"] == ["RL001", "RL071"]
    config = f"{CONFIG}until = 2999-01-31\n"
    found = row(run, write({"r/compose.yml": ONE, "rollout-lint.toml": config}))
    assert found["risk"]["because"] == snapshot
