"""`check --format gitlab`: a Code Quality report, which GitLab shows in a merge request.

The fields are those that GitLab reads (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from rollout_lint.linter.fingerprint import fingerprint
from rollout_lint.report.common.groups import group_findings, list_problems
from rollout_lint.report.common.json_values import format_json
from rollout_lint.report.common.paths import recipe_path, relative_path
from rollout_lint.report.common.style import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.linter.evaluation import Evaluation

_SEVERITIES = {"high": "critical", "medium": "major", "low": "minor", "info": "info"}
_NOT_EVALUATED = "not-evaluated"


def format_check_gitlab(evaluations: list[Evaluation], root: Path) -> str:
    """The report; `root` is the folder of the repository. What was not evaluated is a blocker.

    GitLab drops an entry with the fingerprint of another, so that of two findings that are known by the same, the
    second has a number in its own.
    """
    seen: Counter[str] = Counter()
    entries = []
    for evaluation in evaluations:
        for known_by, entry in _entries(evaluation, root):
            path = entry["location"]["path"]
            key = "\0".join((*known_by, path))
            seen[key] += 1
            entries.append({**entry, "fingerprint": _hashed(f"{key}\0{seen[key]}")})
    return format_json(entries)


def _entries(evaluation: Evaluation, root: Path) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Each entry, and what makes it the same in the next run."""
    for problem in list_problems(evaluation):
        path = relative_path(root, recipe_path(evaluation, problem.file))
        message = f"not evaluated: {problem.message}"
        yield (_NOT_EVALUATED, message), _entry(_NOT_EVALUATED, "blocker", message, path, problem.line)
    for group in group_findings(evaluation):
        finding = group.finding
        message = f"{finding.rule.id} {finding.message}"
        path = relative_path(root, group.path)
        entry = _entry(finding.rule.id, _SEVERITIES[finding.severity], message, path, finding.location.line)
        yield (fingerprint(evaluation.recipe.name, finding),), entry


def _entry(check: str, severity: str, message: str, path: str, line: int) -> dict[str, Any]:
    """GitLab counts lines from 1, and shows nothing without one."""
    return {
        "description": printable(message),
        "check_name": check,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": max(line, 1)}},
    }


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
