"""The repairs of one recipe, one after the other, each on top of those before it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from rollout_lint.fix.judge import objection, strays
from rollout_lint.fix.model import Change, Fixed, Left, Repaired, is_unsafe, key_of
from rollout_lint.patch.setting import ways_to_set
from rollout_lint.patch.text import Text
from rollout_lint.rule import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.engine import Finding
    from rollout_lint.fix.desk import Desk
    from rollout_lint.fix.judge import Reach
    from rollout_lint.fix.model import Contents, Key, Settings, Wanted
    from rollout_lint.patch.changes import Path

_MOST_TRIALS = 64

NO_WAY = "the file has no place for it that could be patched"


class Session:
    """What is found is taken the gravest first; what could not be repaired is tried again after each repair."""

    def __init__(self, desk: Desk, wanted: Wanted) -> None:
        """Nothing is repaired yet."""
        self._desk = desk
        self._wanted = wanted
        self._contents: Contents = {}
        self._now = desk.evaluation({})
        self._fixed = Fixed(self._now)
        self._left: dict[Key, Left] = {}
        self._strays: set[Path] = set()

    def run(self) -> Fixed:
        """What came of it. Each repair leaves fewer findings than there were, so there is an end."""
        while (repaired := self._next()) is not None:
            self._fixed.repaired.append(repaired)
            self._left = {key: left for key, left in self._left.items() if left.refused}
        self._fixed.left = [*self._left.values()]
        self._fixed.changes = self._changes(self._contents)
        return self._fixed

    def _next(self) -> Repaired | None:
        for finding in self._open_findings():
            result = self._repair(finding)
            if isinstance(result, Repaired):
                return result
            self._left[key_of(finding)] = result
        return None

    def _open_findings(self) -> list[Finding]:
        findings = [finding for finding in self._now.findings if finding.counts and self._wanted.includes(finding.rule)]
        findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
        return [finding for finding in findings if key_of(finding) not in self._left]

    def _repair(self, finding: Finding) -> Repaired | Left:
        settings = self._desk.settings(self._now, finding)
        reason = self._desk.refusal(self._now, finding, settings)
        if reason is not None:
            return Left(finding, reason)
        reasons: list[str] = []
        self._strays.clear()
        for is_strict in (True, False):
            reach = self._reach(finding, is_strict)
            for contents in islice(self._trials(self._contents, finding, settings, reach), _MOST_TRIALS):
                after = self._desk.evaluation(contents)
                reason = objection(self._now, after, finding, reach)
                if reason is None:
                    return self._agreed(finding, settings, contents)
                reasons.append(reason)
        return Left(finding, self._desk.why_not(next(iter((*reasons, *map(_shared_by, sorted(self._strays)))), NO_WAY)))

    def _agreed(self, finding: Finding, settings: Settings, contents: Contents) -> Repaired | Left:
        """Take the change, unless the operator must agree and does not."""
        after = self._desk.evaluation(contents)
        gone = {key_of(each) for each in self._now.findings if each.counts} - {key_of(each) for each in after.findings}
        others = tuple(each for each in self._now.findings if key_of(each) in gone and each is not finding)
        touched = tuple(name for name, data in contents.items() if data != self._contents.get(name))
        repaired = Repaired(finding, settings, touched, others)
        if self._wanted.agrees is None:
            if is_unsafe(finding) and not self._wanted.unsafe:
                return Left(finding, str(finding.rule.trade), unsafe=True)
        elif not self._wanted.agrees(repaired, self._changes(contents, self._contents)):
            return Left(finding, "not wanted", refused=True)
        self._contents, self._now = contents, after
        return repaired

    def _trials(self, contents: Contents, finding: Finding, settings: Settings, reach: Reach) -> Iterator[Contents]:
        """Every way to write all of the settings that alters nothing else in any file."""
        if not settings:
            yield contents
            return
        path, value = next(iter(settings.items()))
        rest = {other: settings[other] for other in settings if other != path}
        for name in self._desk.files_for(self._now, finding, path):
            before = contents[name] if name in contents else self._desk.data(name)
            keys = ("services", str(finding.service), *path.split("."))
            for way in ways_to_set(Text.of(before), keys, value):
                after = way.encoded()
                others = strays(before, after, reach)
                self._strays |= others or set()
                if others == set():
                    yield from self._trials({**contents, name: after}, finding, rest, reach)

    def _reach(self, finding: Finding, is_strict: bool) -> Reach:
        """What may change: what this repair sets, and the same setting where another finding asks for it as well.

        A repair that is not strict may change it for the service in every variant.
        """
        wanted = [finding, *(each for each in self._now.findings if each.counts and self._wanted.includes(each.rule))]
        reach = {
            (each.variant, str(each.service), path)
            for each in wanted
            for path, value in each.rule.fix_settings.items()
            if finding.rule.fix_settings.get(path) == value
            and (each is finding or self._wanted.unsafe or not is_unsafe(each))
        }
        if is_strict:
            return reach
        variants = [each.variant.name for each in self._now.variants]
        return {(variant, service, path) for variant in variants for _, service, path in reach}

    def _changes(self, contents: Contents, since: Contents | None = None) -> tuple[Change, ...]:
        changes = (
            Change(name, self._desk.path(name), (since or {}).get(name, self._desk.data_on_disk(name)), data)
            for name, data in contents.items()
        )
        return tuple(change for change in changes if change.before != change.after)


def _shared_by(path: Path) -> str:
    """`services`, the service and the keys below it."""
    return f"it would also change {'.'.join(path[2:])} of {'.'.join(path[1:2])}, which has it from there too"
