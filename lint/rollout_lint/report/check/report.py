"""Reports of `check`, made recipe by recipe."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from rollout_lint.report.check.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.report.check.totals import CheckSummary
    from rollout_lint.rules.model import Rule, Severity

P = TypeVar("P")


class CheckReport(ABC, Generic[P]):
    """Report in one format. `P` is its part about one recipe, which can be sent between processes."""

    @abstractmethod
    def format_recipe(self, evaluation: Evaluation, failing: Collection[Severity]) -> P:
        """Return the part of a recipe, and change nothing. Findings of the severities `failing` fail the run."""

    @abstractmethod
    def add(self, part: P, rules: Sequence[Rule]) -> None:
        """Add the part of the next recipe, which was checked with these rules."""

    @abstractmethod
    def stream(self, summary: CheckSummary) -> Iterator[str]:
        """Yield the report in pieces."""


class SectionReport(CheckReport[dict[str, str]]):
    """Report whose parts are texts by section."""

    def __init__(self, separators: Mapping[str, str] | None = None) -> None:
        """Start with empty sections. The texts of a section have a separator between them, by default none."""
        self._separators = separators or {}
        self._sections: dict[str, Spool] = {}

    def add(self, part: dict[str, str], rules: Sequence[Rule]) -> None:
        """Add the texts to their sections."""
        del rules
        for section, text in part.items():
            self.add_text(section, text)

    def add_text(self, section: str, text: str) -> None:
        """Add a text to a section."""
        if section not in self._sections:
            self._sections[section] = Spool(self._separators.get(section, ""))
        self._sections[section].add(text)

    def has(self, section: str) -> bool:
        """Return True if a section has a text."""
        return section in self._sections

    def read(self, section: str) -> Iterator[str]:
        """Yield the texts of a section in pieces."""
        if section in self._sections:
            yield from self._sections[section].read()


def join_lines(lines: Iterable[str]) -> str:
    """Return the lines as one text, each with a line end."""
    return "".join(f"{line}\n" for line in lines)


def join_by_severity(lines: Iterable[tuple[Severity, str]]) -> dict[str, str]:
    """Return the lines as one text per severity."""
    texts: dict[str, str] = {}
    for severity, line in lines:
        texts[severity] = f"{texts.get(severity, '')}{line}\n"
    return texts
