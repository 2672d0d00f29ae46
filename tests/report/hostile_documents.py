"""Sweep document in which every text is an attack on the HTML page."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

from rollout_lint.fleet.risk_level import RiskLevel

from tests.report.sweep_documents import RULES, small_fleet

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE_TEXTS = (
    "</script><img src=x onerror=window.attacked=1>",
    '"><svg/onload=window.attacked=2>',
    "'><script>window.attacked=3</script>",
    "</style><style>*{display:none}</style>",
    "javascript:window.attacked=4",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- -->]]>&lt;&amp;",
    "</details></td></tr></tbody></table>",
    "a\x1b[31m\x00\x07b\r\nc\td",
    "\u202egnp.exe\u2066\u200b\ufeff",
    "\ud800 half a pair",
    "x" * 3000,
    "עברית and ไทย and 日本語 and 🚀",
    "",
    " ",
    "line one\n\nline two\n1. three",
    "` one backtick",
    "`<img src=x onerror=window.attacked=7>`",
    "\"onmouseover=window.attacked=5 autofocus onfocus=window.attacked=6 x='",
)
_WORDS = frozenset((*RiskLevel, "high", "medium", "low", "info", "pass", "fail", "rolled-back", "new", "gone", "worse"))
_VARIANTS = dict(zip(("default", "smtp", "ccci"), HOSTILE_TEXTS, strict=False))


def hostile_fleet() -> dict[str, Any]:
    """Return the small fleet with every free text replaced by an attack."""
    attacks = cycle(HOSTILE_TEXTS)
    of = small_fleet()
    of["recipes"][3]["variants"][1]["deployed_by"] = "Makefile:12"
    changed: dict[str, Any] = _replace_texts(of, attacks)
    changed |= {"summary": of["summary"], "time": of["time"]}
    changed["rules"] = {key: _replace_texts(RULES["RL001"], attacks) for key in HOSTILE_TEXTS}
    return changed


def _replace_texts(value: Any, attacks: Iterator[str]) -> Any:
    if isinstance(value, dict):
        return {_replace_key(key, attacks): _replace_texts(each, attacks) for key, each in value.items()}
    if isinstance(value, list):
        return [_replace_texts(each, attacks) for each in value]
    if isinstance(value, str) and value not in _WORDS:
        return _VARIANTS.get(value) or next(attacks)
    return value


def _replace_key(key: str, attacks: Iterator[str]) -> str:
    """Return the replacement of a key that is a name: a policy path or a variant."""
    return next(attacks) if key.startswith("deploy.") else _VARIANTS.get(key, key)
