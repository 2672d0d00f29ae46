"""Age of CI results on the day of a sweep, and the results that are stale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rollout_lint.fleet.model import UpgradeOutcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rollout_lint.fleet.model import UpgradeResult

_AGE = re.compile(r"(\d{1,6})([dw]?)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class AgedResult:
    """Result with its age in days, None if its date is invalid or in the future.

    `stale_reason` is set if the result is stale; then `is_policy_changed` is True if a policy change made it so.
    """

    result: UpgradeResult
    age: int | None = None
    stale_reason: str | None = None
    is_policy_changed: bool = False

    @property
    def has_passed(self) -> bool:
        """True if the upgrade passed, also if the result is stale."""
        return self.result.upgrade is UpgradeOutcome.PASSED


@dataclass(frozen=True, slots=True)
class AgePolicy:
    """Day of the sweep, and the number of days after which a result is stale (None: never)."""

    today: date
    max_age: int | None = None

    def apply(
        self, results: Sequence[UpgradeResult], find_change: Callable[[UpgradeResult], str | None]
    ) -> list[AgedResult]:
        """Return the results, oldest first, with their age.

        `find_change` returns how the update policy changed since a result, or None. It is called for the newest
        upgrade only, because that one supersedes all results before it.
        """
        checked = self.find_newest(results)
        return [self._with_age(result, find_change(result) if result is checked else None) for result in results]

    def find_newest(self, results: Sequence[UpgradeResult]) -> UpgradeResult | None:
        """Return the newest result of an upgrade."""
        newest = find_newest_upgrade([self._with_age(result, None) for result in results])
        return newest.result if newest else None

    def _with_age(self, result: UpgradeResult, change: str | None) -> AgedResult:
        try:
            day = date.fromisoformat(result.date[:10])
        except ValueError:
            return AgedResult(result, None, change or f'invalid date "{result.date}"', change is not None)
        age = (self.today - day).days
        if change is not None:
            return AgedResult(result, max(age, 0), change, is_policy_changed=True)
        if day > self.today + timedelta(days=1):
            return AgedResult(result, None, "its date is in the future")
        if self.max_age is not None and age > self.max_age:
            return AgedResult(result, age, f"older than {self.max_age} days")
        return AgedResult(result, max(age, 0))


def parse_age(text: str) -> int | None:
    """Return the days of an age such as `30`, `30d` or `8w`, None if the text is not an age."""
    match = _AGE.match(text)
    return int(match[1]) * (7 if match[2] == "w" else 1) if match else None


def find_newest_upgrade(results: Sequence[AgedResult]) -> AgedResult | None:
    """Return the newest result of an upgrade."""
    return next(reversed(_upgrades(results)), None)


def find_earlier_failure(results: Sequence[AgedResult]) -> AgedResult | None:
    """Return the newest upgrade that did not pass if the newest of all passed."""
    upgrades = _upgrades(results)
    if not upgrades or not upgrades[-1].has_passed:
        return None
    return next((each for each in reversed(upgrades) if not each.has_passed), None)


def find_intermittent_ref(results: Sequence[AgedResult]) -> str | None:
    """Return the newest revision that has both an upgrade that passed and one that did not."""
    outcomes: dict[str, set[bool]] = {}
    for each in results:
        if each.result.upgrade and each.result.ref:
            outcomes.setdefault(each.result.ref, set()).add(each.has_passed)
    return next((ref for ref, passed in reversed(outcomes.items()) if len(passed) > 1), None)


def describe_result(aged: AgedResult) -> str:
    """Return a text such as `upgrade pass, level 4 on 2026-06-10 at 1a2b3c4 (167 days old)`."""
    result = aged.result
    upgrade = f"upgrade {result.upgrade}" if result.upgrade else "no upgrade result"
    level = "" if result.level is None else f", level {result.level}"
    ref = "" if result.ref is None else f" at {result.ref}"
    age = "" if aged.age is None else f" ({aged.age} day{'' if aged.age == 1 else 's'} old)"
    stale = f"; stale: {aged.stale_reason}" if aged.stale_reason else ""
    return f"{upgrade}{level} on {result.date}{ref}{age}{stale}"


def _upgrades(results: Sequence[AgedResult]) -> list[AgedResult]:
    """Return the upgrades, oldest first, except those in the future unless all are."""
    upgrades = [each for each in results if each.result.upgrade]
    return [each for each in upgrades if each.age is not None] or upgrades
