"""The repairs of one recipe, one after the other, each on top of those before it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from rollout_lint.fix.model import Change, Fixed, Left, Repaired, key_of
from rollout_lint.fix.patch.edits import ways_to_set
from rollout_lint.fix.patch.text import Text
from rollout_lint.fix.verify import objection, strays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.fix.model import Contents, Key, Settings, Wanted
    from rollout_lint.fix.patch.changes import Path
    from rollout_lint.fix.target import Desk
    from rollout_lint.fix.verify import Reach
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding

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
        while findings := self._open_findings():
            first = findings[0]
            self._take([each for each in findings if each.rule is first.rule and each.variant == first.variant])
        self._fixed.left = [*self._left.values()]
        self._fixed.changes = self._changes(self._contents)
        return self._fixed

    def _open_findings(self) -> list[Finding]:
        findings = [
            finding for finding in self._now.findings if finding.is_active and self._wanted.includes(finding.rule)
        ]
        findings.sort(key=lambda finding: finding.severity.rank)
        return [finding for finding in findings if key_of(finding) not in self._left]

    def _take(self, findings: list[Finding]) -> None:
        """Findings of one rule in one variant: all at once, which spares time, or else in ever smaller parts."""
        findings = [finding for finding in findings if not self._leaves(finding)]
        if len(findings) > 1 and self._wanted.agrees is None and self._repairs_all(findings):
            return
        if len(findings) == 1:
            self._repair(findings[0])
        for part in (findings[: len(findings) // 2], findings[len(findings) // 2 :]) if len(findings) > 1 else ():
            keys = {key_of(finding) for finding in part}
            self._take([finding for finding in self._open_findings() if key_of(finding) in keys])

    def _leaves(self, finding: Finding) -> bool:
        """Whether it needs no trial to see that it is left."""
        reason = self._desk.refusal(self._now, finding, self._desk.settings(self._now, finding))
        if reason is not None:
            self._left[key_of(finding)] = Left(finding, reason)
        elif self._wanted.agrees is None and finding.needs_unsafe and not self._wanted.unsafe:
            self._left[key_of(finding)] = Left(finding, str(finding.rule.trade), unsafe=True)
        return key_of(finding) in self._left

    def _repairs_all(self, findings: list[Finding]) -> bool:
        """Whether one repair of each, laid upon the other, is a repair of all.

        The first that come to mind are tried, then those that alter nothing else, which takes longer to know.
        """
        reach = {fact for finding in findings for fact in self._reach(finding, is_strict=True)}
        for of_each_file in (None, reach):
            contents = self._contents
            repaired: list[Repaired] = []
            for finding in findings:
                settings = self._desk.settings(self._now, finding)
                trial = next(self._trials(contents, finding, settings, of_each_file), None)
                if trial is None:
                    return False
                if touched := _touched(trial, contents):
                    repaired.append(Repaired(finding, settings, touched))
                contents = trial
            if self._strays_of(contents, reach) == set():
                after = self._desk.evaluation(contents)
                if repaired and objection(self._now, after, findings, reach) is None:
                    self._accept(repaired, contents, after)
                    return True
        return False

    def _strays_of(self, contents: Contents, reach: Reach) -> set[Path] | None:
        found: set[Path] = set()
        for name in _touched(contents, self._contents):
            others = strays(self._contents.get(name) or self._desk.data(name), contents[name], reach)
            if others is None:
                return None
            found |= others
        return found

    def _repair(self, finding: Finding) -> None:
        settings = self._desk.settings(self._now, finding)
        reasons: list[str] = []
        self._strays.clear()
        for is_strict in (True, False):
            reach = self._reach(finding, is_strict)
            for contents in islice(self._trials(self._contents, finding, settings, reach), _MOST_TRIALS):
                after = self._desk.evaluation(contents)
                reason = objection(self._now, after, [finding], reach)
                if reason is None:
                    self._offer(Repaired(finding, settings, _touched(contents, self._contents)), contents, after)
                    return
                reasons.append(reason)
        reasons += map(_shared_by, sorted(self._strays))
        self._left[key_of(finding)] = Left(finding, self._desk.why_not(reasons[0] if reasons else NO_WAY))

    def _offer(self, repaired: Repaired, contents: Contents, after: Evaluation) -> None:
        """Take the change, unless the operator is asked and does not agree."""
        [repaired] = self._with_others([repaired], after)
        if self._wanted.agrees is None or self._wanted.agrees(repaired, self._changes(contents, self._contents)):
            self._accept([repaired], contents, after)
        else:
            self._left[key_of(repaired.finding)] = Left(repaired.finding, "not wanted", refused=True)

    def _accept(self, repaired: list[Repaired], contents: Contents, after: Evaluation) -> None:
        self._fixed.repaired += self._with_others(repaired, after)
        self._contents, self._now = contents, after
        self._left = {key: left for key, left in self._left.items() if left.refused}

    def _with_others(self, repaired: list[Repaired], after: Evaluation) -> list[Repaired]:
        """Each with what else is gone of its service, the first with what is gone of services that needed no repair."""
        gone = {key_of(each) for each in after.findings} | {key_of(each.finding) for each in repaired}
        others: dict[str | None, list[Finding]] = {each.finding.service: [] for each in repaired}
        for other in self._now.findings:
            if other.is_active and key_of(other) not in gone:
                others.get(other.service, others[repaired[0].finding.service]).append(other)
        return [replace(each, others=tuple(others.pop(each.finding.service, ()))) for each in repaired]

    def _trials(
        self, contents: Contents, finding: Finding, settings: Settings, reach: Reach | None
    ) -> Iterator[Contents]:
        """Every way to write all of the settings; where `reach` is said, only those that alter nothing else."""
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
                others = set() if reach is None else strays(before, after, reach)
                self._strays |= others or set()
                if others == set():
                    yield from self._trials({**contents, name: after}, finding, rest, reach)

    def _reach(self, finding: Finding, is_strict: bool) -> Reach:
        """What may change: what this repair sets, and the same setting where another finding asks for it as well.

        A repair that is not strict may change it for the service in every variant.
        """
        wanted = [
            finding,
            *(each for each in self._now.findings if each.is_active and self._wanted.includes(each.rule)),
        ]
        reach = {
            (each.variant, str(each.service), path)
            for each in wanted
            for path, value in each.rule.fix_settings.items()
            if finding.rule.fix_settings.get(path) == value
            and (each is finding or self._wanted.unsafe or not each.needs_unsafe)
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


def _touched(contents: Contents, before: Contents) -> tuple[str, ...]:
    """The names of the files that are other than before."""
    return tuple(name for name, data in contents.items() if data != before.get(name))


def _shared_by(path: Path) -> str:
    """`services`, the service and the keys below it."""
    return f"it would also change {'.'.join(path[2:])} of {'.'.join(path[1:2])}, which has it from there too"
