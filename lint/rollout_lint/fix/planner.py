"""Planner that fixes the findings of one recipe one after the other."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from rollout_lint.fix.model import AppliedFix, Change, FixResult, Unfixed, finding_key
from rollout_lint.fix.patch.edits import propose_edits
from rollout_lint.fix.patch.text import SourceText
from rollout_lint.fix.verify import explain_rejection, find_unexpected_changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fix.model import Contents, FindingKey, FixOptions, Settings
    from rollout_lint.fix.patch.changes import Path
    from rollout_lint.fix.target import FixTarget
    from rollout_lint.fix.verify import AllowedChanges
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding

_MAX_CANDIDATES = 64
_NO_EDIT = "the file has no place for it that could be patched"


class FixPlanner:
    """Fixes the most severe findings first. After each fix, it tries again the findings that it could not fix."""

    def __init__(self, target: FixTarget, options: FixOptions) -> None:
        """Evaluate the files of the target as they are."""
        self._target = target
        self._options = options
        self._contents: Contents = {}
        self._current = target.evaluate({})
        self._result = FixResult(self._current)
        self._unfixed: dict[FindingKey, Unfixed] = {}
        self._unexpected: set[Path] = set()

    def run(self) -> FixResult:
        """Fix all findings. The loop ends because each fix reduces the number of findings."""
        while findings := self._open_findings():
            first = findings[0]
            self._fix([each for each in findings if each.rule is first.rule and each.variant == first.variant])
        self._result.unfixed = [*self._unfixed.values()]
        self._result.changes = self._changes(self._contents)
        return self._result

    def _open_findings(self) -> list[Finding]:
        """Return the findings to fix, the most severe first."""
        included = (each for each in self._current.findings if each.is_active and self._options.includes(each.rule))
        findings = [finding for finding in included if finding_key(finding) not in self._unfixed]
        return sorted(findings, key=lambda finding: finding.severity.rank)

    def _fix(self, findings: list[Finding]) -> None:
        """Fix findings of one rule in one variant: all at once, which is faster, or else in ever smaller parts."""
        findings = [finding for finding in findings if not self._skip(finding)]
        if len(findings) == 1:
            self._fix_one(findings[0])
        if len(findings) <= 1 or (self._options.confirm is None and self._fix_all(findings)):
            return
        half = len(findings) // 2
        for part in (findings[:half], findings[half:]):
            keys = {finding_key(finding) for finding in part}
            self._fix([finding for finding in self._open_findings() if finding_key(finding) in keys])

    def _skip(self, finding: Finding) -> bool:
        """Record a finding that cannot be fixed whatever is tried, and return True for it."""
        key = finding_key(finding)
        reason = self._target.find_blocker(self._current, finding, self._target.settings(self._current, finding))
        if reason is not None:
            self._unfixed[key] = Unfixed(finding, reason)
        elif self._options.confirm is None and finding.needs_unsafe and not self._options.unsafe:
            self._unfixed[key] = Unfixed(finding, str(finding.rule.trade), needs_unsafe=True)
        return key in self._unfixed

    def _fix_all(self, findings: list[Finding]) -> bool:
        """Fix all findings with one edit each, and return True on success.

        The first edits are tried before those that change nothing else in each file, which are slower to find.
        """
        allowed = {change for finding in findings for change in self._allowed_changes(finding, is_strict=True)}
        for allowed_in_file in (None, allowed):
            contents = self._contents
            fixes: list[AppliedFix] = []
            for finding in findings:
                settings = self._target.settings(self._current, finding)
                candidate = next(self._candidates(contents, finding, settings, allowed_in_file), None)
                if candidate is None:
                    return False
                if files := _changed_files(candidate, contents):
                    fixes.append(AppliedFix(finding, settings, files))
                contents = candidate
            if fixes and self._is_expected(contents, allowed):
                after = self._target.evaluate(contents)
                if explain_rejection(self._current, after, findings, allowed) is None:
                    self._accept(fixes, contents, after)
                    return True
        return False

    def _is_expected(self, contents: Contents, allowed: AllowedChanges) -> bool:
        """Return True if the files have no unexpected changes."""
        for name in _changed_files(contents, self._contents):
            before = self._contents.get(name) or self._target.data(name)
            if find_unexpected_changes(before, contents[name], allowed) != set():
                return False
        return True

    def _fix_one(self, finding: Finding) -> None:
        settings = self._target.settings(self._current, finding)
        reasons: list[str] = []
        self._unexpected.clear()
        for is_strict in (True, False):
            allowed = self._allowed_changes(finding, is_strict)
            for contents in islice(self._candidates(self._contents, finding, settings, allowed), _MAX_CANDIDATES):
                after = self._target.evaluate(contents)
                reason = explain_rejection(self._current, after, [finding], allowed)
                if reason is None:
                    fix = AppliedFix(finding, settings, _changed_files(contents, self._contents))
                    self._offer(fix, contents, after)
                    return
                reasons.append(reason)
        reasons += map(_describe_unexpected, sorted(self._unexpected))
        self._unfixed[finding_key(finding)] = Unfixed(finding, self._target.explain((reasons or [_NO_EDIT])[0]))

    def _offer(self, fix: AppliedFix, contents: Contents, after: Evaluation) -> None:
        """Accept a fix unless the user declines it."""
        [fix] = self._add_others([fix], after)
        if self._options.confirm is None or self._options.confirm(fix, self._changes(contents, self._contents)):
            self._accept([fix], contents, after)
        else:
            self._unfixed[finding_key(fix.finding)] = Unfixed(fix.finding, "not wanted", was_declined=True)

    def _accept(self, fixes: list[AppliedFix], contents: Contents, after: Evaluation) -> None:
        self._result.applied += self._add_others(fixes, after)
        self._contents, self._current = contents, after
        self._unfixed = {key: unfixed for key, unfixed in self._unfixed.items() if unfixed.was_declined}

    def _add_others(self, fixes: list[AppliedFix], after: Evaluation) -> list[AppliedFix]:
        """Add the other resolved findings to the fix of their service, or else to the first fix."""
        excluded = {finding_key(each) for each in after.findings} | {finding_key(each.finding) for each in fixes}
        others: dict[str | None, list[Finding]] = {each.finding.service: [] for each in fixes}
        for other in self._current.findings:
            if other.is_active and finding_key(other) not in excluded:
                others.get(other.service, others[fixes[0].finding.service]).append(other)
        return [replace(each, others=tuple(others.pop(each.finding.service, ()))) for each in fixes]

    def _candidates(
        self, contents: Contents, finding: Finding, settings: Settings, allowed: AllowedChanges | None
    ) -> Iterator[Contents]:
        """Yield the contents after each way to write all settings; with `allowed`, only those without other changes."""
        if not settings:
            yield contents
            return
        path, value = next(iter(settings.items()))
        rest = {other: settings[other] for other in settings if other != path}
        for name in self._target.files_for(self._current, finding, path):
            before = contents[name] if name in contents else self._target.data(name)
            keys = ("services", str(finding.service), *path.split("."))
            for edited in propose_edits(SourceText.decode(before), keys, value):
                after = edited.encode()
                unexpected = set() if allowed is None else find_unexpected_changes(before, after, allowed)
                self._unexpected |= unexpected or set()
                if unexpected == set():
                    yield from self._candidates({**contents, name: after}, finding, rest, allowed)

    def _allowed_changes(self, finding: Finding, is_strict: bool) -> AllowedChanges:
        """Return the settings of this fix, and the same settings if another finding needs them too.

        If `is_strict` is False, the settings may change for the service in every variant.
        """
        active = [each for each in self._current.findings if each.is_active and self._options.includes(each.rule)]
        allowed = {
            (each.variant, str(each.service), path)
            for each in (finding, *active)
            for path, value in each.rule.fix_settings.items()
            if finding.rule.fix_settings.get(path) == value
            and (each is finding or self._options.unsafe or not each.needs_unsafe)
        }
        if is_strict:
            return allowed
        variants = [each.variant.name for each in self._current.variants]
        return {(variant, service, path) for variant in variants for _, service, path in allowed}

    def _changes(self, contents: Contents, before: Contents | None = None) -> tuple[Change, ...]:
        changes = (
            Change(name, self._target.path(name), (before or {}).get(name, self._target.data_on_disk(name)), data)
            for name, data in contents.items()
        )
        return tuple(change for change in changes if change.before != change.after)


def _changed_files(contents: Contents, before: Contents) -> tuple[str, ...]:
    return tuple(name for name, data in contents.items() if data != before.get(name))


def _describe_unexpected(path: Path) -> str:
    """Return why a changed path rules out an edit. Most paths begin with `services` and the name of a service."""
    if len(path) < 3:
        return f"it would also change {'.'.join(path)}"
    return f"it would also change {'.'.join(path[2:])} of {path[1]}, which has it from there too"
