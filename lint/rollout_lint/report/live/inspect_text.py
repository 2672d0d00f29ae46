"""`inspect` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.format import format_fact
from rollout_lint.live.describe import describe_update
from rollout_lint.live.drift import NOT_SHOWN
from rollout_lint.live.spec_diff import rollback_changes
from rollout_lint.report.common.style import Style, plural, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.facts.model import Fact
    from rollout_lint.live.drift import Difference, Drift, LabelDifference
    from rollout_lint.live.inspection import Comparison, InspectedService, Inspection
    from rollout_lint.live.model import LiveService
    from rollout_lint.rules.finding import Finding

_NOTED = 10


def format_inspect_text(inspection: Inspection, style: Style) -> str:
    """What each service's update came to, what the rules say, what differs from the files, and what was not asked."""
    lines = []
    for each in inspection.services:
        lines += [*_service(each, inspection, style), ""]
    if inspection.comparison is not None:
        lines += [*_compared(inspection.comparison), ""]
    if inspection.mismatches:
        lines += [*map(printable, inspection.mismatches), ""]
    skipped = (skipped for each in inspection.services for skipped in each.lint_result.unchecked)
    of_files = dict.fromkeys(each.rule.id for each in skipped if each.is_about_files)
    if of_files:
        lines.append(f"Not asked, for only files show it: {', '.join(of_files)}.")
    lines.append(_sum(inspection))
    return "".join(f"{line}\n" for line in lines)


def _service(each: InspectedService, inspection: Inspection, style: Style) -> Iterator[str]:
    service = each.service
    told = describe_update(service, inspection.now)
    yield style(printable(service.name), "bold")
    yield _noted("update", style(printable(told), "red") if each.update_failed else printable(told))
    if service.state:
        yield _noted("rollback", printable(_previous(service)))
    for finding in each.lint_result.findings:
        if finding.is_active:
            yield from _finding(finding, style)
    if each.drift is not None:
        yield from (_noted("drift", printable(line)) for line in _drift(each.drift))
    by_reason: dict[str, list[str]] = {}
    for skipped in each.lint_result.unchecked:
        if not skipped.is_about_files:
            by_reason.setdefault(skipped.reason, []).append(skipped.rule.id)
    for because, rules in by_reason.items():
        yield _noted("not asked", f"{', '.join(rules)}: {because}")


def _noted(label: str, text: str) -> str:
    return f"  {label:<{_NOTED}}{text}"


def _previous(service: LiveService) -> str:
    """What would change if the update were rolled back now; labels by key alone."""
    changes = rollback_changes(service)
    if changes is None:
        return "there is no spec to go back to"
    told = ["the image"] if changes.image else []
    told += [f"the label {key}" for key in changes.labels]
    told += ["what else its tasks are made of"] if changes.tasks and not changes.image else []
    return f"would change {', '.join(told)}" if told else "would change neither labels, image nor tasks"


def _finding(finding: Finding, style: Style) -> Iterator[str]:
    rule = finding.rule
    label = f"{finding.severity:<{_NOTED}}"
    yield f"  {label.replace(finding.severity, style.severity(finding.severity))}{style(rule.id, 'bold')} {rule.name}"
    yield _noted("", printable(finding.message))
    for path, value in rule.fix_settings.items():
        yield _noted("", f"write instead  {path}: {value}")
    if rule.advice:
        yield _noted("", f"instead        {printable(rule.advice)}")
    yield _noted(
        "", f"why            {f'rollout-lint explain {rule.id}' if rule.is_packaged else printable(rule.link)}"
    )


def _drift(drift: Drift) -> Iterator[str]:
    if not drift.is_in_files:
        yield f"the files have no service {drift.service}"
        return
    yield from (_difference(each) for each in drift.differences)
    if drift.expected_image:
        yield f"the image is not that of the files, {drift.expected_image}" + _before(drift.image_matched_before)
    yield from (_label(each) for each in drift.labels)
    if drift.not_compared:
        yield f"not compared, for the files leave it to a variable: {', '.join(drift.not_compared)}"
    if not drift.has_drifted:
        yield (
            "none: every policy value"
            + ("" if drift.not_compared else ", the image and the labels are")
            + (" is what the files say" if drift.not_compared else " what the files say")
        )


def _difference(difference: Difference) -> str:
    path, files = difference.path, difference.files
    if path in NOT_SHOWN:
        return f"{path} is not what the files say{_location(files)}"
    return f"{path} is {_value(path, difference.live)}, and {_value(path, files)} in the files{_location(files)}"


def _value(path: str, fact: Fact | None) -> str:
    return "nothing" if fact is None or fact.value in (None, "", []) else format_fact(path, fact)


def _location(fact: Fact | None) -> str:
    if fact is None or fact.location is None:
        return ""
    return f", {fact.location.file}:{fact.location.line}:{fact.location.column}"


def _label(label: LabelDifference) -> str:
    texts = {"other value": "has another value than in the files", "missing": "is missing"}
    return f"the label {label.key} {texts.get(label.kind, f'is {label.kind}')}{_before(label.matched_before)}"


def _before(was_before: bool) -> str:
    return "; the spec that a rollback would put back is as the files say" if was_before else ""


def _compared(comparison: Comparison) -> Iterator[str]:
    variant = comparison.variant.variant
    files = " + ".join(printable(layer.name) for layer in variant.files)
    yield f"Compared with {files} ({printable(variant.name)})."
    if comparison.matching_variants:
        yield f"No policy value differs from {_names(comparison.matching_variants)}; name it with --variant."
    if comparison.missing_services:
        yield f"Not given, though the files have it: {_names(comparison.missing_services)}."
    if comparison.foreign_services:
        yield f"Of another stack, and not compared: {_names(comparison.foreign_services)}."


def _names(names: Iterable[str]) -> str:
    return ", ".join(printable(name) for name in names)


def _sum(inspection: Inspection) -> str:
    services = inspection.services
    findings = sum(finding.is_active for each in services for finding in each.lint_result.findings)
    failed = sum(each.update_failed for each in services)
    told = [plural(len(services), "service"), plural(findings, "finding")]
    told += [f"{plural(failed, 'update')} failed"] if failed else []
    if inspection.comparison is not None:
        drifted = sum(each.drift is not None and each.drift.has_drifted for each in services)
        told.append(f"{drifted} drifted from the files")
    if inspection.mismatches:
        told.append(f"{len(inspection.mismatches)} not as expected")
    return f"{', '.join(told)}. Exit {inspection.exit_code}."
