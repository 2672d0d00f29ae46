"""The words that options take, and what they mean."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What `show` and `explain` can print."""

    TEXT = "text"
    JSON = "json"


class CheckFormat(StrEnum):
    """What `check` can print, and write to files."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
    MARKDOWN = "markdown"


class TableFormat(StrEnum):
    """What `rules` can print."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class SweepFormat(StrEnum):
    """What `sweep` can print."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"
    HTML = "html"


class AwaitFormat(StrEnum):
    """What `await` can print."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


class SeverityThreshold(StrEnum):
    """Threshold of `--fail-on` for findings: a severity, or `never`."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"
    NEVER = "never"
