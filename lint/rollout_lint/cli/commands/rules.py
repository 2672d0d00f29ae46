"""`rules` and `explain`: list, test and explain rules."""

from __future__ import annotations

from pathlib import Path

from rollout_lint.api.loaders import create_loader
from rollout_lint.cli.choices import Format, TableFormat
from rollout_lint.cli.console import exit_with_error, terminal_width, write
from rollout_lint.errors import ExitCode
from rollout_lint.linter.resolve import describe_unknown_rule


def list_rules(format_: TableFormat, rule_folders: tuple[Path, ...]) -> None:
    """Print the list of rules."""
    rules = create_loader(rule_folders).rules(Path())
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


def run_rule_tests(tested_folders: tuple[Path, ...], rule_folders: tuple[Path, ...]) -> ExitCode:
    """Test the rules of the folders against their own examples and return the exit code."""
    from rollout_lint.report.rules.selftest_text import format_selftest_text
    from rollout_lint.selftest import find_unproved_rules, run_selftest

    rules = create_loader([*rule_folders, *tested_folders]).rules(Path())
    resolved = {folder.resolve() for folder in tested_folders}
    tested = tuple(rule for rule in rules if rule.path.parent.resolve() in resolved)
    failures = list(run_selftest(tested, rules))
    write(format_selftest_text(tested, failures, list(find_unproved_rules(tested))))
    return ExitCode.FINDINGS if failures else ExitCode.OK


def explain(name: str | None, explain_all: bool, format_: Format, rule_folders: tuple[Path, ...]) -> None:
    """Print the page of one rule, by id or name, or of all rules."""
    if (name is None) != explain_all:
        exit_with_error("name one rule, or use --all")
    rules = create_loader(rule_folders).rules(Path())
    selected = rules if name is None else tuple(rule for rule in rules if name.lower() in (rule.id.lower(), rule.name))
    if not selected:
        exit_with_error(describe_unknown_rule(name or "", rules))
    if format_ is Format.JSON:
        from rollout_lint.report.rules.json_document import format_rules_json

        write(format_rules_json(selected))
        return
    from rollout_lint.report.common.style import style_for_stdout
    from rollout_lint.report.rules.page import format_rule_page

    style = style_for_stdout()
    write("\n\n".join(format_rule_page(rule, style, terminal_width()) for rule in selected))


def complete_rule(prefix: str) -> list[tuple[str, str]]:
    """Return the ids that start with the prefix, with their names, for shell completion."""
    return [(rule.id, rule.name) for rule in create_loader().rules(Path()) if rule.id.startswith(prefix.upper())]
