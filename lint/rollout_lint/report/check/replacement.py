"""A rule's repair as the replacement of one value, where it is no more than that."""

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
    """What to write, as YAML, at the place of the value that decided the fact `path`."""

    path: str
    location: Location
    text: str


class Replacements:
    """Those of one recipe's findings; its facts and files are gone through once for all of them."""

    def __init__(self, evaluation: Evaluation) -> None:
        """Nothing is gone through yet."""
        self._evaluation = evaluation
        self._lines: dict[str, list[str]] = {}

    def of(self, finding: Finding) -> Replacement | None:
        """The replacement; None where the repair is not that of one value, or would change more than that value.

        So it is where Swarm filled the value in, where a variable decides it, and where another service or another
        key takes its value from the same place, as through an anchor.
        """
        settings = finding.rule.fix_settings
        if len(settings) != 1:
            return None
        [(path, value)] = settings.items()
        fact = finding.facts.get(path)
        if fact is None or fact.location is None:
            return None
        alone = self._stands_alone(fact, fact.location) and len(self._users[fact.location]) == 1
        return Replacement(path, fact.location, dump_scalar(value)) if alone else None

    def _stands_alone(self, fact: Fact, location: Location) -> bool:
        """Whether the place holds the value and nothing else, such as an anchor, a tag or a variable."""
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
        """To each place the services, and the paths in them, whose value stands there in any variant."""
        users: dict[Location, set[tuple[str, str]]] = defaultdict(set)
        for service, facts in (item for variant in self._evaluation.variants for item in variant.services.items()):
            for path, fact in facts.items():
                if fact.location is not None and not path.startswith("derived."):
                    for location in (fact.location, *(setting.location for setting in fact.overrides)):
                        users[location].add((service, path))
        return users
