"""`check --format gitlab`: a Code Quality report, which GitLab shows in a merge request.

The fields are those that GitLab reads (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from rollout_lint.linter.fingerprint import fingerprint
from rollout_lint.printable import printable
from rollout_lint.report.check.json_stream import StreamedList, format_item, item_separator, stream_json
from rollout_lint.report.check.report import CheckReport
from rollout_lint.report.check.spool import Spool
from rollout_lint.report.common.fixes import describe_finding
from rollout_lint.report.common.groups import group_findings, list_problems
from rollout_lint.report.common.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.report.check.totals import CheckSummary
    from rollout_lint.rules.model import Rule, Severity

_SEVERITIES = {"high": "critical", "medium": "major", "low": "minor", "info": "info"}
_NOT_EVALUATED = "not-evaluated"


_DEPTH = 1


class GitlabReport(CheckReport[list[tuple[str, str]]]):
    """List of entries. `root` is the folder of the repository. A problem has the severity `blocker`.

    GitLab drops an entry if another one has the same fingerprint. Entries with the same identity are numbered, so
    their fingerprints differ. Skipped files are left out, because each entry is a defect.
    """

    def __init__(self, root: Path) -> None:
        """Start without an entry."""
        self._root = root
        self._counts: Counter[bytes] = Counter()
        self._entries = Spool(item_separator(_DEPTH))

    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> list[tuple[str, str]]:
        """Return the entries of a recipe without their fingerprint, each with its identity."""
        del failing
        return [
            ("\0".join((*identity, entry["location"]["path"])), format_item(entry, _DEPTH))
            for identity, entry in _list_entries(evaluation, self._root)
        ]

    def add(self, part: list[tuple[str, str]], rules: Sequence[Rule]) -> None:
        """Add the entries with their fingerprint, which is their last key."""
        del rules
        for key, entry in part:
            # The digest of a message takes less memory than the message.
            digest = hashlib.sha256(key.encode("utf-8", "surrogatepass"))
            self._counts[digest.digest()] += 1
            digest.update(f"\0{self._counts[digest.digest()]}".encode())
            self._entries.add(f'{entry.removesuffix(_END)},\n    "fingerprint": "{digest.hexdigest()}"{_END}')

    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the report in pieces."""
        del summary
        yield from stream_json(StreamedList(self._entries.read(), is_empty=not self._entries))


_END = "\n  }"


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
