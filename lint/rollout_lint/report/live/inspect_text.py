"""`inspect --format text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.format import format_fact
from rollout_lint.live.drift import NOT_SHOWN
from rollout_lint.live.spec_diff import rollback_changes
from rollout_lint.printable import printable
from rollout_lint.report.common.style import Style, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.facts.model import Fact
    from rollout_lint.live.drift import Difference, Drift, LabelDifference
    from rollout_lint.live.inspection import Comparison, InspectedService, Inspection
    from rollout_lint.live.model import LiveService
    from rollout_lint.rules.finding import Finding

_LABEL_WIDTH = 10


def format_inspect_text(inspection: Inspection, style: Style) -> str:
    """Return the update results, findings, drift and skipped rules of each service."""
    lines = []
    for each in inspection.services:
        lines += [*_format_service(each, style), ""]
    if inspection.comparison is not None:
        lines += [*_format_comparison(inspection.comparison), ""]
    if inspection.mismatches:
        lines += [*map(printable, inspection.mismatches), ""]
    skipped = (skipped for each in inspection.services for skipped in each.lint_result.unchecked)
    file_rules = dict.fromkeys(each.rule.id for each in skipped if each.is_about_files)
    if file_rules:
        lines.append(f"Skipped, because these rules need the stack files: {', '.join(file_rules)}.")
    lines.append(_format_summary(inspection))
    return "".join(f"{line}\n" for line in lines)


def _format_service(each: InspectedService, style: Style) -> Iterator[str]:
    service = each.service
    message = printable(each.message)
    yield style(printable(service.name), "bold")
    yield _format_note("update", style(message, "red") if each.update_failed else message)
    if service.state:
        yield _format_note("rollback", printable(_describe_rollback(service)))
    for finding in each.lint_result.findings:
        if finding.is_active:
            yield from _format_finding(finding, style)
    if each.drift is not None:
        yield from (_format_note("drift", printable(line)) for line in _list_drift(each.drift))
    by_reason: dict[str, list[str]] = {}
    for skipped in each.lint_result.unchecked:
        if not skipped.is_about_files:
            by_reason.setdefault(skipped.reason, []).append(skipped.rule.id)
    for because, rules in by_reason.items():
        yield _format_note("skipped", f"{', '.join(rules)}: {because}")


def _format_note(label: str, text: str) -> str:
    return f"  {label:<{_LABEL_WIDTH}}{text}"


def _describe_rollback(service: LiveService) -> str:
    """Return the changes of a rollback at this moment, without the values of labels."""
    changes = rollback_changes(service)
    if changes is None:
        return "not possible: there is no previous spec"
    parts = ["the image"] if changes.image else []
    parts += [f"label {key}" for key in changes.labels]
    parts += ["other task settings"] if changes.tasks and not changes.image else []
    return f"would change {', '.join(parts)}" if parts else "would not change labels, image or tasks"


def _format_finding(finding: Finding, style: Style) -> Iterator[str]:
    rule = finding.rule
    label = f"{finding.severity:<{_LABEL_WIDTH}}"
    yield f"  {label.replace(finding.severity, style.severity(finding.severity))}{style(rule.id, 'bold')} {rule.name}"
    yield _format_note("", printable(finding.message))
    for path, value in rule.fix_settings.items():
        yield _format_note("", printable(f"fix: {path}: {value}"))
    if rule.advice:
        yield _format_note("", f"fix: {printable(rule.advice)}")
    yield _format_note("", f"why: {f'rollout-lint explain {rule.id}' if rule.is_packaged else printable(rule.link)}")


def _list_drift(drift: Drift) -> Iterator[str]:
    if not drift.is_in_files:
        yield f"no service {drift.service} in the files"
        return
    if drift.blocks_deploy:
        yield "the next deploy of the files fails: service mode change is not allowed"
    yield from (_describe_difference(each) for each in drift.differences)
    for volume in drift.kept_volumes:
        yield f"volume {volume} has other driver_opts in the files; it keeps its own after a deploy"
    if drift.expected_image:
        yield f"image differs from the files, which have {drift.expected_image}" + _describe_previous(
            drift.image_matched_before
        )
    yield from (_describe_label(each) for each in drift.labels)
    if drift.not_compared:
        yield f"not compared, because the files use a variable: {', '.join(drift.not_compared)}"
    if not drift.has_drifted:
        compared = "policy values" if drift.not_compared else "policy values, image and labels"
        yield f"none: {compared} are the same as in the files"


def _describe_difference(difference: Difference) -> str:
    path, files = difference.path, difference.files
    if path in NOT_SHOWN:
        return f"{path} differs from the files{_format_origin(files)}"
    live_value, file_value = _format_value(path, difference.live), _format_value(path, files)
    return f"{path} is {live_value}, but {file_value} in the files{_format_origin(files)}"


def _format_value(path: str, fact: Fact | None) -> str:
    return "not set" if fact is None or fact.value in (None, "", []) else format_fact(path, fact)


def _format_origin(fact: Fact | None) -> str:
    if fact is None or fact.location is None:
        return ""
    return f", {fact.location.file}:{fact.location.line}:{fact.location.column}"


def _describe_label(label: LabelDifference) -> str:
    state = {"other value": "differs from the files", "missing": "is missing"}.get(label.kind, f"is {label.kind}")
    return f"label {label.key} {state}{_describe_previous(label.matched_before)}"


def _describe_previous(was_before: bool) -> str:
    return " (a rollback would restore the value of the files)" if was_before else ""


def _format_comparison(comparison: Comparison) -> Iterator[str]:
    variant = comparison.variant.variant
    files = " + ".join(printable(layer.name) for layer in variant.files)
    yield f"Compared with {files} ({printable(variant.name)})."
    if comparison.matching_variants:
        names = _join_names(comparison.matching_variants)
        yield f"Other variants with the same policy values: {names}. Select one with --variant."
    if comparison.missing_services:
        yield f"Not inspected, but defined in the files: {_join_names(comparison.missing_services)}."
    if comparison.foreign_services:
        yield f"Not compared, because of another stack: {_join_names(comparison.foreign_services)}."


def _join_names(names: Iterable[str]) -> str:
    return ", ".join(printable(name) for name in names)


def _format_summary(inspection: Inspection) -> str:
    services = inspection.services
    findings = sum(finding.is_active for each in services for finding in each.lint_result.findings)
    failed = sum(each.update_failed for each in services)
    parts = [plural(len(services), "service"), plural(findings, "finding")]
    parts += [f"{plural(failed, 'update')} failed"] if failed else []
    if inspection.comparison is not None:
        drifted = sum(each.drift is not None and each.drift.has_drifted for each in services)
        parts.append(f"{drifted} drifted from the files")
    if inspection.mismatches:
        parts.append(f"{len(inspection.mismatches)} not as expected")
    return f"{', '.join(parts)}. Exit {inspection.exit_code}."
