"""Values that options accept."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """Output format of `show`, `config`, `explain` and `inspect`."""

    TEXT = "text"
    JSON = "json"


class CheckFormat(StrEnum):
    """Output format of `check`."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
    RDJSON = "rdjson"
    MARKDOWN = "markdown"


class TableFormat(StrEnum):
    """Output format of `rules`."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class SweepFormat(StrEnum):
    """Output format of `sweep`."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"
    HTML = "html"


class AwaitFormat(StrEnum):
    """Output format of `await`."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


class RiskThreshold(StrEnum):
    """Threshold of `sweep --fail-on`: a severity, which means a latent risk, or a risk level."""

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


class SeverityThreshold(StrEnum):
    """Threshold of `--fail-on` for findings: a severity, or `never`."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"
    NEVER = "never"
