"""Sample of the environment of a recipe, such as `.env.sample`: assignments, also commented ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.pattern import compile_lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ENV_SAMPLES = (".env.sample", ".env.example", ".env.dist", ".env.template", "env.example")
"""Names of the sample of a folder, in order of precedence."""

_ASSIGNMENT = compile_lazily(r"(?P<comment>#\s*)?(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)\Z")


def choose_sample(names: Iterable[str]) -> str | None:
    """Return the name of the sample among the names in a folder, or None without one."""
    present = set(names)
    return next((name for name in ENV_SAMPLES if name in present), None)


def parse_environment(text: str) -> dict[str, str]:
    """Return the values of an env file by name, without `export`, quotes and trailing comments."""
    return {name: value for name, value, is_commented, _ in parse_assignments(text) if not is_commented}


def parse_assignments(text: str) -> Iterator[tuple[str, str, bool, int]]:
    """Yield the name, the value, True if commented out, and the line of each assignment."""
    for number, raw in enumerate(text.splitlines(), 1):
        match = _ASSIGNMENT.match(raw.strip())
        if match is not None:
            yield match["name"], _unquote(match["value"]), bool(match["comment"]), number


def _unquote(value: str) -> str:
    value = value.strip()
    if value[:1] in ("'", '"') and (end := value.find(value[0], 1)) > 0:
        return value[1:end]
    return re.split(r"\s#", value, maxsplit=1)[0].rstrip()
