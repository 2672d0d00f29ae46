"""Risk levels of a sweep."""

from __future__ import annotations

from enum import StrEnum


class RiskLevel(StrEnum):
    """Result of a sweep for a recipe or one of its services. Members are in order, the worst first."""

    NOT_EVALUATED = "not-evaluated"
    BLOCKED = "blocked"
    FAILING = "failing"
    LATENT_HIGH = "latent-high"
    LATENT_MEDIUM = "latent-medium"
    LATENT_LOW = "latent-low"
    LATENT_UNEXPOSED = "latent-unexposed"
    MITIGATED = "mitigated"
    SAFE = "safe"
    NOT_AT_RISK = "not-at-risk"

    @property
    def rank(self) -> int:
        """Position of the level, 0 for the worst."""
        return _RANKS[self]

    @property
    def is_at_risk(self) -> bool:
        """True if the next update can go wrong, or if nothing is known about it."""
        return self.rank < RiskLevel.MITIGATED.rank

    @property
    def is_without_risk(self) -> bool:
        """True if no risk was found, or if every risk is suppressed."""
        return self in (RiskLevel.SAFE, RiskLevel.NOT_AT_RISK)


_RANKS = {level: rank for rank, level in enumerate(RiskLevel)}
