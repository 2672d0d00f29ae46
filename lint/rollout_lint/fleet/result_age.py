"""What a CI's results still say on the day of a sweep: how old each is, and whether it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rollout_lint.fleet.model import UpgradeResult


@dataclass(frozen=True, slots=True)
class Seen:
    """A result as it stands on the day of the sweep.

    `age` is in days, None where its date is no real one. `stale` says why it no longer counts; `changed` is whether
    that is because the policy is another since.
    """

    result: UpgradeResult
    age: int | None = None
    stale: str | None = None
    changed: bool = False

    @property
    def passed(self) -> bool:
        """Whether the upgrade went through, however long ago."""
        return self.result.upgrade == "pass"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The day of the sweep, and after how many days a result no longer counts; None: it counts however old it is."""

    today: date
    max_age: int | None = None

    def look(self, results: Sequence[UpgradeResult], policy_since: Callable[[UpgradeResult], str | None]) -> list[Seen]:
        """The results, oldest first, as they stand.

        `policy_since` tells of a result how the policy has changed after it, None where it has not, as far as anybody
        can tell. Only the newest upgrade is held against the policy: what came before it has been overtaken.
        """
        newest = newest_upgrade([self._look(result, None) for result in results])
        about = newest.result if newest else None
        return [self._look(result, policy_since(result) if result is about else None) for result in results]

    def _look(self, result: UpgradeResult, changed: str | None) -> Seen:
        day = _day(result.date)
        if day is None:
            return Seen(result, None, changed or f"{result.date} is no date", changed is not None)
        age = (self.today - day).days
        if changed is not None:
            return Seen(result, max(age, 0), changed, changed=True)
        if day > self.today + timedelta(days=1):
            return Seen(result, None, "its date is yet to come")
        if self.max_age is not None and age > self.max_age:
            return Seen(result, age, f"older than {self.max_age} days")
        return Seen(result, max(age, 0))


def newest_upgrade(seen: Sequence[Seen]) -> Seen | None:
    """The newest result that tells of an upgrade; a level alone does not."""
    return next(reversed(_upgrades(seen)), None)


def failed_before(seen: Sequence[Seen]) -> Seen | None:
    """The newest upgrade that did not pass, where a later one did."""
    upgrades = _upgrades(seen)
    if not upgrades or not upgrades[-1].passed:
        return None
    return next((each for each in reversed(upgrades) if not each.passed), None)


def intermittent(seen: Sequence[Seen]) -> str | None:
    """The revision of which an upgrade has passed and another has not, the newest such; None where there is none."""
    outcomes: dict[str, set[bool]] = {}
    for each in seen:
        if each.result.upgrade and each.result.ref:
            outcomes.setdefault(each.result.ref, set()).add(each.passed)
    return next((ref for ref, passed in reversed(outcomes.items()) if len(passed) > 1), None)


def told(seen: Seen) -> str:
    """A result in a sentence's part: `upgrade pass, level 4 on 2026-06-10 at 1a2b3c4 (167 days old)`."""
    result = seen.result
    what = f"upgrade {result.upgrade}" if result.upgrade else "no word of an upgrade"
    level = "" if result.level is None else f", level {result.level}"
    ref = "" if result.ref is None else f" at {result.ref}"
    age = "" if seen.age is None else f" ({seen.age} day{'' if seen.age == 1 else 's'} old)"
    stale = f"; it no longer counts: {seen.stale}" if seen.stale else ""
    return f"{what}{level} on {result.date}{ref}{age}{stale}"


def _upgrades(seen: Sequence[Seen]) -> list[Seen]:
    """The upgrades, oldest first. One of a day that is yet to come overtakes none that has been."""
    upgrades = [each for each in seen if each.result.upgrade]
    return [each for each in upgrades if each.age is not None] or upgrades


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
