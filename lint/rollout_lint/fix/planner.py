"""Planner that fixes the findings of one recipe one after the other."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from rollout_lint.fix.companion import companion_settings
from rollout_lint.fix.model import AppliedFix, Change, FixResult, Unfixed
from rollout_lint.fix.patch.edits import propose_edits
from rollout_lint.fix.patch.text import SourceText
from rollout_lint.fix.settings import settings_of
from rollout_lint.fix.verify import explain_rejection, find_new_findings, find_unexpected_changes
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fix.model import Contents, FixOptions, Settings
    from rollout_lint.fix.patch.changes import Path
    from rollout_lint.fix.target import FixTarget
    from rollout_lint.fix.verify import AllowedChanges
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding, FindingKey

_MAX_CANDIDATES = 64
_MAX_COMPANIONS = 3
"""Number of times that a fix is tried with the settings that resolve what it brings."""
_NO_EDIT = "no edit of the file can set the value"


class _LimitError(Exception):
    """The planner reached its limit of evaluations."""


class _Trial(Record):
    """A change that resolves a finding, and the new findings that it brings."""

    fix: AppliedFix
    contents: Contents
    after: Evaluation
    brought: list[Finding]


class FixPlanner:
    """Fixes the most severe findings first. After each fix, it tries again the findings that it could not fix."""

    def __init__(self, target: FixTarget, options: FixOptions) -> None:
        """Evaluate the files of the target, and correct those that Docker rejects."""
        self._target = target
        self._options = options
        self._contents: Contents = {}
        self._current = target.evaluate({})
        self._result = FixResult(self._current)
        if self._current.status is EvaluationStatus.NOT_EVALUATED:
            self._correct_files()
        self._evaluations = 0
        self._unfixed: dict[FindingKey, Unfixed] = {}
        self._unexpected: set[Path] = set()

    def _correct_files(self) -> None:
        from rollout_lint.fix.mechanical import correct_files

        corrections = correct_files(self._target, self._options)
        self._contents = corrections.contents
        self._current = corrections.after
        self._result.corrected = corrections.files

    def run(self) -> FixResult:
        """Fix all findings, unless the recipe has errors.

        The loop ends because each fix replaces a finding by less severe ones at most.
        """
        is_evaluated = self._current.status is EvaluationStatus.EVALUATED
        with suppress(_LimitError):
            while findings := self._open_findings() if is_evaluated else []:
                first = findings[0]
                self._fix([each for each in findings if each.rule is first.rule and each.variant == first.variant])
        self._result.unfixed = [*self._unfixed.values()]
        self._result.changes = self._changes(self._contents)
        self._result.after = self._current
        return self._result

    def _evaluate(self, contents: Contents) -> Evaluation:
        """Evaluate the files with these contents. Raises _LimitError."""
        if self._evaluations == self._options.max_evaluations:
            raise _LimitError
        self._evaluations += 1
        return self._target.evaluate(contents)

    def _open_findings(self) -> list[Finding]:
        """Return the findings to fix, the most severe first."""
        included = (each for each in self._current.findings if each.is_active and self._options.includes(each.rule))
        findings = [finding for finding in included if finding.key not in self._unfixed]
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
            keys = {finding.key for finding in part}
            self._fix([finding for finding in self._open_findings() if finding.key in keys])

    def _skip(self, finding: Finding) -> bool:
        """Record a finding that cannot be fixed whatever is tried, and return True for it."""
        key = finding.key
        reason = self._target.find_blocker(self._current, finding, self._target.settings(self._current, finding))
        if reason is not None:
            self._unfixed[key] = Unfixed(finding, reason)
        elif self._options.confirm is None and finding.needs_unsafe and not self._options.unsafe:
            self._unfixed[key] = Unfixed(finding, str(finding.rule.trade_off), needs_unsafe=True)
        return key in self._unfixed

    def _fix_all(self, findings: list[Finding]) -> bool:
        """Fix all findings of one rule with one edit each, and return True on success.

        The first edits are tried before those that change nothing else, which are slower to find.
        """
        from rollout_lint.fix.together import edit_together

        allowed = self._allowed_changes(findings, {}, is_strict=True)
        for allowed_in_file in (None, allowed):
            edited = edit_together(self._target, self._current, self._contents, findings, allowed_in_file)
            if edited is not None and edited[1] and self._is_expected(edited[0], allowed):
                contents, fixes = edited
                after = self._evaluate(contents)
                rejection = explain_rejection(self._current, after, findings, allowed)
                if rejection is None and not find_new_findings(self._current, after):
                    self._accept(fixes, contents, after)
                    return True
        return False

    def _is_expected(self, contents: Contents, allowed: AllowedChanges) -> bool:
        """Return True if the files have no unexpected changes."""
        for name in _changed_files(contents, self._contents):
            before = self._contents.get(name) or self._target.data(name)
            if find_unexpected_changes(name, before, contents[name], allowed) != set():
                return False
        return True

    def _fix_one(self, finding: Finding) -> None:
        """Fix a finding: alone, or together with what its fix brings, or else with other findings of the service.

        If only fixes that bring less severe findings remain, the first of them is made.
        """
        reasons: list[str] = []
        self._unexpected.clear()
        trials: list[_Trial] = []
        tried: list[Settings] = []
        own = self._target.settings(self._current, finding)
        for settings in self._proposals(finding, own, trials):
            if settings not in tried:
                tried.append(settings)
                if trial := self._try(finding, settings, trials, reasons):
                    self._offer(trial)
                    return
        if trial := next((each for each in trials if _brings_less(each, finding)), None):
            self._offer(trial)
            return
        reasons = [*map(_describe_brought, trials[:1]), *reasons, *map(_describe_unexpected, sorted(self._unexpected))]
        self._unfixed[finding.key] = Unfixed(
            finding, self._target.explain((reasons or [finding.rule.advice or _NO_EDIT])[0])
        )

    def _proposals(self, finding: Finding, own: Settings, trials: list[_Trial]) -> Iterator[Settings]:
        """Yield the settings of a finding, then those with companions; `trials` are the failed ones so far."""
        settings = own
        yield settings
        for _ in range(_MAX_COMPANIONS):
            if trials:
                last = trials[-1]
                unsafe = self._options.unsafe
                more = companion_settings(last.after, last.brought, finding.service, unsafe=unsafe)
                settings = settings | more | settings
                yield settings
        others = [each for each in self._open_findings() if each.variant == finding.variant]
        yield own | companion_settings(self._current, others, finding.service, unsafe=self._options.unsafe) | own

    def _try(self, finding: Finding, settings: Settings, trials: list[_Trial], reasons: list[str]) -> _Trial | None:
        """Return the first change that brings no finding. Add the others to `trials`, and why changes are invalid."""
        for is_strict in (True, False):
            allowed = self._allowed_changes([finding], settings, is_strict=is_strict)
            for contents in islice(self._candidates(self._contents, finding, settings, allowed), _MAX_CANDIDATES):
                after = self._evaluate(contents)
                reason = explain_rejection(self._current, after, [finding], allowed)
                if reason is not None:
                    reasons.append(reason)
                    continue
                fix = AppliedFix(finding, settings, _changed_files(contents, self._contents))
                trial = _Trial(fix, contents, after, find_new_findings(self._current, after))
                if not trial.brought:
                    return trial
                trials.append(trial)
        return None

    def _offer(self, trial: _Trial) -> None:
        """Accept a fix unless the user declines it."""
        brought = tuple(each for each in trial.brought if each.is_active)
        [fix] = self._add_others([trial.fix._replace(brings=brought)], trial.after)
        if self._options.confirm is None or self._options.confirm(fix, self._changes(trial.contents, self._contents)):
            self._accept([fix], trial.contents, trial.after)
        else:
            self._decline(fix.finding)

    def _decline(self, finding: Finding) -> None:
        """Record a declined finding in all variants that have it, so that the user is asked once."""
        for each in self._open_findings():
            if (each.rule, each.service, each.location) == (finding.rule, finding.service, finding.location):
                self._unfixed[each.key] = Unfixed(each, "declined", was_declined=True)

    def _accept(self, fixes: list[AppliedFix], contents: Contents, after: Evaluation) -> None:
        self._result.applied += self._add_others(fixes, after)
        self._contents, self._current = contents, after
        self._unfixed = {key: unfixed for key, unfixed in self._unfixed.items() if unfixed.was_declined}

    def _add_others(self, fixes: list[AppliedFix], after: Evaluation) -> list[AppliedFix]:
        """Add the other resolved findings to the fix of their service, or else to the first fix."""
        excluded = {each.key for each in after.findings} | {each.finding.key for each in fixes}
        others: dict[str | None, list[Finding]] = {each.finding.service: [] for each in fixes}
        for other in self._current.findings:
            if other.is_active and other.key not in excluded:
                others.get(other.service, others[fixes[0].finding.service]).append(other)
        return [each._replace(others=tuple(others.pop(each.finding.service, ()))) for each in fixes]

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
            for edited in propose_edits(SourceText.decode(before), keys, value, name):
                after = edited.encode()
                unexpected = set() if allowed is None else find_unexpected_changes(name, before, after, allowed)
                self._unexpected |= unexpected or set()
                if unexpected == set():
                    yield from self._candidates({**contents, name: after}, finding, rest, allowed)

    def _allowed_changes(self, findings: list[Finding], settings: Settings, *, is_strict: bool) -> AllowedChanges:
        """Return the settings of fixes of one rule, and the same settings if other findings need them too.

        If `is_strict` is False, the settings may change for the service in every variant.
        """
        active = [each for each in self._current.findings if each.is_active and self._options.includes(each.rule)]
        fixed, own = {id(finding) for finding in findings}, settings_of(self._current, findings[0])
        allowed = {
            (each.variant, str(each.service), path)
            for each in (*findings, *active)
            for path, value in settings_of(self._current, each).items()
            if own.get(path) == value and (id(each) in fixed or self._options.unsafe or not each.needs_unsafe)
        }
        variants = {variant for variant, _, _ in allowed} | {finding.variant for finding in findings}
        services = {str(finding.service) for finding in findings}
        allowed |= {(variant, service, path) for variant in variants for service in services for path in settings}
        if is_strict:
            return allowed
        variants = {each.variant.name for each in self._current.variants}
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
        return f"the fix would also change {'.'.join(path)}"
    return f"the fix would also change {'.'.join(path[2:])} of {path[1]}, which shares the value"


def _brings_less(trial: _Trial, finding: Finding) -> bool:
    return all(each.severity.rank > finding.severity.rank for each in trial.brought)


def _describe_brought(trial: _Trial) -> str:
    new = trial.brought[0]
    return f"the fix would cause {new.rule.id} ({new.severity}) on {new.subject}"
