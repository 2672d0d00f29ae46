"""`rules` and `explain` with `--format text`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rollout_lint.report.common.style import Style, printable
from rollout_lint.report.rules.proofs import describe_proofs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.rules.model import Rule


def format_rules_text(rules: tuple[Rule, ...], style: Style) -> str:
    """Return one line per rule."""
    width = max(len(rule.name) for rule in rules)
    lines = [
        f"{style(rule.id, 'bold')}  {rule.name:<{width}}  "
        f"{style.severity(rule.severity)}{' ' * (7 - len(rule.severity))} {rule.summary}"
        for rule in rules
    ]
    return "\n".join(lines) + "\n"


def format_rule_page(rule: Rule, style: Style, width: int) -> str:
    """Return the page of a rule: description, conditions, fix, proofs, examples and sources."""
    return "\n".join(_format_page(rule, style, max(width, 60))) + "\n"


def fill_service_placeholder(text: str | None) -> str:
    """Return a text of a rule without the name of a service."""
    return (text or "").replace("{service}", "the service")


def _format_page(rule: Rule, style: Style, width: int) -> Iterator[str]:
    yield f"{style(rule.id, 'bold')} {style(rule.name, 'bold')}  {style.severity(rule.severity)}"
    yield from textwrap.wrap(rule.summary, width)
    yield ""
    yield style("What happens", "bold")
    yield rule.why.rstrip()
    yield ""
    for heading, text in (("How likely", rule.likelihood), ("What mitigates it", rule.mitigation)):
        if text:
            yield style(heading, "bold")
            yield from textwrap.wrap(text, width)
            yield ""
    yield from _format_fix(rule, style, width)
    yield ""
    yield style("Conditions", "bold")
    for path, condition in rule.when.items():
        yield f"  {path}: {condition.description}"
    yield from textwrap.wrap(
        fill_service_placeholder(rule.assumes), width, initial_indent="  assumes: ", subsequent_indent="    "
    )
    for grade in rule.grades:
        conditions = ", ".join(f"{path}: {condition.description}" for path, condition in grade.when.items())
        yield f"  {style.severity(grade.severity)} if {conditions}"
        yield from textwrap.wrap(
            fill_service_placeholder(grade.assumes), width, initial_indent="    assumes: ", subsequent_indent="      "
        )
    yield ""
    yield from _format_proofs(rule, style, width)
    for heading, examples in (("Bad example", rule.examples["bad"]), ("Good example", rule.examples["good"])):
        yield style(heading, "bold")
        for name, text in examples[0]["files"].items():
            yield f"  {style(printable(name), 'dim')}"
            yield textwrap.indent(text.rstrip(), "    ")
        yield ""
    yield style("Sources", "bold")
    for source in rule.sources:
        yield from textwrap.wrap(source, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False)


def _format_fix(rule: Rule, style: Style, width: int) -> Iterator[str]:
    yield style("Fix and trade-off" if rule.trade_off else "Fix", "bold")
    if rule.advice:
        yield from textwrap.wrap(rule.advice, width, initial_indent="  ", subsequent_indent="  ")
    for path, value in rule.fix_settings.items():
        yield f"  {path}: {value}"
    if rule.trade_off:
        yield from textwrap.wrap(rule.trade_off, width, initial_indent="  trade-off: ", subsequent_indent="    ")
    if rule.alternative:
        yield from textwrap.wrap(rule.alternative, width, initial_indent="  or: ", subsequent_indent="    ")
    if rule.unsafe:
        conditions = ", ".join(f"{path}: {condition.description}" for path, condition in rule.unsafe.items())
        yield from textwrap.wrap(
            f"needs --unsafe if {conditions}", width, initial_indent="  ", subsequent_indent="    "
        )


def _format_proofs(rule: Rule, style: Style, width: int) -> Iterator[str]:
    for proof in describe_proofs(rule):
        yield style(f"Proof with {proof.tool}", "bold")
        for label, words in (("", proof.deployed), ("bad example: ", proof.bad), ("fixed example: ", proof.fixed)):
            yield from textwrap.wrap(f"{label}{words}", width, initial_indent="  ", subsequent_indent="    ")
        yield ""
