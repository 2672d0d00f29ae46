"""Facts of comments and config entries that suppress findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.model import Kind
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping


class SuppressionFact(Record):
    """Description of a fact, the kind of its value, and conditions on it in an operator's words."""

    about: str
    kind: Kind
    words: Mapping[str, str]


SUPPRESSION_FACTS = {
    "ignore.refused": SuppressionFact(
        "Error that makes a suppression comment invalid.",
        Kind(frozenset(("string", "null"))),
        {"is any string": "the comment is invalid"},
    ),
    "ignore.ended": SuppressionFact(
        "Expired suppression, and the last day on which it applied.",
        Kind(frozenset(("string", "null"))),
        {"is any string": "the last day of the suppression is over"},
    ),
    "ignore.idle": SuppressionFact(
        "Rules of a comment that suppress no finding in any variant.",
        Kind(frozenset(("array",)), items=frozenset(("string",))),
        {"is not empty": "a rule of the comment has no finding to suppress"},
    ),
}
"""Each fact by its path."""
