"""Fragments of YAML to insert into a file."""

from __future__ import annotations

import re
from typing import TypeAlias

from rollout_lint.syntax.scalar import resolve_scalar

Fragment: TypeAlias = "str | list[tuple[str, Fragment]]"
"""A value as YAML text, or a mapping as pairs whose keys are YAML text."""

_WORD = re.compile(r"[0-9A-Za-z_/][0-9A-Za-z_./-]*")
_YAML_1_1_BOOLEANS = frozenset(("y", "yes", "n", "no", "on", "off"))
"""Strings in YAML 1.2 that a YAML 1.1 parser reads as true or false."""


def dump_scalar(value: object) -> str:
    """Return a string, number or boolean as YAML; raises TypeError for any other type."""
    if isinstance(value, str):
        return value if is_plain_word(value) else _format_json(value, ensure_ascii=False)
    if isinstance(value, bool | int | float):
        return _format_json(value)
    raise TypeError(f"{type(value).__name__} is not a single value")


def nest(keys: tuple[str, ...], value: Fragment) -> Fragment:
    """Return the value below all keys."""
    for key in reversed(keys):
        value = [(dump_scalar(key), value)]
    return value


def dump_flow(fragment: Fragment, quoted: bool = False) -> str:
    """Return a fragment on one line; `quoted` puts keys and words in quotes, as in JSON."""
    if isinstance(fragment, str):
        return _quote(fragment) if quoted else fragment
    return "{" + dump_flow_pairs(fragment, quoted) + "}"


def dump_flow_pairs(pairs: list[tuple[str, Fragment]], quoted: bool = False) -> str:
    """Return the pairs of a mapping on one line, without braces."""
    return ", ".join(f"{_quote(key) if quoted else key}: {dump_flow(value, quoted)}" for key, value in pairs)


def dump_block(pairs: list[tuple[str, Fragment]], indent: int, step: int) -> list[str]:
    """Return a line for each key, indented by `step` more spaces at each level."""
    lines: list[str] = []
    for key, value in pairs:
        if isinstance(value, str):
            lines.append(f"{' ' * indent}{key}: {value}")
        else:
            lines += [f"{' ' * indent}{key}:", *dump_block(value, indent + step, step)]
    return lines


def is_plain_word(text: str) -> bool:
    """Return True if YAML reads the text as this string without quotes."""
    return bool(_WORD.fullmatch(text)) and resolve_scalar(text) == text and text.lower() not in _YAML_1_1_BOOLEANS


def _quote(text: str) -> str:
    # Text that is quoted already, an alias and a number are not plain words.
    return _format_json(text) if is_plain_word(text) else text


def _format_json(value: object, *, ensure_ascii: bool = True) -> str:
    # Most fixes set plain words, and a check needs no JSON otherwise.
    import json

    return json.dumps(value, ensure_ascii=ensure_ascii)
