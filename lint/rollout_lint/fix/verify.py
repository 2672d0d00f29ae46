"""Verification that a change of files fixes a finding and changes nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.fix.patch.changes import changed_paths
from rollout_lint.linter.reader import parse_source
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.facts.model import Fact
    from rollout_lint.fix.patch.changes import Path
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding

AllowedChanges: TypeAlias = "set[tuple[str, str, str]]"
"""Variant, service and path of each fact that may change."""

_UNORDERED_LISTS = frozenset(
    ("ports", "volumes", "networks", "configs", "secrets", "environment", "labels", "deploy.labels")
)
"""Lists that Docker sorts by their keys as soon as a second layer has the service (`merge.go mergeSlice`)."""


def facts_of(evaluation: Evaluation, finding: Finding) -> Mapping[str, Fact]:
    """Return the facts of the finding's service in the finding's variant."""
    variant = next(each for each in evaluation.variants if each.variant.name == finding.variant)
    return variant.facts(finding) or {}


def find_unexpected_changes(name: str, before: bytes, after: bytes, allowed: AllowedChanges) -> set[Path] | None:
    """Return the changed paths of a file that are not allowed, or None if the result cannot be read."""
    old, new = parse_source(before, name).root, parse_source(after, name).root
    if new is None:
        return None
    allowed_paths = {("services", service, *path.split(".")) for _, service, path in allowed}
    return {
        path
        for path in changed_paths(old, new)
        if path not in allowed_paths and not path[0].startswith("x-") and path[0] != "version"
    }


def explain_rejection(
    before: Evaluation, after: Evaluation, findings: list[Finding], allowed: AllowedChanges
) -> str | None:
    """Return why a change is not a valid fix of the findings, or None if it is valid.

    New findings are no reason: see `find_new_findings`.
    """
    if new := [problem for problem in after.problems if problem not in before.problems]:
        return f"Docker would reject the result: {new[0].message}"
    if {each.key for each in after.findings} & {each.key for each in findings}:
        return "the finding would remain"
    return next(_changed_facts(before, after, allowed), None)


def find_new_findings(before: Evaluation, after: Evaluation) -> list[Finding]:
    """Return new or more severe findings. A finding that was superseded before is not new."""
    ranks = {finding.key: finding.severity.rank for finding in before.findings}
    return [each for each in after.findings if each.severity.rank < ranks.get(each.key, len(Severity))]


def _changed_facts(before: Evaluation, after: Evaluation, allowed: AllowedChanges) -> Iterator[str]:
    for variant in after.variants:
        name, files = variant.variant.name, variant.variant.files
        variant_before = next((each for each in before.variants if each.variant.name == name), None)
        for service, new in variant.services.items():
            old = None if variant_before is None else variant_before.services.get(service)
            for path in dict.fromkeys([*new.stated_paths, *([] if old is None else old.stated_paths)]):
                if _differs(path, old, new) and (name, service, path) not in allowed:
                    yield f"the fix would also change {path} of {service} in the stack with {files[-1].name}"


def _differs(path: str, before: Mapping[str, Fact] | None, after: Mapping[str, Fact]) -> bool:
    if before is None or path not in before or path not in after:
        return True
    old, new = before[path].value, after[path].value
    return Counter(old) != Counter(new) if path in _UNORDERED_LISTS else bool(old != new)
