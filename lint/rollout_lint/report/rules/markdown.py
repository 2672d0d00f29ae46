"""`rules --format markdown`: one page with all rules and derived facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.facts.derived import DERIVED, STACK_FACTS
from rollout_lint.facts.suppression import SUPPRESSION_FACTS
from rollout_lint.report.rules.page import fill_service_placeholder
from rollout_lint.report.rules.proofs import describe_proofs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.rules.model import Grade, Rule

_ADDRESS = re.compile(r"https?://\S+")

_INTRODUCTION = """\
# Rules

Each rule is one file in this folder: conditions, text, proof, and examples, which are also its tests.
[EVIDENCE.md](EVIDENCE.md) contains the results of the proofs on a real Docker Engine.

This page is generated: `rollout-lint rules --format markdown > rules/README.md`.
"""


def format_rules_markdown(rules: tuple[Rule, ...]) -> str:
    """Return a table of the rules, a section per rule, and the derived facts."""
    return "\n".join(
        (
            _INTRODUCTION,
            *_format_table(rules),
            *(line for rule in rules for line in _format_section(rule)),
            *_format_facts(),
        )
    )


def _format_table(rules: tuple[Rule, ...]) -> Iterator[str]:
    yield "| rule | severity | summary |"
    yield "|---|---|---|"
    for rule in rules:
        heading = _format_heading(rule)
        severities = ", ".join(dict.fromkeys((rule.severity, *(grade.severity for grade in rule.grades))))
        yield f"| [{heading}](#{rule.anchor}) | {severities} | {rule.summary} |"
    yield ""


def _format_section(rule: Rule) -> Iterator[str]:
    yield f"## {_format_heading(rule)}\n"
    yield f"{rule.summary}.\n"
    yield f"**What happens**\n\n{rule.why.rstrip()}\n"
    for heading, text in (("How likely", rule.likelihood), ("What mitigates it", rule.mitigation)):
        if text:
            yield f"**{heading}**\n\n{text.rstrip()}\n"
    yield f"{_format_fix(rule)}\n"
    yield f"**{rule.severity}** if all of these conditions match{_format_assumption(rule.assumes)}:\n"
    yield from (f"- `{path}`: `{condition.description}`" for path, condition in rule.when.items())
    yield ""
    yield from (f"{_format_grade(grade)}\n" for grade in rule.grades)
    yield from _format_proofs(rule)
    for heading, examples in (("Bad example", rule.examples["bad"]), ("Good example", rule.examples["good"])):
        yield f"{heading}:\n"
        yield from (f"```yaml\n# {name}\n{text.rstrip()}\n```" for name, text in examples[0]["files"].items())
        yield ""
    yield "Sources:\n"
    yield from (f"- {_link_addresses(source)}" for source in rule.sources)
    yield ""


def _format_proofs(rule: Rule) -> Iterator[str]:
    for proof in describe_proofs(rule):
        yield f"[Proof](EVIDENCE.md) with {proof.tool}{f', {proof.deployed}' if proof.deployed else ''}:\n"
        yield f"- bad example: `{proof.bad}`"
        yield f"- fixed example: `{proof.fixed}`\n"


def _format_heading(rule: Rule) -> str:
    return f"{rule.id} {rule.name}"


def _link_addresses(source: str) -> str:
    return _ADDRESS.sub(r"<\g<0>>", source)


def _format_grade(grade: Grade) -> str:
    conditions = " and ".join(f"`{path}`: `{condition.description}`" for path, condition in grade.when.items())
    return f"**{grade.severity}** if {conditions}{_format_assumption(grade.assumes)}."


def _format_assumption(assumes: str | None) -> str:
    return f", assuming that {fill_service_placeholder(assumes)}" if assumes else ""


def _format_fix(rule: Rule) -> str:
    if rule.advice:
        return f"**Fix**\n\n{rule.advice}"
    heading = "Fix and trade-off" if rule.trade_off else "Fix"
    trade_off = f" Trade-off: {rule.trade_off}." if rule.trade_off else ""
    alternative = f" Or: {rule.alternative}." if rule.alternative else ""
    settings = ", ".join(f"`{path}: {value}`" for path, value in rule.fix_settings.items())
    return f"**{heading}**\n\n{settings}.{trade_off}{alternative}"


def _format_facts() -> Iterable[str]:
    yield "## Derived facts\n"
    yield "Facts that rollout-lint computes from several keys of a stack file, for use in conditions:\n"
    for path, derived in sorted((DERIVED | STACK_FACTS | SUPPRESSION_FACTS).items()):
        yield f"- `{path}`: {' '.join(derived.about.split())}"
    yield ""
