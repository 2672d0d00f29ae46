"""Recommendation for one service: an overlay to copy, and advice for what no overlay can fix."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from typing import TYPE_CHECKING, Any

from rollout_lint.syntax.node import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Overlay as YAML text (None if no overlay fixes anything), its trade-offs, and advice."""

    overlay: str | None
    advice: tuple[str, ...] = ()
    trade_offs: tuple[str, ...] = ()


def recommend(evaluation: Evaluation, service: str | None, findings: Iterable[Finding]) -> Recommendation:
    """Return the fixes of a service's active findings of severity high and medium, and of those with a risk.

    The overlay has the `version:` of the recipe's first file because Docker rejects layers of different versions
    (`cli/compose/loader/loader.go Load`).
    """
    relevant = sorted(filter(_is_relevant, findings), key=lambda finding: finding.severity.rank)
    patch: dict[str, Any] = {}
    for finding in relevant:
        _merge(patch, finding.rule.fix or {})
    advice = tuple(dict.fromkeys(finding.rule.advice for finding in relevant if finding.rule.advice))
    overlay = _overlay(_version(evaluation), service, json.dumps(patch)) if patch and service is not None else None
    fixes = (finding.rule.trade_off for finding in relevant if finding.rule.fix and finding.rule.trade_off)
    return Recommendation(overlay, advice, tuple(dict.fromkeys(fixes)) if overlay is not None else ())


def _is_relevant(finding: Finding) -> bool:
    return finding.is_active and (finding.risk is not None or finding.severity in ("high", "medium"))


def _merge(into: dict[str, Any], patch: dict[str, Any]) -> None:
    """Merge a patch; existing values are kept because they come from a more severe finding."""
    for key, value in patch.items():
        current = into.setdefault(key, {} if isinstance(value, dict) else value)
        if isinstance(value, dict) and isinstance(current, dict):
            _merge(current, value)


def _version(evaluation: Evaluation) -> str | None:
    first = next((layer.name for variant in evaluation.variants for layer in variant.variant.files), None)
    root = evaluation.sources[first].root if first in evaluation.sources else None
    version = root.get("version") if isinstance(root, Mapping) else None
    return version.text if isinstance(version, Scalar) else None


@lru_cache(maxsize=1000)
def _overlay(version: str | None, service: str, patch: str) -> str:
    # Cached because a fleet needs the same few overlays many times.
    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    document: dict[str, Any] = {} if version is None else {"version": DoubleQuotedScalarString(version)}
    document["services"] = {service: json.loads(patch)}
    stream = StringIO()
    YAML().dump(document, stream)
    return stream.getvalue()
