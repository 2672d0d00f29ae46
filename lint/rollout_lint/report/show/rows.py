"""Facts of a service as rows of text: label, value, origin, and the meaning of a derived fact."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.defaults import ROLLOUT_BLOCKS, ROLLOUT_KEYS, usual_default
from rollout_lint.facts.derived import DERIVED
from rollout_lint.facts.format import mask_value
from rollout_lint.facts.model import is_duration, is_size
from rollout_lint.facts.stated import FACTS
from rollout_lint.printable import printable
from rollout_lint.record import Record
from rollout_lint.report.common.paths import format_location
from rollout_lint.stack.units import format_duration, format_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.facts.model import Fact
    from rollout_lint.location import Location

_PLACEMENT_PATHS = (
    "deploy.mode",
    "deploy.replicas",
    "deploy.placement.max_replicas_per_node",
    "deploy.resources.limits.memory",
    "deploy.resources.reservations.memory",
    "deploy.restart_policy.condition",
)
POLICY_GROUPS = {
    **{
        heading: {key: f"{block}.{key}" for key in ROLLOUT_KEYS}
        for heading, block in zip(("update policy", "rollback policy"), ROLLOUT_BLOCKS, strict=True)
    },
    "placement and restart": {path.removeprefix("deploy."): path for path in _PLACEMENT_PATHS},
}
"""Labels and paths of the facts of the update policy, by heading."""

_POLICY_PATHS = tuple(path for group in POLICY_GROUPS.values() for path in group.values())


class Detail(Enum):
    """Facts to print: differences from Swarm's defaults, the whole policy, or all facts that rules can use."""

    DIFFERENCES = auto()
    POLICY = auto()
    ALL_FACTS = auto()


class Row(Record):
    """One fact: its label, value and origin. `note` is printed dim. Only a derived fact has a `meaning`."""

    label: str
    value: str
    origin: str
    is_default: bool = False
    note: str = ""
    meaning: str = ""


def build_rows(facts: Mapping[str, Fact], groups: Mapping[str, Mapping[str, str]]) -> dict[str, list[Row]]:
    """Return the rows of each group that the service has a fact of, by heading."""
    rows = {
        heading: [_build_row(label, path, facts[path]) for label, path in paths.items() if path in facts]
        for heading, paths in groups.items()
    }
    return {heading: group for heading, group in rows.items() if group}


def list_set_paths(facts: Mapping[str, Fact]) -> frozenset[str]:
    """Return the paths of the policy that a file sets, in any layer, to something else than Swarm's default."""
    return frozenset(path for path in _POLICY_PATHS if path in facts and _differs_from_default(path, facts[path]))


def list_changed_paths(facts: Mapping[str, Fact], before: Mapping[str, Fact]) -> frozenset[str]:
    """Return the paths of the policy whose values differ from those of another variant."""
    return frozenset(path for path in _POLICY_PATHS if _value(facts, path) != _value(before, path))


def select_policy(paths: frozenset[str]) -> dict[str, dict[str, str]]:
    """Return the groups of the policy with these paths only."""
    return {
        heading: {label: path for label, path in group.items() if path in paths}
        for heading, group in POLICY_GROUPS.items()
    }


def group_all_facts(facts: Mapping[str, Fact]) -> dict[str, dict[str, str]]:
    """Return the groups of the policy, then all other facts that files set, then the derived facts."""
    return {
        **POLICY_GROUPS,
        "other keys": {path.removeprefix("deploy."): path for path in FACTS if path not in _POLICY_PATHS},
        "derived facts": {path: path for path in sorted(DERIVED.keys() & set(facts))},
    }


def summarize_meaning(about: str) -> str:
    """Return the first paragraph of a description on one line."""
    return " ".join(about.partition("\n\n")[0].split())


def _differs_from_default(path: str, fact: Fact) -> bool:
    """Return True also for a default that replaces a value of a file: one of an earlier layer, or an ignored zero."""
    return fact.location is not None and (fact.default or bool(fact.overrides) or fact.value != usual_default(path))


def _value(facts: Mapping[str, Fact], path: str) -> Any:
    return facts[path].value if path in facts else None


def _build_row(label: str, path: str, fact: Fact) -> Row:
    return Row(
        label,
        format_value(path, fact.value),
        _describe_origin(fact),
        is_default=fact.default and fact.location is None,
        note="".join(
            f"    overrides {printable(each.written)}, {_format_origin(each.location)}" for each in fact.overrides
        ),
        meaning=summarize_meaning(DERIVED[path].about) if path in DERIVED else "",
    )


def _describe_origin(fact: Fact) -> str:
    if fact.location is None:
        return "Swarm's default" if fact.default else ""
    origin = _format_origin(fact.location)
    if fact.default:
        value = f'"{printable(fact.written)}"' if fact.written else "an empty value"
        origin = f"Swarm's default, because {origin} has {value}"
    return origin + (f"    {', '.join(fact.unset)} is not set" if fact.unset else "")


def _format_origin(location: Location) -> str:
    return format_location(location.file, location.line, location.column)


def format_value(path: str, value: Any) -> str:
    """Return the value of a fact with its unit, safe to print."""
    is_number = isinstance(value, int | float)
    if is_number and is_size(path):
        return format_size(value)
    if is_number and is_duration(path):
        return format_duration(value)
    return printable(_format_plain(mask_value(path, value)))


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
