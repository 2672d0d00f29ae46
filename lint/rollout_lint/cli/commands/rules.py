"""`rules` and `explain`: what judges, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.cli.choices import Format, TableFormat
from rollout_lint.cli.commands.targets import rules_here
from rollout_lint.cli.console import usage_error, width, write
from rollout_lint.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.rules.model import Rule


def list_rules(format_: TableFormat, further: tuple[Path, ...]) -> None:
    """Print the list."""
    rules = rules_here(further)
    if format_ is TableFormat.JSON:
        from rollout_lint.report.rules.json_document import format_rules_json

        write(format_rules_json(rules))
    elif format_ is TableFormat.MARKDOWN:
        from rollout_lint.report.rules.markdown import format_rules_markdown

        write(format_rules_markdown(rules))
    else:
        from rollout_lint.report.common.style import style_for_stdout
        from rollout_lint.report.rules.page import format_rules_text

        write(format_rules_text(rules, style_for_stdout()))


def try_own(folders: tuple[Path, ...], further: tuple[Path, ...]) -> ExitCode:
    """Hold the rules of some folders to their own examples; the exit code."""
    from rollout_lint.report.rules.selftest_text import format_selftest_text
    from rollout_lint.selftest import try_rules

    rules = rules_here([*further, *folders])
    named = {folder.resolve() for folder in folders}
    tried = tuple(rule for rule in rules if rule.path.parent.resolve() in named)
    failures = list(try_rules(tried, rules))
    write(format_selftest_text(tried, failures))
    return ExitCode.FINDINGS if failures else ExitCode.OK


def explain(rule: str | None, every: bool, format_: Format, further: tuple[Path, ...]) -> None:
    """Print the page of one rule, or of all."""
    if (rule is None) != every:
        usage_error("name one rule, or give --all")
    found = tuple(each for each in rules_here(further) if every or _is_called(each, str(rule)))
    if not found:
        usage_error(f"there is no rule {rule}; rollout-lint rules lists them")
    if format_ is Format.JSON:
        from rollout_lint.report.rules.json_document import format_rules_json

        write(format_rules_json(found))
        return
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.rules.page import format_rule_page

    style = style_for_stdout()
    write("\n\n".join(format_rule_page(each, style, width()) for each in found))


def ids_and_names(beginning: str) -> list[tuple[str, str]]:
    """The rules whose id begins so, for a shell that completes it."""
    return [(rule.id, rule.name) for rule in rules_here(()) if rule.id.startswith(beginning.upper())]


def _is_called(rule: Rule, name: str) -> bool:
    return name.lower() in (rule.id.lower(), rule.name)
