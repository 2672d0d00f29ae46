"""Stacks with suppressions, and runs for tests of suppressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support import validate

if TYPE_CHECKING:
    from tests.conftest import CommandResult, Run

WHY = "the host has room for two"
COMMENT = f"# rollout-lint: ignore[RL001] {WHY}"
HEALTHY = "healthcheck: {test: curl -f localhost}"
POLICY = "update_config: {failure_action: rollback, order: start-first}"
TWO = f"""services:
  app:
    image: example/app
    {HEALTHY}
    deploy:
      update_config:
        failure_action: rollback
        order: start-first
  web:
    image: example/web
    {HEALTHY}
    deploy: {{{POLICY}}}
"""


def check_json(run: Run, folder: object, *options: str) -> CommandResult:
    """Run `check`, and validate its JSON report."""
    ran = run("check", str(folder), "--format", "json", *options)
    validate("check", ran.json)
    return ran


def findings(ran: CommandResult) -> list[dict[str, Any]]:
    """Return the findings of all recipes of a JSON report."""
    return [finding for recipe in ran.json["recipes"] for finding in recipe["findings"]]


def suppressed_services(ran: CommandResult, rule: str = "RL001") -> set[str | None]:
    """Return the services with a suppressed finding of the rule."""
    suppressed = [each for each in findings(ran) if each["suppressed"] is not None and each["rule"] == rule]
    return {service for each in suppressed for service in each["services"] or [None]}


def comment_findings(ran: CommandResult) -> list[str]:
    """Return the rule, line and message of each finding about a suppression."""
    return [f"{each['rule']}:{each['line']} {each['message']}" for each in findings(ran) if each["rule"] >= "RL070"]


def with_line(text: str, before: str, added: str) -> str:
    """Return the text with a line added before another."""
    assert text.count(before) == 1
    return text.replace(before, f"{added}\n{before}")


def with_comment(text: str, line: str, comment: str = COMMENT) -> str:
    """Return the text with a comment at the end of a line."""
    assert text.count(f"{line}\n") == 1
    return text.replace(f"{line}\n", f"{line} {comment}\n")
