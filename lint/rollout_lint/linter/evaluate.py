"""Evaluation of a recipe: every variant is read, merged and checked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

from rollout_lint.discovery.filesystem import is_file
from rollout_lint.facts.derived import ServiceFacts, resource_facts, stack_facts
from rollout_lint.facts.stated import stated_facts
from rollout_lint.linter.evaluation import Evaluation, EvaluationStatus, VariantEvaluation
from rollout_lint.linter.reader import find_template, is_other_document, parse_source, read_source
from rollout_lint.linter.suppression.apply import SuppressionScope, apply_suppressions
from rollout_lint.location import Location, Problem, sort_problems
from rollout_lint.rules.checker import supersede
from rollout_lint.stack.merge import load_stack
from rollout_lint.stack.model import EarlierStack
from rollout_lint.syntax.wording import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rollout_lint.discovery.recipe import Recipe, Variant
    from rollout_lint.linter.context import LintContext
    from rollout_lint.rules.finding import Finding
    from rollout_lint.stack.model import Stack
    from rollout_lint.syntax.source import Source

FindEarlier: TypeAlias = "Callable[[Variant, Stack, list[Source], Mapping[str, str]], EarlierStack | None]"
"""Function from a variant, its stack, its sources and variables to the stack of an earlier revision."""

_Checked: TypeAlias = "dict[str, tuple[ServiceFacts, list[Finding]]]"
"""Facts and findings by service, of the variant before. Most overlays change few services. Checking the others again
made a sweep up to a tenth slower (bench/README.md).
"""


def evaluate(
    recipe: Recipe,
    context: LintContext,
    contents: Mapping[str, bytes] | None = None,
    earlier: FindEarlier | None = None,
    before: Evaluation | None = None,
) -> Evaluation:
    """Evaluate every variant of a recipe and apply suppressions. Each file is read and parsed once.

    `contents` replaces the contents of the files of these names. `earlier` finds the stack of an earlier
    revision to compare with. `before` is an evaluation in the same context whose unchanged files are not decoded again.
    """
    evaluation = Evaluation(recipe, EvaluationStatus.EVALUATED)
    evaluation.sources = {name: parse_source(data, name) for name, data in (contents or {}).items()}
    if before is not None:
        unchanged = {name for name, source in evaluation.sources.items() if source is before.sources.get(name)}
        evaluation.layers = {key: layer for key, layer in before.layers.items() if key[0] in unchanged}
    _evaluate_variants(evaluation, context, earlier)
    _reject_other_documents(evaluation.variants)
    problems = (problem for each in evaluation.variants for problem in each.problems)
    evaluation.problems = sort_problems([*recipe.problems, *problems])
    evaluation.status = _combined_status(evaluation)
    scope = SuppressionScope(
        # A string, because most recipes have no suppression that needs the path.
        path=os.path.join(recipe.path, recipe.variants[0].files[0].name) if recipe.variants else recipe.path,  # noqa: PTH118
        variants={variant.name: tuple(layer.name for layer in variant.files) for variant in recipe.variants},
        sources=evaluation.sources,
        rules=context.rules,
        is_whole=evaluation.status == EvaluationStatus.EVALUATED,
    )
    evaluation.findings = apply_suppressions(evaluation.findings, scope, context.suppressions)
    return evaluation


def _evaluate_variants(evaluation: Evaluation, context: LintContext, find_earlier: FindEarlier | None) -> None:
    checked: _Checked = {}
    first: EarlierStack | None = None
    for variant in evaluation.recipe.variants:
        sources = _sources(variant, evaluation.sources)
        if excluded := _excluded_variant(variant, sources):
            evaluation.variants.append(excluded)
            continue
        environment = variant.environment if variant.is_exact else {**variant.environment, **context.variables}
        stack, problems = load_stack(sources, environment, variant.is_exact, evaluation.layers, context.cluster.client)
        problems += _stack_problems(variant, stack, is_readable=not problems)
        earlier = find_earlier(variant, stack, sources, environment) if find_earlier and not problems else None
        # Only a CI overlay is never deployed over the first variant.
        others = (earlier, None if variant.is_ci else first)
        stack.earlier = tuple(each for each in others if each is not None)
        if variant is evaluation.recipe.variants[0] and not problems:
            first = EarlierStack(stack, f'in variant "{variant.name}"', is_revision=False)
        evaluation.variants.append(_variant_evaluation(variant, stack, problems, context, checked))
        evaluation.findings += _findings(evaluation.variants[-1], stack, context, checked)


def _excluded_variant(variant: Variant, sources: list[Source]) -> VariantEvaluation | None:
    """Return the result of a variant with templates or without a stack; None if it can be evaluated.

    The files of an exact variant were named by the user, so they are taken as stack files.
    """
    templates = [problem for source in sources if (problem := find_template(source))]
    if templates:
        return VariantEvaluation(variant, EvaluationStatus.TEMPLATE, problems=templates)
    if not variant.is_exact and is_other_document(sources[0]):
        return VariantEvaluation(variant, EvaluationStatus.NOT_A_STACK)
    return None


def _reject_other_documents(variants: list[VariantEvaluation]) -> None:
    """Add a problem to each variant that is not a stack, if another one is: then the recipe is one."""
    others = [each for each in variants if each.status is EvaluationStatus.NOT_A_STACK]
    if len(others) < len(variants):
        for each in others:
            each.status = EvaluationStatus.NOT_EVALUATED
            each.problems.append(_no_services(each.variant))


def _combined_status(evaluation: Evaluation) -> EvaluationStatus:
    """Return the status of a recipe. Every variant must be evaluated for it to be evaluated."""
    statuses = {each.status for each in evaluation.variants}
    if statuses == {EvaluationStatus.NOT_A_STACK}:
        return EvaluationStatus.NOT_A_STACK
    if evaluation.recipe.problems or not statuses or EvaluationStatus.NOT_EVALUATED in statuses:
        return EvaluationStatus.NOT_EVALUATED
    return EvaluationStatus.TEMPLATE if EvaluationStatus.TEMPLATE in statuses else EvaluationStatus.EVALUATED


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
    status = EvaluationStatus.NOT_EVALUATED if problems else EvaluationStatus.EVALUATED
    evaluation = VariantEvaluation(variant, status, problems)
    evaluation.stack = stack_facts(stack)
    evaluation.services = services
    evaluation.resource_facts = {entry.title: facts for entry, facts in resource_facts(stack)}
    evaluation.resources = stack.resources
    return evaluation


def _findings(variant: VariantEvaluation, stack: Stack, context: LintContext, checked: _Checked) -> Iterator[Finding]:
    """Yield the findings of the stack, then those of each resource and service."""
    name, location = variant.variant.name, Location(variant.variant.files[0].name, 1, 1, 1, 1)
    index = context.rule_index
    yield from supersede(list(index.check(name, None, location, variant.stack)))
    for resource, facts_of_resource in variant.resource_facts.items():
        yield from supersede(list(index.check(name, None, location, facts_of_resource, resource)))
    for service, facts in variant.services.items():
        if service not in checked or checked[service][0] is not facts:
            found = index.check(name, service, stack.services[service].location, facts)
            checked[service] = (facts, supersede(list(found)))
        for finding in checked[service][1]:
            yield finding if finding.variant == name else finding._replace(variant=name)


def _stack_problems(variant: Variant, stack: Stack, is_readable: bool) -> Iterator[Problem]:
    """Yield the problems of the merged stack."""
    if variant.is_exact:
        yield from _missing_env_files(variant, stack)
    if is_readable and not stack.services:
        yield _no_services(variant)


def _no_services(variant: Variant) -> Problem:
    return Problem(variant.files[0].name, 1, 1, "the file has no services")


def _missing_env_files(variant: Variant, stack: Stack) -> Iterator[Problem]:
    """Yield the env_files that do not exist, without opening the others.

    Docker opens them, relative to the folder of the first file (`loader.go resolveEnvironment`).
    """
    folder = variant.files[0].path.parent
    for service in stack.services.values():
        for item in service.lists.get("env_file", []):
            if not is_file(folder / os.path.expanduser(item.value)):  # noqa: PTH111
                message = f"env_file {quote(item.value)} of service {quote(service.name)} does not exist"
                yield Problem(item.location.file, item.location.line, item.location.column, message)
