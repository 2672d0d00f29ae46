"""`rules --format markdown`: one page with all rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.printable import printable, printable_lines
from rollout_lint.report.rules.conditions import describe_severities
from rollout_lint.report.rules.proofs import describe_proofs, proof_heading
from rollout_lint.report.rules.sentences import format_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rollout_lint.report.rules.conditions import SeverityDescription
    from rollout_lint.rules.model import Rule

_ADDRESS = re.compile(r"https?://\S+")

_INTRODUCTION = """\
# Rules

The rules of rollout-lint, for operators who want to know what a finding means. `rollout-lint explain RL001` prints the
section of a rule. Each rule is one file in this folder: conditions, texts, proofs, and examples, which are also its
tests. [EVIDENCE.md](EVIDENCE.md) contains the results of the proofs on a real Docker Engine. [Facts](../docs/facts.md)
lists what a condition can test.

This page is generated: `rollout-lint rules --format markdown > rules/README.md`.
"""


def format_rules_markdown(rules: tuple[Rule, ...]) -> str:
    """Return an index of the rules, and a section per rule."""
    sections = (line for rule in rules for line in _format_section(rule))
    return printable_lines("\n".join((_INTRODUCTION, *_format_index(rules), *sections)))


def _format_index(rules: tuple[Rule, ...]) -> Iterator[str]:
    yield "| id | name | severity | what happens |"
    yield "|---|---|---|---|"
    for rule in rules:
        severities = ", ".join(dict.fromkeys((rule.severity, *(grade.severity for grade in rule.grades))))
        yield f"| [{rule.id}](#{rule.anchor}) | {rule.name} | {severities} | {_format_cell(rule.summary)} |"
    yield ""


def _format_section(rule: Rule) -> Iterator[str]:
    yield f'## <a id="{rule.anchor}"></a>{rule.id} {rule.name}\n'
    yield f"{rule.summary}.\n"
    yield f"**What happens**\n\n{rule.why.rstrip()}\n"
    for heading, text in (("How likely", rule.likelihood), ("What mitigates it", rule.mitigation)):
        if text:
            yield f"**{heading}:** {text.strip()}\n"
    yield f"{_format_fix(rule)}\n"
    yield from _format_list("Reported as", map(_format_severity, describe_severities(rule)))
    for heading, examples in (("Bad example", rule.examples["bad"]), ("Good example", rule.examples["good"])):
        yield f"**{heading}**\n"
        yield from (
            f"```yaml\n# {printable(name)}\n{text.rstrip()}\n```" for name, text in examples[0]["files"].items()
        )
        yield ""
    proofs = [" ".join(proof.sentences) for proof in describe_proofs(rule)]
    yield from _format_list(f"[{proof_heading(rule)}](EVIDENCE.md)", proofs)
    yield from _format_list("Sources", map(_link_addresses, rule.sources))


def _format_list(heading: str, items: Iterable[str]) -> Iterator[str]:
    """Yield items under a heading, on its line if there is only one."""
    match list(items):
        case []:
            return
        case [item]:
            yield f"**{heading}:** {item}\n"
        case several:
            yield f"**{heading}**\n"
            yield from (f"- {item}" for item in several)
            yield ""


def _format_severity(described: SeverityDescription) -> str:
    assumption = f" Assumes: {described.assumes.rstrip()}." if described.assumes else ""
    return f"{described.severity} {described.conditions}.{assumption}"


def _format_fix(rule: Rule) -> str:
    settings = ", ".join(f"`{path}: {value}`" for path, value in rule.fix_settings.items())
    fix = format_sentence(rule.advice) if rule.advice else f"{printable(settings)}."
    computed = f" `rollout-lint fix` sets {' and '.join(rule.computed_fix)}." if rule.computed_fix else ""
    trade_off = f" Trade-off: {format_sentence(rule.trade_off)}" if rule.trade_off else ""
    alternative = f" Or: {format_sentence(rule.alternative)}" if rule.alternative else ""
    return f"**{'Fix and trade-off' if trade_off else 'Fix'}:** {fix}{computed}{trade_off}{alternative}"


def _format_cell(text: str) -> str:
    """Return the Markdown of a rule for a cell of a table."""
    return printable(text).replace("|", "\\|")


def _link_addresses(source: str) -> str:
    return _ADDRESS.sub(r"<\g<0>>", source)
