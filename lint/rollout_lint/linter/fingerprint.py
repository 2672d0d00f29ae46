"""What a finding is known by from one run to the next, wherever its lines have moved to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.format import format_fact

if TYPE_CHECKING:
    from rollout_lint.rules.finding import Finding


def fingerprint(recipe: str, finding: Finding) -> str:
    """64 hex digits of the rule, the recipe's name, the service, the file, and the values that the rule is about.

    It is the same in each variant, and another once somebody has changed one of the values.
    """
    import hashlib

    values = (f"{path}={format_fact(path, fact)}" for path, fact in sorted(finding.facts.items()))
    parts = (finding.rule.id, recipe, finding.subject, finding.location.file, *values)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
