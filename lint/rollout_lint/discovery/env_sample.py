"""What an `.env.sample` assigns, and what it has commented out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ENV_SAMPLE = ".env.sample"
_ASSIGNMENT = re.compile(r"(?P<comment>#\s*)?(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)\Z")


def parse_environment(text: str) -> dict[str, str]:
    """The assignments of an env file by name; `export`, quotes and trailing comments are understood."""
    return {name: value for name, value, commented, _ in parse_assignments(text) if not commented}


def parse_assignments(text: str) -> Iterator[tuple[str, str, bool, int]]:
    """Name, value, whether commented out, and line of each assignment."""
    for number, raw in enumerate(text.splitlines(), 1):
        match = _ASSIGNMENT.match(raw.strip())
        if match is not None:
            yield match["name"], _unquote(match["value"]), bool(match["comment"]), number


def _unquote(value: str) -> str:
    value = value.strip()
    if value[:1] in ("'", '"') and (end := value.find(value[0], 1)) > 0:
        return value[1:end]
    return re.split(r"\s#", value, maxsplit=1)[0].rstrip()
