"""JSON text of reports, and the values that several reports share."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.format import json_value, mask_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rollout_lint.discovery.recipe import Variant
    from rollout_lint.discovery.skipped import SkippedFile
    from rollout_lint.facts.model import Fact
    from rollout_lint.location import Location, Problem

VERSION = 1
_LOG_COMMAND = re.compile(r"(?<=#)#(?=\w*\[)")
"""Second number sign of `##[command]`, which CI systems run wherever it is in a line. It can only be in a string."""


def format_json(document: Any, indent: int | None = 2, end: str = "\n") -> str:
    """Return a document as ASCII JSON; without `indent` it is a single line. It has no command of a CI log."""
    return _LOG_COMMAND.sub(r"\\u0023", json.dumps(document, indent=indent)) + end


def convert_location(location: Location | None) -> dict[str, Any]:
    """Return the keys of a location, or no keys for None."""
    return {} if location is None else {"file": location.file, "line": location.line, "column": location.column}


def convert_problem(problem: Problem) -> dict[str, Any]:
    """Return a problem as a JSON object."""
    return {"file": problem.file, "line": problem.line, "column": problem.column, "message": problem.message}


def convert_skipped(skipped: Iterable[SkippedFile]) -> list[dict[str, Any]]:
    """Return the files that were not checked as JSON objects."""
    return [{"file": each.file, "reason": each.reason, "hint": each.hint} for each in skipped]


def convert_deployed_by(variant: Variant) -> dict[str, Any]:
    """Return the key for the command that deploys a variant, or no key without such a command."""
    return {} if variant.deployed_by is None else {"deployed_by": variant.deployed_by}


def convert_unevaluated(variants: Sequence[str]) -> dict[str, Any]:
    """Return the key with the names of the variants that could not be evaluated, or no key without any."""
    return {"not_evaluated": list(variants)} if variants else {}


def convert_unknown_variables(names: Sequence[str]) -> dict[str, Any]:
    """Return the key with the unknown variables of a recipe, or no key without any."""
    return {"unknown_variables": list(names)} if names else {}


def convert_fact(path: str, fact: Fact) -> dict[str, Any]:
    """Return a fact as a JSON object, with its location and the values that it overrides."""
    return {
        "value": json_value(mask_value(path, fact.value)),
        "default": fact.default,
        **convert_location(fact.location),
        "overrides": [
            {"value": json_value(mask_value(path, setting.value)), **convert_location(setting.location)}
            for setting in fact.overrides
        ],
        **({"unset": list(fact.unset)} if fact.unset else {}),
    }
