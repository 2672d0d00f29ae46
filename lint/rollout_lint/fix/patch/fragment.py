"""A piece of YAML to be written into a file: keys with values that are YAML already, or with further keys."""

from __future__ import annotations

import json
import re
from typing import TypeAlias

from rollout_lint.syntax.scalar import resolve_scalar

Fragment: TypeAlias = "str | list[tuple[str, Fragment]]"
"""A value as YAML, or keys, also as YAML, in their order."""

_WORD = re.compile(r"[0-9A-Za-z_/][0-9A-Za-z_./-]*")
_TRUTHS = frozenset(("y", "yes", "n", "no", "on", "off"))
"""Text in YAML 1.2, which many a reader of YAML 1.1 takes for true or false."""


def as_yaml(value: object) -> str:
    """A single value as YAML reads it back; raises TypeError for any other."""
    if isinstance(value, str):
        return value if is_word(value) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise TypeError(f"{type(value).__name__} is not a single value")


def nested(keys: tuple[str, ...], value: Fragment) -> Fragment:
    """The value below all the keys."""
    for key in reversed(keys):
        value = [(as_yaml(key), value)]
    return value


def in_brackets(fragment: Fragment, quoted: bool = False) -> str:
    """On one line; `quoted` writes keys and words as JSON does."""
    if isinstance(fragment, str):
        return _quoted(fragment) if quoted else fragment
    return "{" + pairs_in_brackets(fragment, quoted) + "}"


def pairs_in_brackets(pairs: list[tuple[str, Fragment]], quoted: bool = False) -> str:
    """The same without the brackets."""
    return ", ".join(f"{_quoted(key) if quoted else key}: {in_brackets(value, quoted)}" for key, value in pairs)


def in_lines(pairs: list[tuple[str, Fragment]], indent: int, step: int) -> list[str]:
    """A line for each key, `step` spaces further in at each level."""
    lines: list[str] = []
    for key, value in pairs:
        if isinstance(value, str):
            lines.append(f"{' ' * indent}{key}: {value}")
        else:
            lines += [f"{' ' * indent}{key}:", *in_lines(value, indent + step, step)]
    return lines


def is_word(text: str) -> bool:
    """Whether YAML reads it back as this text, without quotes."""
    return bool(_WORD.fullmatch(text)) and resolve_scalar(text) == text and text.lower() not in _TRUTHS


def _quoted(text: str) -> str:
    """A word in double quotes; what is quoted already, an alias and a number stay."""
    return json.dumps(text) if is_word(text) else text
