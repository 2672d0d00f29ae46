"""Fingerprint of a finding, which stays the same if its lines move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.format import format_fact

if TYPE_CHECKING:
    from rollout_lint.rules.finding import Finding


def fingerprint(recipe: str, finding: Finding) -> str:
    """Return a hash of the rule, recipe, service, file and the values of the facts, as 64 hex digits.

    It is the same in each variant, and changes with each of the values.
    """
    import hashlib

    values = (f"{path}={format_fact(path, fact)}" for path, fact in sorted(finding.facts.items()))
    parts = (finding.rule.id, recipe, finding.subject, finding.location.file, *values)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
