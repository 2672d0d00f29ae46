"""Recipes and runs for tests of config files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import CommandResult, Run

CONFIG = "rollout-lint.toml"
POLICY = "update_config: {failure_action: rollback, order: start-first, monitor: 30s}"
RISKY = f"services: {{app: {{image: me/app, deploy: {{{POLICY}}}}}}}\n"
"""Stack with the medium findings RL001 and RL009."""


def check_severities(run: Run, *arguments: object) -> dict[str, str]:
    """Run `check`, and return the severity of each rule with a finding."""
    return severities(run("check", *map(str, arguments), "--format", "json"))


def severities(ran: CommandResult) -> dict[str, str]:
    """Return the severity of each rule with a finding, over all recipes of a JSON report."""
    return {each["rule"]: each["severity"] for recipe in ran.json["recipes"] for each in recipe["findings"]}


def recipe_names(ran: CommandResult) -> list[str]:
    """Return the names of the recipes of a JSON report of `check` or `sweep`."""
    return [recipe.get("name") or recipe["recipe"] for recipe in ran.json["recipes"]]
