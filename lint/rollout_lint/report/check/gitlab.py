"""`check --format gitlab`: a Code Quality report, which GitLab shows in a merge request.

The fields are those that GitLab reads (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from rollout_lint.linter.fingerprint import fingerprint
from rollout_lint.printable import printable
from rollout_lint.report.common.fixes import describe_finding
from rollout_lint.report.common.groups import group_findings, list_problems
from rollout_lint.report.common.json_values import format_json
from rollout_lint.report.common.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.linter.evaluation import CheckResult, Evaluation

_SEVERITIES = {"high": "critical", "medium": "major", "low": "minor", "info": "info"}
_NOT_EVALUATED = "not-evaluated"


def format_check_gitlab(result: CheckResult, root: Path) -> str:
    """Return the report. `root` is the folder of the repository. A problem has the severity `blocker`.

    GitLab drops an entry if another one has the same fingerprint. Entries with the same identity are numbered, so
    their fingerprints differ. Skipped files are left out, because each entry is a defect.
    """
    counts: Counter[str] = Counter()
    entries = []
    for evaluation in result.evaluations:
        for identity, entry in _list_entries(evaluation, root):
            key = "\0".join((*identity, entry["location"]["path"]))
            counts[key] += 1
            digest = hashlib.sha256(f"{key}\0{counts[key]}".encode("utf-8", "surrogatepass"))
            entries.append({**entry, "fingerprint": digest.hexdigest()})
    return format_json(entries)


def _list_entries(evaluation: Evaluation, root: Path) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield each entry with its identity, which is the same in the next run."""
    for problem in list_problems(evaluation):
        path = relative_path(root, problem.file)
        message = f"not evaluated: {problem.message}"
        yield (_NOT_EVALUATED, message), _build_entry(_NOT_EVALUATED, "blocker", message, path, problem.line)
    for group in group_findings(evaluation):
        finding = group.finding
        message = f"{finding.rule.id} {describe_finding(group)}"
        path = relative_path(root, group.path)
        entry = _build_entry(finding.rule.id, _SEVERITIES[finding.severity], message, path, finding.location.line)
        yield (fingerprint(evaluation.recipe.name, finding),), entry


def _build_entry(check: str, severity: str, message: str, path: str, line: int) -> dict[str, Any]:
    """Return an entry. GitLab requires a line, and counts lines from 1."""
    return {
        "description": printable(message),
        "check_name": check,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": max(line, 1)}},
    }
