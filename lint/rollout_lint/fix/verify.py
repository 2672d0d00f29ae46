"""Whether a change of files repairs a finding, and does nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.fix.model import key_of
from rollout_lint.fix.patch.changes import changed_paths
from rollout_lint.rules.model import Severity
from rollout_lint.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.facts.model import Fact
    from rollout_lint.fix.patch.changes import Path
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.finding import Finding

Reach: TypeAlias = "set[tuple[str, str, str]]"
"""Variant, service and path of each fact that may change."""

_OWN_SECTIONS = ("version",)

_WITHOUT_ORDER = frozenset(
    ("ports", "volumes", "networks", "configs", "secrets", "environment", "labels", "deploy.labels")
)
"""Lists that Docker sorts by their keys as soon as a second layer has the service (`merge.go mergeSlice`)."""


def facts_beside(evaluation: Evaluation, finding: Finding) -> Mapping[str, Fact]:
    """The facts of the finding's service in the finding's variant."""
    variant = next(each for each in evaluation.variants if each.variant.name == finding.variant)
    return variant.facts(finding.service) or {}


def strays(before: bytes, after: bytes, reach: Reach) -> set[Path] | None:
    """The paths of a file that a change alters beside those that it may; None where the result cannot be read."""
    old, new = parse(before, "").root, parse(after, "").root
    if new is None:
        return None
    may = {("services", service, *path.split(".")) for _, service, path in reach}
    return {
        path
        for path in changed_paths(old, new)
        if path not in may and not path[0].startswith("x-") and path[0] not in _OWN_SECTIONS
    }


def objection(before: Evaluation, after: Evaluation, findings: list[Finding], reach: Reach) -> str | None:
    """Why the evaluation after a change is no repair of the findings; None where it is one."""
    if new := [problem for problem in after.problems if problem not in before.problems]:
        return f"Docker would refuse the result: {new[0].message}"
    if {key_of(each) for each in after.findings} & {key_of(each) for each in findings}:
        return "the finding would stay"
    return next(_brought(before, after), None) or next(_altered(before, after, reach), None)


def _brought(before: Evaluation, after: Evaluation) -> Iterator[str]:
    """What is found only after, or is graver there; what another finding told the cause of was there as well."""
    known = {key_of(finding): finding.severity.rank for finding in before.findings}
    for finding in after.findings:
        if finding.severity.rank < known.get(key_of(finding), len(Severity)):
            yield f"it would bring {finding.rule.id} ({finding.severity}) on {finding.subject}"


def _altered(before: Evaluation, after: Evaluation, reach: Reach) -> Iterator[str]:
    for variant in after.variants:
        old = next((each for each in before.variants if each.variant.name == variant.variant.name), None)
        for service, facts in variant.services.items():
            earlier: Mapping[str, Fact] = (old and old.services.get(service)) or {}
            for path in facts.keys() | earlier.keys():
                if _differs(path, earlier, facts) and (variant.variant.name, service, path) not in reach:
                    yield f"it would also change {path} of {service} as deployed with {variant.variant.files[-1].name}"


def _differs(path: str, before: Mapping[str, Fact], after: Mapping[str, Fact]) -> bool:
    if path.startswith("derived."):
        return False
    if path not in before or path not in after:
        return True
    old, new = before[path].value, after[path].value
    return Counter(old) != Counter(new) if path in _WITHOUT_ORDER else bool(old != new)
