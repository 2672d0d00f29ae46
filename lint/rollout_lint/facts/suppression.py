"""Facts of comments and config entries that suppress findings."""

from __future__ import annotations

from typing import NamedTuple

from rollout_lint.facts.model import Kind


class SuppressionFact(NamedTuple):
    """Description of a fact, and the kind of its value."""

    about: str
    kind: Kind


SUPPRESSION_FACTS = {
    "ignore.refused": SuppressionFact(
        "Error that makes a suppression comment invalid.", Kind(frozenset(("string", "null")))
    ),
    "ignore.ended": SuppressionFact(
        "Expired suppression, and the last day on which it applied.",
        Kind(frozenset(("string", "null"))),
    ),
    "ignore.idle": SuppressionFact(
        "Rules of a comment that suppress no finding in any variant.",
        Kind(frozenset(("array",)), items=frozenset(("string",))),
    ),
}
"""Each fact by its path."""
