"""`show --format text`: effective configuration of every service, with the location of each value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.facts.defaults import ROLLOUT_BLOCKS, ROLLOUT_KEYS
from rollout_lint.facts.model import is_duration, is_size
from rollout_lint.facts.stated import FACTS
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.report.common.groups import list_problems
from rollout_lint.report.common.paths import format_deployed_by, format_location, format_problem, printable_path
from rollout_lint.report.common.style import Style, printable
from rollout_lint.stack.units import format_duration, format_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.location import Location

_OTHER_PATHS = (
    "deploy.mode",
    "deploy.replicas",
    "deploy.placement.max_replicas_per_node",
    "deploy.resources.limits.memory",
    "deploy.resources.reservations.memory",
    "deploy.restart_policy.condition",
)
_MAX_VALUE_WIDTH = 24


def format_show_text(evaluation: Evaluation, style: Style, all_facts: bool = False) -> str:
    """Return the rollout settings of every variant and service, or all facts with `all_facts`."""
    lines = [format_problem(problem, style) for problem in list_problems(evaluation)]
    for each in evaluation.variants:
        files = " + ".join(printable_path(evaluation, layer.name) for layer in each.variant.files)
        lines += ["", f"{style(printable(each.variant.name), 'bold')}  {files}{format_deployed_by(each.variant)}"]
        for name, facts in each.services.items():
            lines += ["", f"  {style(printable(name), 'bold')}", *_format_service(facts, style, all_facts)]
        if not each.services:
            is_other = evaluation.status == EvaluationStatus.NOT_A_STACK
            lines += ["", "  not a stack" if is_other else "  no service could be read"]
    return "\n".join(lines).lstrip("\n") + "\n"


def _format_service(facts: Mapping[str, Fact], style: Style, all_facts: bool) -> Iterator[str]:
    """Yield a row per fact: label, value and origin."""
    groups = _group_paths(facts, all_facts)
    cells = [
        (label, _format_value(path, facts[path].value)) for paths in groups.values() for label, path in paths.items()
    ]
    label_width = max(len(label) for label, _ in cells)
    value_width = max(len(value) for _, value in cells if len(value) <= _MAX_VALUE_WIDTH)
    for heading, paths in groups.items():
        yield f"    {heading}"
        for label, path in paths.items():
            row = f"      {label:<{label_width}}  {_format_value(path, facts[path].value):<{value_width}}  "
            yield _format_row(row, facts[path], style)


def _group_paths(facts: Mapping[str, Fact], all_facts: bool) -> dict[str, dict[str, str]]:
    """Return the labels and paths of the facts to print, by heading."""
    others: tuple[str, ...] = _OTHER_PATHS
    if all_facts:
        known = (*FACTS, *sorted(facts.keys() - FACTS.keys()))
        others += tuple(path for path in known if path not in _OTHER_PATHS and not path.startswith(ROLLOUT_BLOCKS))
    return {
        **{block.removeprefix("deploy."): {key: f"{block}.{key}" for key in ROLLOUT_KEYS} for block in ROLLOUT_BLOCKS},
        "other": {path.removeprefix("deploy."): path for path in others if path in facts},
    }


def _format_row(row: str, fact: Fact, style: Style) -> str:
    if fact.default and fact.location is None:
        return style(f"{row}Swarm's default", "dim")
    overridden = "".join(
        f"    overrides {printable(each.written)}, {_format_origin(each.location)}" for each in fact.overrides
    )
    return f"{row}{_describe_origin(fact)}".rstrip() + style(overridden, "dim")


def _describe_origin(fact: Fact) -> str:
    if fact.location is None:
        return ""
    origin = _format_origin(fact.location)
    if fact.default:
        value = f'"{printable(fact.written)}"' if fact.written else "an empty value"
        origin = f"Swarm's default, because {origin} has {value}"
    return origin + (f"    {', '.join(fact.unset)} is not set" if fact.unset else "")


def _format_origin(location: Location) -> str:
    return format_location(location.file, location.line, location.column)


def _format_value(path: str, value: Any) -> str:
    is_number = isinstance(value, int | float)
    if is_number and is_size(path):
        return format_size(value)
    if is_number and is_duration(path):
        return format_duration(value)
    return printable(_format_plain(value))


def _format_plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_format_item(item) for item in value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    if value is None:
        return "none"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _format_item(item: Any) -> str:
    """Return a port or volume in short syntax, and any other item as text."""
    if hasattr(item, "published"):
        published = f"{item.published}:" if item.published else ""
        return f"{published}{item.target}/{item.protocol}" + (" host" if item.mode == "host" else "")
    if hasattr(item, "source"):
        return f"{item.source}:{item.target}".removeprefix(":") + (":ro" if item.read_only else "")
    return str(item)
