"""Formats of `check`, in a module of its own because a plain check needs no other choices."""

from __future__ import annotations

from enum import StrEnum


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
