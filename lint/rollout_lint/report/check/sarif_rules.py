"""Rules as SARIF describes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rollout_lint.report.rules.page import fill_service_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.rules.model import Rule

LEVELS = {"high": "error", "medium": "warning", "low": "note", "info": "note"}

_ADDRESS = re.compile(r"https?://[^\s)>\]]+")


class RuleTable:
    """The rules of a run's results, each described once."""

    def __init__(self) -> None:
        """None is described yet."""
        self.descriptors: list[dict[str, Any]] = []
        self._positions: dict[tuple[str, str], int] = {}

    def index_of(self, rule: Rule) -> int:
        """The rule's position among the descriptors; two recipes may each have a rule of their own of one id."""
        key = (rule.id, rule.link)
        if key not in self._positions:
            self._positions[key] = len(self.descriptors)
            self.descriptors.append(_descriptor(rule))
        return self._positions[key]


def _descriptor(rule: Rule) -> dict[str, Any]:
    address = next((match[0] for source in rule.sources if (match := _ADDRESS.search(source))), None)
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why.strip()},
        "help": {"text": "\n".join(_help(rule)), "markdown": "\n".join(_help(rule, code="`", strong="**"))},
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"severity": rule.severity, "tags": ["docker-swarm", "update-policy"]},
    }


def _help(rule: Rule, code: str = "", strong: str = "") -> Iterator[str]:
    yield f"{rule.summary}.\n"
    yield f"{rule.why.strip()}\n"
    yield f"{strong}When{strong}\n"
    yield from (f"- {code}{path}{code}: {code}{condition.description}{code}" for path, condition in rule.when.items())
    if rule.assumes:
        yield f"- given that {fill_service_placeholder(rule.assumes)}"
    yield f"\n{strong}Write instead{strong}\n"
    if rule.advice:
        yield f"{rule.advice}\n"
    yield from (f"- {code}{path}: {value}{code}" for path, value in rule.fix_settings.items())
    yield f"\n{strong}Sources{strong}\n"
    yield from (f"- {source}" for source in rule.sources)
