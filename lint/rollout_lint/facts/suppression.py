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
        "Why a comment that would silence a finding silences none.", Kind(frozenset(("string", "null")))
    ),
    "ignore.ended": SuppressionFact(
        "What would silence a finding and has ended, and the last day on which it did.",
        Kind(frozenset(("string", "null"))),
    ),
    "ignore.idle": SuppressionFact(
        "The rules that a comment names and of which it silences nothing in any variant.",
        Kind(frozenset(("array",)), items=frozenset(("string",))),
    ),
}
"""Each fact by its path."""
