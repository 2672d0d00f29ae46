"""`show --format text`: effective update policy of every service, with the location of each value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts.defaults import DEFAULTS
from rollout_lint.linter.evaluation import EvaluationStatus
from rollout_lint.printable import printable
from rollout_lint.report.common.groups import list_problems
from rollout_lint.report.common.paths import format_deployed_by, format_problem, printable_path
from rollout_lint.report.show.rows import (
    POLICY_GROUPS,
    Detail,
    build_rows,
    format_value,
    group_all_facts,
    list_changed_paths,
    list_set_paths,
    select_policy,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rollout_lint.facts.model import Fact
    from rollout_lint.linter.evaluation import Evaluation, VariantEvaluation
    from rollout_lint.report.common.style import Style
    from rollout_lint.report.show.rows import Row

_MAX_VALUE_WIDTH = 24
_MAX_ORIGIN_WIDTH = 24


def format_show_text(evaluations: Sequence[Evaluation], style: Style, detail: Detail) -> str:
    """Return the policies of recipes. With all facts, the last column explains derived facts."""
    report = _Report(style, detail)
    lines: list[str] = []
    for evaluation in evaluations:
        if len(evaluations) > 1:
            lines += ["", style(f"# {printable(evaluation.recipe.name)}", "bold")]
        lines += report.format_recipe(evaluation)
    return "\n".join(lines).lstrip("\n") + "\n"


class _Report:
    """Formatter of recipes with the same options."""

    def __init__(self, style: Style, detail: Detail) -> None:
        self._style = style
        self._detail = detail

    def format_recipe(self, evaluation: Evaluation) -> Iterator[str]:
        """Yield the errors of a recipe, then its variants. Those like the first share the last line."""
        for problem in list_problems(evaluation):
            yield format_problem(problem, self._style)
        first = self._find_base(evaluation)
        same = []
        for each in evaluation.variants:
            base = None if each is first else first
            body = list(self._format_variant(evaluation, each, base))
            if base is not None and not body:
                same.append(printable(each.variant.name))
            else:
                yield from ("", self._format_heading(evaluation, each, base), *body)
        if same and first is not None:
            yield from ("", f"{self._style(', '.join(same), 'bold')}: same policy as {printable(first.variant.name)}")

    def _find_base(self, evaluation: Evaluation) -> VariantEvaluation | None:
        """Return the first variant if the others are printed as differences from it."""
        first = next(iter(evaluation.variants), None)
        is_base = first is not None and first.is_evaluated and self._detail is Detail.DIFFERENCES
        return first if is_base else None

    def _format_heading(self, evaluation: Evaluation, each: VariantEvaluation, base: VariantEvaluation | None) -> str:
        """Return the name and files of a variant, the files of the base as its name."""
        names = [layer.name for layer in each.variant.files]
        files = []
        if base is not None:
            common = [layer.name for layer in base.variant.files]
            if names[: len(common)] == common:
                files, names = [printable(base.variant.name)], names[len(common) :]
        files += [printable_path(evaluation, name) for name in names]
        name = self._style(printable(each.variant.name), "bold")
        return f"{name}  {' + '.join(files)}{format_deployed_by(each.variant)}"

    def _format_variant(
        self, evaluation: Evaluation, each: VariantEvaluation, base: VariantEvaluation | None
    ) -> Iterator[str]:
        """Yield the services of a variant; with a base, only what differs from it."""
        if not each.services:
            is_other = evaluation.status == EvaluationStatus.NOT_A_STACK
            yield "  not a stack" if is_other else "  no service could be read"
        elif not each.is_evaluated:
            yield "  not evaluated because of the errors above"
        unset = []
        for name, facts in each.services.items():
            before = base.services.get(name) if base is not None else None
            rows = self._build_rows(facts, before)
            if rows:
                yield from (*self._format_name(name), *self._format_rows(rows))
            elif before is None:
                unset.append(printable(name))
        if unset:
            yield f"  {self._style(', '.join(unset), 'bold')}: {_describe_defaults()}"
        missing = [printable(name) for name in base.services if name not in each.services] if base is not None else []
        if missing:
            yield f"  {self._style(', '.join(missing), 'bold')}: not in this variant"

    def _build_rows(self, facts: Mapping[str, Fact], before: Mapping[str, Fact] | None) -> dict[str, list[Row]]:
        if self._detail is Detail.ALL_FACTS:
            return build_rows(facts, group_all_facts(facts))
        if self._detail is Detail.POLICY:
            return build_rows(facts, POLICY_GROUPS)
        paths = list_set_paths(facts) if before is None else list_changed_paths(facts, before)
        return build_rows(facts, select_policy(paths))

    def _format_name(self, name: str) -> Iterator[str]:
        if self._detail is not Detail.DIFFERENCES:
            yield ""
        yield f"  {self._style(printable(name), 'bold')}"

    def _format_rows(self, groups: Mapping[str, Sequence[Row]]) -> Iterator[str]:
        """Yield the rows of a service below their headings, in aligned columns."""
        rows = [row for group in groups.values() for row in group]
        widths = (
            _column_width((row.label for row in rows), max(len(row.label) for row in rows)),
            _column_width((row.value for row in rows), _MAX_VALUE_WIDTH),
            _column_width((row.origin for row in rows), _MAX_ORIGIN_WIDTH),
        )
        for heading, group in groups.items():
            yield f"    {heading}"
            yield from (self._format_row(row, widths) for row in group)

    def _format_row(self, row: Row, widths: tuple[int, int, int]) -> str:
        cells = (row.label, row.value, row.origin)
        text = "      " + "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        if row.meaning:
            return f"{text}  {row.meaning}"
        return self._style(text.rstrip(), "dim") if row.is_default else text.rstrip() + self._style(row.note, "dim")


def _column_width(cells: Iterable[str], limit: int) -> int:
    """Return the width of the widest cell that is not wider than the limit."""
    return max((len(cell) for cell in cells if len(cell) <= limit), default=0)


def _describe_defaults() -> str:
    order, action, monitor = (f"deploy.update_config.{key}" for key in ("order", "failure_action", "monitor"))
    text = ", ".join(format_value(path, DEFAULTS[path].value) for path in (order, action))
    return f"Swarm's defaults ({text}, monitor {format_value(monitor, DEFAULTS[monitor].value)})"
