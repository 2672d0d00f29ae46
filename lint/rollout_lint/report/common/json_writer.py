"""JSON text of every report."""

from __future__ import annotations

import json
from typing import Any


def json_text(document: Any, indent: int | None = 2, end: str = "\n") -> str:
    """Return a document as ASCII JSON; without `indent` it is a single line."""
    return json.dumps(document, indent=indent) + end
