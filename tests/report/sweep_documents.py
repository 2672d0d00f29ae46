"""Builders of sweep documents in the format of `sweep --format json`."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.skipped import SkipReason
from rollout_lint.fleet.manifest.loader import load_fleet
from rollout_lint.fleet.result_age import AgePolicy
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.fleet.sweep import Sweep
from rollout_lint.linter.context import LintContext
from rollout_lint.report.sweep.html_page import stream_sweep_html
from rollout_lint.report.sweep.json_document import SweepHead, format_recipe_line, stream_sweep_json
from rollout_lint.report.sweep.rows import Row, Table
from rollout_lint.report.sweep.view import build_page_table
from rollout_lint.rules.loader import load_rules

if TYPE_CHECKING:
    from pathlib import Path

HEADINGS = build_page_table([]).headings
TIME = datetime(2026, 11, 24, 23, 5, 9, tzinfo=UTC)
SOURCE = {"name": "shop-fleet", "commit": "1a2b3c4d5e6f708192a3b4c5d6e7f80919293949", "ref": None}
ORDER = "deploy.update_config.order"
ACTION = "deploy.update_config.failure_action"
RULES = {
    "RL001": {
        "name": "rollback-start-first",
        "summary": "A failed start-first update is rolled back silently",
        "why": "1. The new task starts beside\n   the old one.\n2. It is killed: `UpdateStatus` tells.\n\nIt depends.",
        "likelihood": "Rare with a healthcheck (RL003).",
        "mitigation": None,
        "link": "https://docs.example.org/rules#rl001",
    },
    "RL003": {
        "name": "start-first-host-port",
        "summary": "A start-first update waits forever for a host port that the old task holds",
        "why": "The port is taken.",
        "likelihood": None,
        "mitigation": None,
        "link": "rules/README.md#rl003",
    },
}
PATCH = 'version: "3.8"\nservices:\n  app:\n    deploy:\n      update_config:\n        order: stop-first\n'


def result(outcome: str | None = "pass", **more: Any) -> dict[str, Any]:
    """Return an upgrade result."""
    known = {"level": 4, "ref": "1a2b3c4d", "date": "2026-06-10", "age": 167, "stale": None, "source": None}
    return {"result": outcome, **known, **more}


def finding(rule: str = "RL001", **more: Any) -> dict[str, Any]:
    """Return a finding at compose.yml:47."""
    location = {"file": "compose.yml", "line": 47, "column": 16}
    values = {"severity": "medium", "variants": ["default"], "message": "app starts the new task beside the old one"}
    return {"rule": rule, **values, **location, "assumes": None, "superseded_by": None, "suppressed": None, **more}


def stated(value: Any, line: int, file: str = "compose.yml") -> dict[str, Any]:
    """Return a policy value."""
    return {"value": value, "text": str(value), "file": file, "line": line, "column": 16}


def risk(level: str, text: str | None = None, *because: str, rule: str | None = "RL001") -> dict[str, Any]:
    """Return a risk with its reasons. Only a level with a risk has a rule."""
    is_known = level not in (RiskLevel.NOT_EVALUATED, RiskLevel.SAFE, RiskLevel.NOT_AT_RISK)
    return {"level": level, "text": text or level, "because": list(because), "rule": rule if is_known else None}


def service(name: str | None = "app", level: str = "latent-low", **more: Any) -> dict[str, Any]:
    """Return a service with rollback and start-first."""
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
        "repair": {
            "overlay": PATCH,
            "advice": ["Set the order to `stop-first`. See RL003", "Add a healthcheck."],
            "trade_offs": ["short downtime on every update"],
        },
        **more,
    }


def recipe(name: str = "keycloak", level: str = "latent-low", **more: Any) -> dict[str, Any]:
    """Return a recipe whose service `app` has rollback and start-first."""
    values: dict[str, Any] = {
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
    return {"reasons": values["risk"]["because"], **values}


def not_at_risk(name: str, age: int | None = None) -> dict[str, Any]:
    """Return a recipe that is not at risk."""
    values: dict[str, Any] = {"service": None, "failure_action": None, "order": None, "rules": [], "services": []}
    recent = None if age is None else result(age=age)
    evidence = [] if recent is None else [recent]
    why = risk("not-at-risk", "not at risk", "no service rolls back an update")
    return recipe(name, "not-at-risk", **values, recent_upgrade=recent, evidence=evidence, risk=why)


def mitigated(name: str = "discourse") -> dict[str, Any]:
    """Return a recipe that a CI overlay fixes, with a rolled-back upgrade of the same revision."""
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


def not_evaluated(name: str = "broken") -> dict[str, Any]:
    """Return a recipe that could not be evaluated."""
    values: dict[str, Any] = {"service": None, "failure_action": None, "order": None, "rules": [], "services": []}
    problem = {"file": "compose.yml", "line": 3, "column": 1, "message": "services.app is a list, not a mapping"}
    why = risk("not-evaluated", "not evaluated", "compose.yml:3:1: services.app is a list, not a mapping")
    nothing: dict[str, Any] = {"recent_upgrade": None, "evidence": [], "upgrade_tests": None}
    return recipe(name, "not-evaluated", **values, **nothing, variants=[], risk=why, problems=[problem])


def document(*recipes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the document of the recipes."""
    counts = {str(level): sum(each["risk"]["level"] == level for each in recipes) for level in RiskLevel}
    summary = {"recipes": len(recipes), **counts}
    head = {"version": 1, "date": "2026-11-24", "time": TIME.isoformat(), "fleet": SOURCE}
    values = {**head, "recipes": list(recipes), "rules": RULES}
    return {**values, "port_conflicts": [], "skipped": [], "summary": summary, "changes": None, **more}


def small_fleet() -> dict[str, Any]:
    """Return a fleet with recipes at every risk level, not in page order."""
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
        not_at_risk("authentik", 3),
        not_at_risk("wordpress"),
        recipe("keycloak"),
        mitigated(),
        recipe("n8n", "failing", recent_upgrade=failed, evidence=[failed, result()]),
        recipe(
            "pi-hole",
            "blocked",
            services=[service(level="blocked", findings=port, risk=risk("blocked", rule="RL003"))],
            risk=risk("blocked", "blocked: the next update cannot complete", "RL001 app", "RL003 app", rule="RL003"),
        ),
        recipe("gitlab", "latent-high"),
        recipe("nextcloud", "latent-medium"),
        recipe("drone", "latent-unexposed", upgrade_tests=False, recent_upgrade=None, evidence=[]),
        recipe("traefik", "safe", order="stop-first"),
        not_evaluated(),
        changes={"since": "2026-11-20", "recipes": changes},
        skipped=[
            {"file": "ops/smtp.yml", "reason": SkipReason.NO_BASE, "hint": "list it after its base in `stacks:`"},
            {"file": "dev/compose.yml", "reason": SkipReason.COMPOSE_ONLY, "hint": "name it on the command line"},
        ],
    )


def cells_of(recipe: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells of a recipe, one per heading."""
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
    """Return the table of a document."""
    return Table(HEADINGS, [Row(RiskLevel(each["risk"]["level"]), cells_of(each)) for each in of["recipes"]])


def page(of: dict[str, Any]) -> str:
    """Return the whole page."""
    return "".join(stream_sweep_html(of, table_of(of)))


def sweep_folder(folder: Path) -> tuple[dict[str, Any], Table]:
    """Return the document and the table of a folder of recipes."""
    sweep = Sweep(
        load_fleet(folder), lambda _: LintContext(load_rules()), AgePolicy(date(2026, 11, 24), None), format_recipe_line
    )
    rows = list(sweep.rows(1))
    head = SweepHead(sweep.age_policy.today, TIME, sweep.fleet.source)
    pieces = stream_sweep_json(((row.assessment, row.detail) for row in rows), head, sweep.rules.values)
    return json.loads("".join(pieces)), build_page_table([row.assessment for row in rows])
