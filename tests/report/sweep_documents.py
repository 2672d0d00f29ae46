"""Documents of a sweep for the tests of its page, in the shape that `sweep --format json` prints."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from rollout_lint.fleet.manifest.loader import load_fleet
from rollout_lint.fleet.result_age import AgePolicy
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.fleet.sweep import Sweep
from rollout_lint.linter.context import LintContext
from rollout_lint.report.sweep.html_page import stream_sweep_html
from rollout_lint.report.sweep.json_document import format_recipe_line, stream_sweep_json
from rollout_lint.report.sweep.rows import Row, Table
from rollout_lint.report.sweep.view import build_page_table
from rollout_lint.rules.loader import load_rules

if TYPE_CHECKING:
    from pathlib import Path

HEADINGS = build_page_table([]).headings
ORDER = "deploy.update_config.order"
ACTION = "deploy.update_config.failure_action"
RULES = {
    "RL001": {
        "name": "rollback-start-first",
        "summary": "A failed start-first update is rolled back in silence",
        "why": "1. The new task starts beside\n   the old one.\n2. It is killed: `UpdateStatus` tells.\n\nIt depends.",
        "link": "https://docs.example.org/rules#rl001",
    },
    "RL003": {
        "name": "start-first-host-port",
        "summary": "A start-first update waits for ever for a host port that the old task holds",
        "why": "The port is taken.",
        "link": "rules/README.md#rl003-start-first-host-port",
    },
}
PATCH = 'version: "3.8"\nservices:\n  app:\n    deploy:\n      update_config:\n        order: stop-first\n'


def result(outcome: str | None = "pass", **more: Any) -> dict[str, Any]:
    """An upgrade's result."""
    known = {"level": 4, "ref": "1a2b3c4d", "date": "2026-06-10", "age": 167, "stale": None, "source": None}
    return {"result": outcome, **known, **more}


def finding(rule: str = "RL001", **more: Any) -> dict[str, Any]:
    """A finding at compose.yml:47."""
    location = {"file": "compose.yml", "line": 47, "column": 16}
    told = {"severity": "medium", "variants": ["default"], "message": "app starts the new task beside the old one"}
    return {"rule": rule, **told, **location, "assumes": None, "superseded_by": None, "suppressed": None, **more}


def stated(value: Any, line: int, file: str = "compose.yml") -> dict[str, Any]:
    """A value of the policy."""
    return {"value": value, "text": str(value), "file": file, "line": line, "column": 16}


def risk(level: str, text: str | None = None, *because: str) -> dict[str, Any]:
    """A risk with its reasons."""
    return {"level": level, "text": text or level, "because": list(because)}


def service(name: str | None = "app", level: str = "latent-low", **more: Any) -> dict[str, Any]:
    """A service that rolls back and starts first."""
    policy = {ORDER: {"default": stated("start-first", 47)}, ACTION: {"default": stated("rollback", 46)}}
    return {
        "service": name,
        "failure_action": "rollback",
        "order": "start-first",
        "risk": risk(level),
        "rules": ["RL001"],
        "variants": ["default", "smtp", "ccci"],
        "policy": policy,
        "findings": [finding()],
        "repair": {"overlay": PATCH, "advice": ["Set the order to `stop-first`."]},
        **more,
    }


def recipe(name: str = "keycloak", level: str = "latent-low", **more: Any) -> dict[str, Any]:
    """A recipe whose `app` starts first and rolls back."""
    told: dict[str, Any] = {
        "recipe": name,
        "path": name,
        "role": None,
        "note": None,
        "service": "app",
        "failure_action": "rollback",
        "order": "start-first",
        "overlay": None,
        "upgrade_tests": True,
        "recent_upgrade": result(),
        "failed_before": None,
        "evidence": [result()],
        "risk": risk(level, f"{level} (JVM)", "RL001 app: rollback (compose.yml:46), start-first (compose.yml:47)"),
        "rules": ["RL001"],
        "variants": [{"name": "default", "ci": False, "files": ["compose.yml"]}],
        "services": [service(level=level)],
        "problems": [],
        **more,
    }
    return {"reasons": told["risk"]["because"], **told}


def quiet(name: str, age: int | None = None) -> dict[str, Any]:
    """A recipe that is not at risk."""
    told: dict[str, Any] = {"service": None, "failure_action": None, "order": None, "rules": [], "services": []}
    recent = None if age is None else result(age=age)
    evidence = [] if recent is None else [recent]
    why = risk("not-at-risk", "not at risk", "no service rolls back an update")
    return recipe(name, "not-at-risk", **told, recent_upgrade=recent, evidence=evidence, risk=why)


def repaired(name: str = "discourse") -> dict[str, Any]:
    """A recipe that a CI overlay repairs, after an upgrade of the same revision had been rolled back."""
    rolled_back = result("rolled-back", level=None, date="2026-05-28", age=180, stale="it is older than 90 days")
    policy = {
        ORDER: {"default": stated("start-first", 47), "ccci": stated("stop-first", 10, "compose.ccci.yml")},
        ACTION: {"default": stated("rollback", 46)},
        "deploy.update_config.monitor": {"ccci": stated("60s", 11, "compose.ccci.yml")},
        "deploy.update_config.delay": {
            "default": stated("10s", 48),
            "ccci": {"value": 0.0, "text": "0s", "file": None, "line": None, "column": None},
        },
    }
    return recipe(
        name,
        "mitigated",
        overlay="compose.ccci.yml",
        role="the forum",
        note="the heaviest of them",
        failed_before=rolled_back,
        evidence=[result(), rolled_back, result(None, level=3, ref=None, date="2026-05-01", age=207)],
        variants=[
            {"name": "default", "ci": False, "files": ["compose.yml"]},
            {"name": "smtp", "ci": False, "files": ["compose.yml", "compose.smtp.yml"]},
            {"name": "ccci", "ci": True, "files": ["compose.yml", "compose.ccci.yml"]},
        ],
        services=[service(level="mitigated", policy=policy), service("db", policy={}, findings=[], rules=[])],
    )


def unread(name: str = "broken") -> dict[str, Any]:
    """A recipe that could not be evaluated."""
    told: dict[str, Any] = {"service": None, "failure_action": None, "order": None, "rules": [], "services": []}
    problem = {"file": "compose.yml", "line": 3, "column": 1, "message": "services.app is a list, not a mapping"}
    why = risk("not-evaluated", "not evaluated", "compose.yml:3:1: services.app is a list, not a mapping")
    nothing: dict[str, Any] = {"recent_upgrade": None, "evidence": [], "upgrade_tests": None}
    return recipe(name, "not-evaluated", **told, **nothing, variants=[], risk=why, problems=[problem])


def document(*recipes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The document of these recipes."""
    counts = {str(level): sum(each["risk"]["level"] == level for each in recipes) for level in RiskLevel}
    summary = {"recipes": len(recipes), **counts}
    told = {"version": 1, "date": "2026-11-24", "recipes": list(recipes), "rules": RULES}
    return {**told, "summary": summary, "changes": None, **more}


def small_fleet() -> dict[str, Any]:
    """One recipe or more at every level, not in the page's order."""
    failed = result("fail", level=1, date="2026-11-02", age=22, ref="99aa00bb")
    changes = [
        {
            "recipe": "n8n",
            "change": "worse",
            "before": "latent, low (Node.js)",
            "after": "failing: the newest upgrade failed",
            "because": ["upgrade fail, level 1 on 2026-11-02 at 99aa00bb"],
        },
        {"recipe": "old-wiki", "change": "gone", "before": "not at risk", "after": None, "because": []},
        {"recipe": "traefik", "change": "new", "before": None, "after": "SAFE", "because": []},
    ]
    port = [finding("RL003", severity="high", message="the host port 53 stays with the old task"), finding()]
    return document(
        quiet("authentik", 3),
        quiet("wordpress"),
        recipe("keycloak"),
        repaired(),
        recipe("n8n", "failing", recent_upgrade=failed, evidence=[failed, result()]),
        recipe("pi-hole", "blocked", services=[service(level="blocked", findings=port)]),
        recipe("gitlab", "latent-high"),
        recipe("nextcloud", "latent-medium"),
        recipe("drone", "latent-unexposed", upgrade_tests=False, recent_upgrade=None, evidence=[]),
        recipe("traefik", "safe", order="stop-first"),
        unread(),
        changes={"since": "2026-11-20", "recipes": changes},
    )


def cells_of(recipe: dict[str, Any]) -> tuple[str, ...]:
    """Words for the table, one for each of HEADINGS."""
    recent = recipe["recent_upgrade"]
    return (
        recipe["recipe"],
        recipe["failure_action"] or "—",
        recipe["order"] or "—",
        "no" if recipe["overlay"] is None else "YES (fixed)",
        "yes" if recipe["upgrade_tests"] else "NO tests",
        "n/a" if recent is None else f"{recent['result']}".upper(),
        "—" if recent is None else f"{recent['age']} d",
        recipe["risk"]["text"],
    )


def table_of(of: dict[str, Any]) -> Table:
    """The table of the document."""
    return Table(HEADINGS, [Row(RiskLevel(each["risk"]["level"]), cells_of(each)) for each in of["recipes"]])


def page(of: dict[str, Any]) -> str:
    """The whole page."""
    return "".join(stream_sweep_html(of, table_of(of)))


def swept(folder: Path) -> tuple[dict[str, Any], Table]:
    """The document of a real fleet, and its table."""
    sweep = Sweep(
        load_fleet(folder), lambda _: LintContext(load_rules()), AgePolicy(date(2026, 11, 24), None), format_recipe_line
    )
    rows = list(sweep.rows(1))
    pieces = stream_sweep_json(((row.assessment, row.detail) for row in rows), sweep.age_policy, sweep.rules.values)
    return json.loads("".join(pieces)), build_page_table([row.assessment for row in rows])
