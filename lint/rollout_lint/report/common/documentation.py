"""Addresses of the documentation."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_lint.rules.model import Rule

_LABEL = "Documentation, "


@cache
def project_url() -> str | None:
    """Return the address of the documentation in the metadata of the package (`project.urls`), None without one."""
    try:
        entries = metadata("rollout-lint").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    return next((entry.removeprefix(_LABEL).rstrip("/") for entry in entries if entry.startswith(_LABEL)), None)


def rule_url(rule: Rule) -> str | None:
    """Return the address of the section of a packaged rule, None for other rules and without a project address."""
    url = project_url()
    return f"{url}/rules/#{rule.anchor}" if url and rule.is_packaged else None
