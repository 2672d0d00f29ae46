"""`show` for people: the policy of every service, and which file and line decided each value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.facts import ROLLOUT_BLOCKS, ROLLOUT_KEYS
from rollout_lint.report.check_text import shown_path, told_problem
from rollout_lint.report.style import Style, printable
from rollout_lint.stack.units import show_seconds, show_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.evaluate import Evaluation, VariantEvaluation
    from rollout_lint.facts import Fact

_BESIDE = (
    "deploy.mode",
    "deploy.replicas",
    "deploy.placement.max_replicas_per_node",
    "deploy.resources.limits.memory",
    "deploy.resources.reservations.memory",
    "deploy.restart_policy.condition",
)
_SECONDS = ("delay", "monitor")


def show_text(evaluation: Evaluation, style: Style) -> str:
    """Every variant and service."""
    lines = [line for problem in evaluation.problems for line in told_problem(evaluation, problem, style)]
    for each in evaluation.variants:
        files = " + ".join(shown_path(evaluation, layer.name) for layer in each.variant.files)
        lines += ["", f"{style(printable(each.variant.name), 'bold')}  {files}"]
        for name, facts in each.services.items():
            lines += ["", f"  {style(printable(name), 'bold')}", *_service(facts, style)]
        if not each.services:
            lines += _nothing(each)
    return "\n".join(lines).lstrip("\n") + "\n"


def _nothing(variant: VariantEvaluation) -> list[str]:
    return ["", "  no service could be read" if variant.problems else "  not a stack"]


def _service(facts: dict[str, Fact], style: Style) -> Iterator[str]:
    for block in ROLLOUT_BLOCKS:
        yield f"    {block.removeprefix('deploy.')}"
        for key in ROLLOUT_KEYS:
            yield _row(key, f"{block}.{key}", facts, style)
    yield "    and"
    for path in _BESIDE:
        if path in facts:
            yield _row(path.removeprefix("deploy."), path, facts, style)


def _row(label: str, path: str, facts: dict[str, Fact], style: Style) -> str:
    fact = facts[path]
    row = f"      {label:<32}{_value(path, fact):<14}"
    if fact.place is None:
        return style(f"{row}Swarm's default", "dim")
    place = f"{printable(fact.place.file)}:{fact.place.line}:{fact.place.column}"
    if fact.default:
        place = f"Swarm's default, for {place} says nothing with {printable(fact.written) or 'an empty text'}"
    over = "".join(
        f"    over {printable(each.written)}, {printable(each.place.file)}:{each.place.line}:{each.place.column}"
        for each in fact.overrides
    )
    unset = f"    {', '.join(fact.unset)} has no value here" if fact.unset else ""
    return f"{row}{place}{style(over, 'dim')}{unset}"


def _value(path: str, fact: Fact) -> str:
    if path.endswith(".memory"):
        return show_size(fact.value)
    if path.rpartition(".")[2] in _SECONDS:
        return show_seconds(fact.value)
    return printable(f"{fact.value:g}" if isinstance(fact.value, float) else str(fact.value))
