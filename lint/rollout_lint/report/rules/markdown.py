"""The rules as one Markdown page, and the derived facts that their conditions name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.facts.derived import DERIVED, STACK_FACTS
from rollout_lint.facts.suppression import SUPPRESSION_FACTS
from rollout_lint.report.rules.page import fill_service_placeholder
from rollout_lint.report.rules.proofs import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.rules.model import Grade, Rule

_ADDRESS = re.compile(r"https?://\S+")

_INTRODUCTION = """\
# Rules

Each rule is one file beside this page: its conditions, its words, its examples, which are its tests, and its proof.
What a real engine showed stands in [EVIDENCE.md](EVIDENCE.md).

This page is generated: `rollout-lint rules --format markdown > rules/README.md`.
"""


def format_rules_markdown(rules: tuple[Rule, ...]) -> str:
    """The table of the rules, a section for each, and the derived facts."""
    return "\n".join((_INTRODUCTION, *_table(rules), *(line for rule in rules for line in _section(rule)), *_facts()))


def _table(rules: tuple[Rule, ...]) -> Iterator[str]:
    yield "| rule | severity | what happens |"
    yield "|---|---|---|"
    for rule in rules:
        heading = _heading(rule)
        severities = ", ".join(dict.fromkeys((rule.severity, *(grade.severity for grade in rule.grades))))
        yield f"| [{heading}](#{rule.anchor}) | {severities} | {rule.summary} |"
    yield ""


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {_heading(rule)}\n"
    yield f"{rule.summary}.\n"
    yield f"{rule.why.rstrip()}\n"
    yield f"**{rule.severity}** where all of these hold{_given(rule.assumes)}:\n"
    yield from (f"- `{path}`: `{condition.description}`" for path, condition in rule.when.items())
    yield ""
    yield from (f"{_grade(grade)}\n" for grade in rule.grades)
    yield f"{_repair(rule)}\n"
    yield from _proofs(rule)
    for heading, examples in (("Found", rule.examples["bad"]), ("Not found", rule.examples["good"])):
        yield f"{heading}:\n"
        yield from (f"```yaml\n# {name}\n{text.rstrip()}\n```" for name, text in examples[0]["files"].items())
        yield ""
    yield "Sources:\n"
    yield from (f"- {_linked(source)}" for source in rule.sources)
    yield ""


def _proofs(rule: Rule) -> Iterator[str]:
    for proof in shown(rule):
        yield f"[Shown](EVIDENCE.md) by {proof.where}{f', {proof.deployed}' if proof.deployed else ''}:\n"
        yield f"- found: `{proof.bad}`"
        yield f"- repaired: `{proof.repaired}`\n"


def _heading(rule: Rule) -> str:
    return f"{rule.id} {rule.name}"


def _linked(source: str) -> str:
    return _ADDRESS.sub(r"<\g<0>>", source)


def _grade(grade: Grade) -> str:
    conditions = " and ".join(f"`{path}`: `{condition.description}`" for path, condition in grade.when.items())
    return f"**{grade.severity}** instead with {conditions}{_given(grade.assumes)}."


def _given(assumes: str | None) -> str:
    return f", given that {fill_service_placeholder(assumes)}" if assumes else ""


def _repair(rule: Rule) -> str:
    if rule.advice:
        return f"Instead: {rule.advice}"
    price = f" Its price: {rule.trade}." if rule.trade else ""
    return f"Instead: {', '.join(f'`{path}: {value}`' for path, value in rule.fix_settings.items())}.{price}"


def _facts() -> Iterable[str]:
    yield "## Derived facts\n"
    yield "What no key of a stack file states, and a condition may ask for:\n"
    for path, derived in sorted((DERIVED | STACK_FACTS | SUPPRESSION_FACTS).items()):
        yield f"- `{path}`: {' '.join(derived.about.split())}"
    yield ""
