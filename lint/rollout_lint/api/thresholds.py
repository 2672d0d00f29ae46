"""Thresholds of `fail_on`."""

from __future__ import annotations

from enum import StrEnum


class SeverityThreshold(StrEnum):
    """Threshold for findings: a severity, or `never`."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"
    NEVER = "never"


class RiskThreshold(StrEnum):
    """Threshold for recipes of a sweep: a severity, which means a latent risk, or a risk level."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"
    NEVER = "never"
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
