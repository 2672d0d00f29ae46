"""Evaluation of a recipe: every variant is read, merged and checked."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.discovery.filesystem import is_file
from rollout_lint.facts.derived import ServiceFacts, stack_facts
from rollout_lint.facts.stated import stated_facts
from rollout_lint.linter.evaluation import Evaluation, EvaluationStatus, VariantEvaluation
from rollout_lint.linter.reader import excluding_status, parse_source, read_source
from rollout_lint.linter.suppression.apply import SuppressionScope, apply_suppressions
from rollout_lint.location import Location, Problem
from rollout_lint.rules.checker import supersede
from rollout_lint.stack.merge import load_stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollout_lint.discovery.recipe import Recipe, Variant
    from rollout_lint.linter.context import LintContext
    from rollout_lint.rules.finding import Finding
    from rollout_lint.stack.merge import LayerCache
    from rollout_lint.stack.model import Stack
    from rollout_lint.syntax.source import Source

_Checked: TypeAlias = "dict[str, tuple[ServiceFacts, list[Finding]]]"
"""Facts and findings by service, of the variant before. Most overlays change few services. Checking the others again
made a sweep up to a tenth slower (bench/README.md).
"""


def evaluate(recipe: Recipe, context: LintContext, contents: Mapping[str, bytes] | None = None) -> Evaluation:
    """Evaluate every variant of a recipe and apply suppressions. Each file is read and parsed once.

    `contents` replaces the contents of the files of these names.
    """
    evaluation = Evaluation(recipe, EvaluationStatus.EVALUATED, problems=list(recipe.problems))
    evaluation.sources = {name: parse_source(data, name) for name, data in (contents or {}).items()}
    _evaluate_variants(evaluation, context)
    scope = SuppressionScope(
        path=str(Path(recipe.path, recipe.variants[0].files[0].name)) if recipe.variants else recipe.path,
        variants={variant.name: tuple(layer.name for layer in variant.files) for variant in recipe.variants},
        sources=evaluation.sources,
        rules=context.rules,
        is_whole=evaluation.status == EvaluationStatus.EVALUATED,
    )
    evaluation.findings = apply_suppressions(evaluation.findings, scope, context.suppressions)
    return evaluation


def _evaluate_variants(evaluation: Evaluation, context: LintContext) -> None:
    layers: LayerCache = {}
    checked: _Checked = {}
    for variant in evaluation.recipe.variants:
        sources = _sources(variant, evaluation.sources)
        status = excluding_status(sources, variant.is_exact)
        if status is not None:
            evaluation.status = status
            evaluation.variants.append(VariantEvaluation(variant))
            return
        stack, problems = load_stack(sources, variant.environment, variant.is_exact, layers)
        problems += _stack_problems(variant, stack, is_readable=not problems)
        evaluation.problems += problems
        evaluation.variants.append(_variant_evaluation(variant, stack, problems, context, checked))
        evaluation.findings += _findings(evaluation.variants[-1], stack, context, checked)
    evaluation.problems = sorted(set(evaluation.problems))
    if evaluation.problems or not evaluation.recipe.variants:
        evaluation.status = EvaluationStatus.NOT_EVALUATED


def _sources(variant: Variant, sources: dict[str, Source]) -> list[Source]:
    for layer in variant.files:
        if layer.name not in sources:
            sources[layer.name] = read_source(layer)
    return [sources[layer.name] for layer in variant.files]


def _variant_evaluation(
    variant: Variant, stack: Stack, problems: list[Problem], context: LintContext, checked: _Checked
) -> VariantEvaluation:
    services: dict[str, ServiceFacts] = {}
    for name, service in stack.services.items():
        earlier = checked[name][0] if name in checked else None
        if earlier is not None and earlier.hold_for(service, stack):
            services[name] = earlier
        else:
            services[name] = ServiceFacts(service, stack, stated_facts(service), context.cluster, context.images)
    return VariantEvaluation(variant, stack_facts(stack), services, stack.resources, problems)


def _findings(variant: VariantEvaluation, stack: Stack, context: LintContext, checked: _Checked) -> Iterator[Finding]:
    """Yield the findings of the stack, then those of each service."""
    name, location = variant.variant.name, Location(variant.variant.files[0].name, 1, 1, 1, 1)
    yield from supersede(list(context.rule_index.check(name, None, location, variant.stack)))
    for service, facts in variant.services.items():
        if service not in checked or checked[service][0] is not facts:
            found = context.rule_index.check(name, service, stack.services[service].location, facts)
            checked[service] = (facts, supersede(list(found)))
        yield from (replace(finding, variant=name) for finding in checked[service][1])


def _stack_problems(variant: Variant, stack: Stack, is_readable: bool) -> Iterator[Problem]:
    """Yield the problems of the merged stack."""
    if variant.is_exact:
        yield from _missing_env_files(variant, stack)
    if is_readable and not stack.services:
        yield Problem(variant.files[0].name, 1, 1, "the file has no services")


def _missing_env_files(variant: Variant, stack: Stack) -> Iterator[Problem]:
    """Yield the env_files that do not exist, without opening the others.

    Docker opens them, relative to the folder of the first file (`loader.go resolveEnvironment`).
    """
    folder = variant.files[0].path.parent
    for service in stack.services.values():
        for item in service.lists.get("env_file", []):
            if not is_file(folder / os.path.expanduser(item.value)):  # noqa: PTH111
                message = f"env_file of {service.name} does not exist, and Docker needs it"
                yield Problem(item.location.file, item.location.line, item.location.column, message)
