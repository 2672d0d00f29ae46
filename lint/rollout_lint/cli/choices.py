"""Values that options accept."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """Output format of `show`, `config`, `explain` and `inspect`."""

    TEXT = "text"
    JSON = "json"


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
