"""`inspect` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.format import format_fact
from rollout_lint.live.describe import told_update
from rollout_lint.live.drift import NOT_SHOWN
from rollout_lint.live.rollback_diff import against_previous
from rollout_lint.report.common.style import Style, plural, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.facts.model import Fact
    from rollout_lint.live.drift import Difference, Drift, LabelDifference
    from rollout_lint.live.inspection import Against, Inspected, Inspection
    from rollout_lint.live.model import LiveService
    from rollout_lint.rules.finding import Finding

_NOTED = 10


def format_inspect_text(inspection: Inspection, style: Style) -> str:
    """What each service's update came to, what the rules say, what differs from the files, and what was not asked."""
    lines = []
    for each in inspection.services:
        lines += [*_service(each, inspection, style), ""]
    if inspection.against is not None:
        lines += [*_compared(inspection.against), ""]
    if inspection.mismatches:
        lines += [*map(printable, inspection.mismatches), ""]
    skipped = (skipped for each in inspection.services for skipped in each.judged.not_asked)
    of_files = dict.fromkeys(each.rule.id for each in skipped if each.is_of_files)
    if of_files:
        lines.append(f"Not asked, for only files show it: {', '.join(of_files)}.")
    lines.append(_sum(inspection))
    return "".join(f"{line}\n" for line in lines)


def _service(each: Inspected, inspection: Inspection, style: Style) -> Iterator[str]:
    service = each.service
    told = told_update(service, inspection.now)
    yield style(printable(service.name), "bold")
    yield _noted("update", style(printable(told), "red") if each.update_failed else printable(told))
    if service.state:
        yield _noted("rollback", printable(_previous(service)))
    for finding in each.judged.findings:
        if finding.is_active:
            yield from _finding(finding, style)
    if each.drift is not None:
        yield from (_noted("drift", printable(line)) for line in _drift(each.drift))
    by_reason: dict[str, list[str]] = {}
    for skipped in each.judged.not_asked:
        if not skipped.is_of_files:
            by_reason.setdefault(skipped.because, []).append(skipped.rule.id)
    for because, rules in by_reason.items():
        yield _noted("not asked", f"{', '.join(rules)}: {because}")


def _noted(label: str, text: str) -> str:
    return f"  {label:<{_NOTED}}{text}"


def _previous(service: LiveService) -> str:
    """What would change if the update were rolled back now; labels by key alone."""
    changes = against_previous(service)
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
    if not drift.is_known:
        yield f"the files have no service {drift.service}"
        return
    yield from (_difference(each) for each in drift.differences)
    if drift.image:
        yield f"the image is not that of the files, {drift.image}" + _before(drift.image_was_before)
    yield from (_label(each) for each in drift.labels)
    if drift.open:
        yield f"not compared, for the files leave it to a variable: {', '.join(drift.open)}"
    if not drift.is_there:
        yield (
            "none: every policy value"
            + ("" if drift.open else ", the image and the labels are")
            + (" is what the files say" if drift.open else " what the files say")
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
    told = {"other value": "has another value than in the files", "missing": "is missing"}.get(label.what, label.what)
    return f"the label {label.key} {'is ' if label.what == 'not in the files' else ''}{told}{_before(label.was_before)}"


def _before(was_before: bool) -> str:
    return "; the spec that a rollback would put back is as the files say" if was_before else ""


def _compared(against: Against) -> Iterator[str]:
    variant = against.variant.variant
    files = " + ".join(printable(layer.name) for layer in variant.files)
    yield f"Compared with {files} ({printable(variant.name)})."
    if against.others:
        yield f"No policy value differs from {_names(against.others)}; name it with --variant."
    if against.absent:
        yield f"Not given, though the files have it: {_names(against.absent)}."
    if against.strange:
        yield f"Of another stack, and not compared: {_names(against.strange)}."


def _names(names: Iterable[str]) -> str:
    return ", ".join(printable(name) for name in names)


def _sum(inspection: Inspection) -> str:
    services = inspection.services
    findings = sum(finding.is_active for each in services for finding in each.judged.findings)
    failed = sum(each.update_failed for each in services)
    told = [plural(len(services), "service"), plural(findings, "finding")]
    told += [f"{plural(failed, 'update')} failed"] if failed else []
    if inspection.against is not None:
        drifted = sum(each.drift is not None and each.drift.is_there for each in services)
        told.append(f"{drifted} drifted from the files")
    if inspection.mismatches:
        told.append(f"{len(inspection.mismatches)} not as expected")
    return f"{', '.join(told)}. Exit {inspection.exit_code}."
