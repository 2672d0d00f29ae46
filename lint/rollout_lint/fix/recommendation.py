"""What to write instead, for one service: an overlay to copy, and advice where no overlay can repair it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from typing import TYPE_CHECKING, Any

from rollout_lint.syntax.node import Mapping, Scalar

if TYPE_CHECKING:
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding


@dataclass(frozen=True, slots=True)
class Repair:
    """An overlay as YAML text, None where nothing can be repaired by one; and what else is advised."""

    overlay: str | None
    advice: tuple[str, ...] = ()


def repair_of(evaluation: Evaluation, service: str | None) -> Repair:
    """What the findings of medium or more that are told of this service ask for.

    The overlay has the `version:` of the recipe's first file, since Docker refuses layers of different versions
    (`cli/compose/loader/loader.go Load`).
    """
    counted = (finding for finding in evaluation.findings if finding.service == service and _counts(finding))
    findings = sorted(counted, key=lambda finding: finding.severity.rank)
    patch: dict[str, Any] = {}
    for finding in findings:
        _merge(patch, finding.rule.fix or {})
    advice = dict.fromkeys(finding.rule.advice for finding in findings if finding.rule.advice)
    overlay = _overlay(_version(evaluation), service, json.dumps(patch)) if patch and service is not None else None
    return Repair(overlay, tuple(text for text in advice if text))


def _counts(finding: Finding) -> bool:
    return finding.is_active and (finding.risk is not None or finding.severity in ("high", "medium"))


def _merge(into: dict[str, Any], patch: dict[str, Any]) -> None:
    """The first to say something is the gravest."""
    for key, value in patch.items():
        said = into.setdefault(key, {} if isinstance(value, dict) else value)
        if isinstance(value, dict) and isinstance(said, dict):
            _merge(said, value)


def _version(evaluation: Evaluation) -> str | None:
    first = next((layer.name for variant in evaluation.variants for layer in variant.variant.files), None)
    root = evaluation.sources[first].root if first in evaluation.sources else None
    version = root.get("version") if isinstance(root, Mapping) else None
    return version.text if isinstance(version, Scalar) else None


@lru_cache(maxsize=1000)
def _overlay(version: str | None, service: str, patch: str) -> str:
    """As YAML; a fleet has the same few repairs many times over."""
    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    document: dict[str, Any] = {} if version is None else {"version": DoubleQuotedScalarString(version)}
    document["services"] = {service: json.loads(patch)}
    stream = StringIO()
    YAML().dump(document, stream)
    return stream.getvalue()
