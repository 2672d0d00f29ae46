"""SARIF descriptions of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rollout_lint.report.common.documentation import rule_url
from rollout_lint.report.rules.conditions import describe_condition
from rollout_lint.report.rules.sentences import fill_service_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.rules.model import Rule

LEVELS = {"high": "error", "medium": "warning", "low": "note", "info": "note"}


class RuleTable:
    """Rules of the results of a run, each described once."""

    def __init__(self) -> None:
        """Create an empty table."""
        self.descriptors: list[dict[str, Any]] = []
        self._positions: dict[tuple[str, str], int] = {}

    def add(self, rule: Rule) -> int:
        """Return the index of the rule's descriptor, and add the descriptor if it is missing.

        The key includes the link, because two recipes may have different rules with the same id.
        """
        key = (rule.id, rule.link)
        if key not in self._positions:
            self._positions[key] = len(self.descriptors)
            self.descriptors.append(_build_descriptor(rule))
        return self._positions[key]


def _build_descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why.strip()},
        "help": {
            "text": "\n".join(_format_help(rule)),
            "markdown": "\n".join(_format_help(rule, code="`", strong="**")),
        },
        "helpUri": rule_url(rule) or quote(rule.link, safe="/#:"),
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"severity": rule.severity, "tags": ["docker-swarm", "update-policy"]},
    }


def _format_help(rule: Rule, code: str = "", strong: str = "") -> Iterator[str]:
    yield f"{rule.summary}.\n"
    yield f"{rule.why.strip()}\n"
    for heading, text in (("How likely", rule.likelihood), ("What mitigates it", rule.mitigation)):
        if text:
            yield f"{strong}{heading}{strong}\n\n{text.strip()}\n"
    yield f"{strong}Conditions{strong}\n"
    yield from (f"- {describe_condition(path, condition)}" for path, condition in rule.when.items())
    if rule.assumes:
        yield f"- assumes: {fill_service_placeholder(rule.assumes)}"
    yield f"\n{strong}Fix{strong}\n"
    if rule.advice:
        yield f"{rule.advice}\n"
    yield from (f"- {code}{path}: {value}{code}" for path, value in rule.fix_settings.items())
    yield f"\n{strong}Sources{strong}\n"
    yield from (f"- {source}" for source in rule.sources)
