"""`rules` and `explain` with `--format text`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rollout_lint.printable import printable, printable_lines
from rollout_lint.report.common.notes import MIN_WIDTH, wrap_text
from rollout_lint.report.rules.conditions import describe_conditions, describe_severities
from rollout_lint.report.rules.proofs import describe_proofs, proof_heading
from rollout_lint.report.rules.sentences import format_sentence, wrap_paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.report.common.style import Style
    from rollout_lint.rules.model import Rule

_INDENT = "  "


def format_rules_text(rules: tuple[Rule, ...], style: Style) -> str:
    """Return one line per rule."""
    width = max(len(rule.name) for rule in rules)
    lines = [
        f"{style(rule.id, 'bold')}  {rule.name:<{width}}  "
        f"{style.severity(rule.severity)}{' ' * (7 - len(rule.severity))} {printable(rule.summary)}"
        for rule in rules
    ]
    return "\n".join(lines) + "\n"


def format_rule_page(rule: Rule, style: Style, width: int) -> str:
    """Return the page of a rule: what happens, likelihood, fix, conditions, proofs, an example and sources."""
    width = max(width, MIN_WIDTH)
    heading = f"{style(rule.id, 'bold')} {style(rule.name, 'bold')}  {style.severity(rule.severity)}"
    sections: tuple[tuple[str, Iterable[str]], ...] = (
        ("What happens", wrap_paragraphs(rule.why, width, _INDENT)),
        ("How likely", wrap_paragraphs(rule.likelihood or "", width, _INDENT)),
        ("What mitigates it", wrap_paragraphs(rule.mitigation or "", width, _INDENT)),
        ("Fix and trade-off" if rule.trade_off else "Fix", _format_fix(rule, width)),
        ("Reported as", _format_severities(rule, style, width)),
        (proof_heading(rule), _format_proofs(rule, width)),
        ("Bad example", _format_example(rule, "bad", 0, style)),
        ("Fixed example", _format_fixed_example(rule, style)),
        ("Sources", _format_sources(rule, width)),
    )
    lines = [heading, *wrap_text(rule.summary, width)]
    for title, content in sections:
        if section := list(content):
            lines += ["", style(title, "bold"), *section]
    return "\n".join(lines) + "\n"


def _wrap(text: str, width: int, indent: str = _INDENT, hang: str = "") -> list[str]:
    return wrap_text(text, width, indent, " " * len(indent) + hang)


def _format_fix(rule: Rule, width: int) -> Iterator[str]:
    if rule.advice:
        yield from _wrap(format_sentence(rule.advice), width)
    yield from (f"{_INDENT}{printable(f'{path}: {value}')}" for path, value in rule.fix_settings.items())
    if rule.computed_fix:
        yield from _wrap(f"`rollout-lint fix` sets {' and '.join(rule.computed_fix)}", width)
    for label, text in (("trade-off", rule.trade_off), ("or", rule.alternative)):
        if text:
            yield from _wrap(f"{label}: {text.strip()}", width, hang=_INDENT)
    if rule.unsafe:
        yield from _wrap(f"needs --unsafe if {describe_conditions(rule.unsafe)}", width, hang=_INDENT)


def _format_severities(rule: Rule, style: Style, width: int) -> Iterator[str]:
    for severity, conditions, assumes in describe_severities(rule):
        first, *others = _wrap(f"{severity} {conditions}", width, hang=_INDENT)
        yield first.replace(severity, style.severity(severity), 1)
        yield from others
        if assumes:
            yield from _wrap(f"assumes: {assumes}", width, indent=_INDENT * 2, hang=_INDENT)


def _format_proofs(rule: Rule, width: int) -> Iterator[str]:
    proofs = describe_proofs(rule)
    for number, proof in enumerate(proofs, 1):
        indent = _INDENT + (f"{number}. " if len(proofs) > 1 else "")
        for text in proof.sentences:
            yield from _wrap(text, width, indent, hang=_INDENT)
            indent = " " * len(indent)


def _format_fixed_example(rule: Rule, style: Style) -> Iterator[str]:
    """Yield the fixed example of a rule without a fix: that of the first proof, else the first good example."""
    if rule.fix is None:
        number = rule.proofs[0].get("fixed_example", 0) if rule.proofs else 0
        yield from _format_example(rule, "good", number, style)


def _format_example(rule: Rule, kind: str, number: int, style: Style) -> Iterator[str]:
    for name, text in rule.examples[kind][number]["files"].items():
        yield f"{_INDENT}{style(printable(name), 'dim')}"
        yield textwrap.indent(printable_lines(text.rstrip()), _INDENT * 2)


def _format_sources(rule: Rule, width: int) -> Iterator[str]:
    for source in rule.sources:
        yield from _wrap(source, width, hang=_INDENT)
