"""Edits for many findings of one rule in few parses of the files, so that the time is not quadratic."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rollout_lint.fix.model import AppliedFix
from rollout_lint.fix.patch.file_edits import FileEdits
from rollout_lint.fix.verify import find_unexpected_changes

if TYPE_CHECKING:
    from rollout_lint.fix.model import Contents
    from rollout_lint.fix.target import FixTarget
    from rollout_lint.fix.verify import AllowedChanges
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding


def edit_together(
    target: FixTarget,
    evaluation: Evaluation,
    contents: Contents,
    findings: list[Finding],
    allowed: AllowedChanges | None,
) -> tuple[Contents, list[AppliedFix]] | None:
    """Return the contents after one edit for each setting, and the fixes that change a file.

    The first setting of each finding is edited in one parse of the files, then the second, and so on. With `allowed`,
    edits change nothing else. Returns None if a setting has no edit, or if edits overlap.
    """
    settings = [target.settings(evaluation, finding) for finding in findings]
    files: list[dict[str, None]] = [{} for _ in findings]
    edited = dict(contents)
    for number in range(max(map(len, settings))):
        edits = _Edits(target, evaluation, edited, allowed)
        for finding, values, changed in zip(findings, settings, files, strict=True):
            if number < len(values):
                names = edits.add(finding, *[*values.items()][number])
                if names is None:
                    return None
                changed.update(dict.fromkeys(names))
        for name, file in edits.files.items():
            after = file.apply()
            if after is None:
                return None
            edited[name] = after
    fixes = zip(findings, settings, files, strict=True)
    return edited, [AppliedFix(finding, values, tuple(names)) for finding, values, names in fixes if names]


class _Edits:
    """Edits of all files for one setting of each finding."""

    def __init__(
        self, target: FixTarget, evaluation: Evaluation, contents: Contents, allowed: AllowedChanges | None
    ) -> None:
        self._target = target
        self._evaluation = evaluation
        self._contents = contents
        self._allowed = allowed
        self.files: dict[str, FileEdits] = {}

    def add(self, finding: Finding, path: str, value: object) -> list[str] | None:
        """Add the first edit for a setting. Return the file that it changes, if any, or None without an edit."""
        keys = ("services", str(finding.service), *path.split("."))
        for name in self._target.files_for(self._evaluation, finding, path):
            file = self._file(name)
            edit = file.find(keys, value, None if self._allowed is None else partial(self._is_allowed, name))
            if edit is not None:
                return [name] if file.add(edit) else []
        return None

    def _file(self, name: str) -> FileEdits:
        if name not in self.files:
            self.files[name] = FileEdits(name, self._data(name))
        return self.files[name]

    def _data(self, name: str) -> bytes:
        return self._contents[name] if name in self._contents else self._target.data(name)

    def _is_allowed(self, name: str, after: bytes) -> bool:
        return find_unexpected_changes(name, self._data(name), after, self._allowed or set()) == set()
