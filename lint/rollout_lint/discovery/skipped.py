"""Stack files that are not checked, with the reason and a way to check them."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class SkipReason(StrEnum):
    """Reason why a stack file is not checked."""

    COMPOSE_ONLY = "for docker compose only"
    NO_BASE = "an overlay whose base is unknown"
    FRAGMENT = "a fragment that uses anchors of another file"
    TEMPLATE = "a template, not YAML"
    NOT_LISTED = "not listed in the manifest"
    OUTSIDE = "a link that leads out of the given folder"
    UNREADABLE = "cannot be read"


class SkippedFile(NamedTuple):
    """File that is not checked. `file` is its path from the current folder, `hint` says how to check it."""

    file: str
    reason: SkipReason
    hint: str
