"""`show` for people: the policy of every service, and which file and line decided each value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.facts.defaults import ROLLOUT_BLOCKS, ROLLOUT_KEYS
from rollout_lint.facts.model import is_duration, is_size
from rollout_lint.facts.stated import FACTS
from rollout_lint.report.check.text import format_problem
from rollout_lint.report.common.paths import printable_path
from rollout_lint.report.common.style import Style, printable
from rollout_lint.stack.units import format_duration, format_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation

_BESIDE = (
    "deploy.mode",
    "deploy.replicas",
    "deploy.placement.max_replicas_per_node",
    "deploy.resources.limits.memory",
    "deploy.resources.reservations.memory",
    "deploy.restart_policy.condition",
)
_WIDEST_VALUE = 24


def format_show_text(evaluation: Evaluation, style: Style, all_facts: bool = False) -> str:
    """Every variant and service: the twelve values of its policy and what they depend on, or every fact."""
    lines = [line for problem in evaluation.problems for line in format_problem(evaluation, problem, style)]
    for each in evaluation.variants:
        files = " + ".join(printable_path(evaluation, layer.name) for layer in each.variant.files)
        lines += ["", f"{style(printable(each.variant.name), 'bold')}  {files}"]
        for name, facts in each.services.items():
            lines += ["", f"  {style(printable(name), 'bold')}", *_service(facts, style, all_facts)]
        if not each.services:
            lines += _nothing(each)
    return "\n".join(lines).lstrip("\n") + "\n"


def _nothing(variant: VariantEvaluation) -> list[str]:
    return ["", "  no service could be read" if variant.problems else "  not a stack"]


def _service(facts: Mapping[str, Fact], style: Style, all_facts: bool) -> Iterator[str]:
    """A row a fact, in columns: label, value, who decided it."""
    groups = _groups(facts, all_facts)
    shown = [(label, _value(path, facts[path].value)) for paths in groups.values() for label, path in paths.items()]
    label_width = max(len(label) for label, _ in shown)
    value_width = max(len(value) for _, value in shown if len(value) <= _WIDEST_VALUE)
    for heading, paths in groups.items():
        yield f"    {heading}"
        for label, path in paths.items():
            row = f"      {label:<{label_width}}  {_value(path, facts[path].value):<{value_width}}  "
            yield _row(row, facts[path], style)


def _groups(facts: Mapping[str, Fact], all_facts: bool) -> dict[str, dict[str, str]]:
    """By heading, each fact's label and path."""
    beside = (*_BESIDE, *_others(facts)) if all_facts else _BESIDE
    return {
        **{block.removeprefix("deploy."): {key: f"{block}.{key}" for key in ROLLOUT_KEYS} for block in ROLLOUT_BLOCKS},
        "and": {path.removeprefix("deploy."): path for path in beside if path in facts},
    }


def _others(facts: Mapping[str, Fact]) -> Iterator[str]:
    known = [path for path in (*FACTS, *sorted(facts.keys() - FACTS.keys())) if path in facts]
    return (path for path in known if path not in _BESIDE and not path.startswith(ROLLOUT_BLOCKS))


def _row(row: str, fact: Fact, style: Style) -> str:
    if fact.default and fact.location is None:
        return style(f"{row}Swarm's default", "dim")
    return f"{row}{_decided(fact)}".rstrip() + _overrode(fact, style)


def _decided(fact: Fact) -> str:
    if fact.location is None:
        return ""
    location = f"{printable(fact.location.file)}:{fact.location.line}:{fact.location.column}"
    if fact.default:
        location = f"Swarm's default, for {location} says nothing with {printable(fact.written) or 'an empty text'}"
    return location + (f"    {', '.join(fact.unset)} has no value here" if fact.unset else "")


def _overrode(fact: Fact, style: Style) -> str:
    over = "".join(
        f"    over {printable(each.written)}, {printable(at.file)}:{at.line}:{at.column}"
        for each in fact.overrides
        for at in (each.location,)
    )
    return style(over, "dim")


def _value(path: str, value: Any) -> str:
    if value is not None and is_size(path):
        return format_size(value)
    if value is not None and is_duration(path):
        return format_duration(value)
    return printable(_plain(value))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_item(item) for item in value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    if value is None:
        return "none"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _item(item: Any) -> str:
    """A port or a volume in its short form, anything else as it is."""
    if hasattr(item, "published"):
        published = f"{item.published}:" if item.published else ""
        return f"{published}{item.target}/{item.protocol}" + (" host" if item.mode == "host" else "")
    if hasattr(item, "source"):
        return f"{item.source}:{item.target}".removeprefix(":") + (":ro" if item.read_only else "")
    return str(item)
