"""Fix of a rule as the replacement of one value."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rollout_lint.fix.patch.fragment import dump_scalar

if TYPE_CHECKING:
    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location
    from rollout_lint.rules.finding import Finding


@dataclass(frozen=True, slots=True)
class Replacement:
    """YAML `text` that replaces the value of the fact `path` at a location."""

    path: str
    location: Location
    text: str


class ReplacementFinder:
    """Finder of the replacements of one recipe, which reads its facts and files once for all findings."""

    def __init__(self, evaluation: Evaluation) -> None:
        """Create a finder for the findings of an evaluation."""
        self._evaluation = evaluation
        self._lines: dict[str, list[str]] = {}

    def find(self, finding: Finding) -> Replacement | None:
        """Return the replacement, or None if the fix needs more than replacing a value used only once.

        Examples are a default of Swarm, a value with a variable, and a value that several keys share through an anchor.
        """
        settings = finding.rule.fix_settings
        if len(settings) != 1:
            return None
        [(path, value)] = settings.items()
        fact = finding.facts.get(path)
        if fact is None or fact.location is None:
            return None
        is_replaceable = self._is_plain_value(fact, fact.location) and len(self._users[fact.location]) == 1
        return Replacement(path, fact.location, dump_scalar(value)) if is_replaceable else None

    def _is_plain_value(self, fact: Fact, location: Location) -> bool:
        """Return True if the location contains only the value: no anchor, tag or variable."""
        if "$" in fact.written or not fact.written:
            return False
        if location.file not in self._lines:
            self._lines[location.file] = self._evaluation.sources[location.file].lines()
        text = "".join(self._lines[location.file][location.line - 1 : location.line])[
            location.column - 1 : location.end_column - 1
        ]
        return text in (fact.written, f'"{fact.written}"', f"'{fact.written}'")

    @cached_property
    def _users(self) -> dict[Location, set[tuple[str, str]]]:
        """Services and fact paths that have their value at a location in any variant."""
        users: dict[Location, set[tuple[str, str]]] = defaultdict(set)
        for service, facts in (item for variant in self._evaluation.variants for item in variant.services.items()):
            for path, fact in facts.items():
                if fact.location is not None and not path.startswith("derived."):
                    for location in (fact.location, *(setting.location for setting in fact.overrides)):
                        users[location].add((service, path))
        return users
