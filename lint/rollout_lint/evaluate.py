"""A recipe to its evaluation: every variant read, merged and judged."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.collect import STDIN
from rollout_lint.derived import are_alike, derive_facts, facts_of_the_stack
from rollout_lint.engine import Asked, Finding, find, supersede
from rollout_lint.env_sample import ENV_SAMPLE
from rollout_lint.facts import Cluster, Fact, facts_of
from rollout_lint.files import exists, is_file, read
from rollout_lint.images import Images, load_images
from rollout_lint.node import Mapping
from rollout_lint.place import Place, Problem
from rollout_lint.source import MAX_BYTES, Source, parse
from rollout_lint.stack.merge import Layers, load_stack
from rollout_lint.suppress import Judged, Silencing, silence

if TYPE_CHECKING:
    import collections.abc
    from collections.abc import Iterator

    from rollout_lint.recipe import LayerFile, Recipe, Variant
    from rollout_lint.rule import Rule
    from rollout_lint.stack.setting import Resource, Service, Stack

_SMALL = 64 * 1024
_KEPT = 64
"""So many files of up to that size are a few MiB at the most, however large the fleet is."""

EVALUATED = "evaluated"
NOT_EVALUATED = "not-evaluated"
TEMPLATE = "template"
NOT_A_STACK = "not-a-stack"

_STACK_NAMES = ("compose", "docker-compose", "docker-stack", "docker-swarm")
"""What is always meant to be a stack. A `stack.yml` is of OpenFaaS or CloudFormation as often."""


@dataclass(slots=True)
class VariantEvaluation:
    """A variant: each service's facts by path, those of the stack itself, its resources by section and key, and what
    Docker would refuse.
    """

    variant: Variant
    stack: dict[str, Fact] = field(default_factory=dict)
    services: dict[str, dict[str, Fact]] = field(default_factory=dict)
    resources: dict[str, dict[str, Resource]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def facts(self, service: str | None) -> dict[str, Fact] | None:
        """The facts of a service, None where the variant has none of that name; those of the stack for None."""
        return self.stack if service is None else self.services.get(service)


@dataclass(slots=True)
class Evaluation:
    """What is to be said of a recipe; `sources` are the files as read, by the name that reports show."""

    recipe: Recipe
    status: str
    variants: list[VariantEvaluation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)

    @property
    def services(self) -> set[str]:
        """The names of the services in any variant."""
        return {name for variant in self.variants for name in variant.services}


@dataclass(frozen=True, slots=True)
class Known:
    """What recipes are judged by: the rules, what is known of the hosts and of images, and what is to be silenced.

    `fail_on` is from which severity on a finding fails a check, None where no config says it. `off` are the ids of the
    rules that somebody has switched off though a recipe's risk depends on them.
    """

    rules: tuple[Rule, ...] = ()
    cluster: Cluster = field(default_factory=Cluster)
    images: Images = field(default_factory=load_images)
    silencing: Silencing = field(default_factory=Silencing)
    fail_on: str | None = None
    off: tuple[str, ...] = ()
    asked: Asked = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Enter the rules by what they ask for."""
        object.__setattr__(self, "asked", Asked(self.rules))

    def honouring(self, ignores: bool) -> Known:
        """The same, with comments and the config silencing what they name, or nothing."""
        return replace(self, silencing=self.silencing._replace(honoured=ignores))


def evaluate(recipe: Recipe, known: Known, contents: collections.abc.Mapping[str, bytes] | None = None) -> Evaluation:
    """Read, merge and judge every variant of a recipe, and silence what is to be; each file is read and parsed once.

    `contents` stand instead of what is in the files of these names.
    """
    given = {name: _parsed(data, name) for name, data in (contents or {}).items()}
    evaluation = _evaluation(recipe, known, given)
    judged = Judged(
        path=str(Path(recipe.path, recipe.variants[0].files[0].name)) if recipe.variants else recipe.path,
        variants={variant.name: tuple(layer.name for layer in variant.files) for variant in recipe.variants},
        sources=evaluation.sources,
        rules=known.rules,
        is_whole=evaluation.status == EVALUATED,
    )
    evaluation.findings = silence(evaluation.findings, judged, known.silencing)
    return evaluation


def _evaluation(recipe: Recipe, known: Known, given: dict[str, Source]) -> Evaluation:
    evaluation = Evaluation(recipe, EVALUATED, problems=list(recipe.problems), sources=given)
    readings = _Readings()
    for variant in recipe.variants:
        sources = [_source(layer, evaluation.sources) for layer in variant.files]
        status = _not_for_us(sources, variant.exact)
        if status is not None:
            evaluation.status = status
            evaluation.variants.append(VariantEvaluation(variant))
            return evaluation
        evaluation.variants.append(_evaluate_variant(evaluation, variant, sources, known, readings))
    evaluation.problems = sorted(set(evaluation.problems))
    if evaluation.problems or not recipe.variants:
        evaluation.status = NOT_EVALUATED
    return evaluation


@dataclass(slots=True)
class _Readings:
    """What the variants of one recipe have in common: most services are in all of them, and the same."""

    layers: Layers = field(default_factory=Layers)
    _facts: dict[int, tuple[Service, dict[str, Fact], dict[str, Fact]]] = field(default_factory=dict)
    _judged: dict[int, tuple[dict[str, Fact], list[Finding]]] = field(default_factory=dict)

    def facts_of(self, service: Service) -> tuple[dict[str, Fact], dict[str, Fact]]:
        """The stated facts of a service, and the derived ones that were made in any variant."""
        if id(service) not in self._facts:
            self._facts[id(service)] = (service, facts_of(service), {})
        return self._facts[id(service)][1:]

    def findings_of(self, service: Service, facts: dict[str, Fact], variant: str, known: Known) -> list[Finding]:
        """The findings of a service; those of another variant again, where the rules would ask and hear the same."""
        before = self._judged.get(id(service))
        if before is not None and are_alike(before[0], facts):
            return [replace(finding, variant=variant) for finding in before[1]]
        found = supersede(list(find(known.asked.of(facts), variant, service.name, service.place, facts)))
        self._judged[id(service)] = (facts, found)
        return found


def _evaluate_variant(
    evaluation: Evaluation, variant: Variant, sources: list[Source], known: Known, readings: _Readings
) -> VariantEvaluation:
    stack, problems = load_stack(sources, variant.environment, variant.exact, readings.layers)
    if variant.exact:
        problems += _missing_env_files(variant, stack)
    judged = VariantEvaluation(variant, facts_of_the_stack(stack), resources=stack.resources, problems=problems)
    evaluation.problems += problems
    place = Place(variant.files[0].name, 1, 1, 1, 1)
    evaluation.findings += supersede(list(find(known.asked.of(judged.stack), variant.name, None, place, judged.stack)))
    for name, service in stack.services.items():
        stated, made = readings.facts_of(service)
        facts = derive_facts(service, stack, stated, known.cluster, known.images, made)
        judged.services[name] = facts
        evaluation.findings += readings.findings_of(service, facts, variant.name, known)
    if not stack.services and not problems:
        problem = Problem(variant.files[0].name, 1, 1, "there is no service in it")
        judged.problems.append(problem)
        evaluation.problems.append(problem)
    return judged


def _missing_env_files(variant: Variant, stack: Stack) -> Iterator[Problem]:
    """Docker opens them from the first file's folder (`loader.go resolveEnvironment`); nothing here does."""
    folder = variant.files[0].path.parent
    for service in stack.services.values():
        for item in service.lists.get("env_file", []):
            if not is_file(folder / os.path.expanduser(item.value)):  # noqa: PTH111
                message = f"Docker opens this env_file of {service.name}, and there is none"
                yield Problem(item.place.file, item.place.line, item.place.column, message)


def _source(layer: LayerFile, sources: dict[str, Source]) -> Source:
    if layer.name not in sources:
        sources[layer.name] = _read(layer)
    return sources[layer.name]


def _read(layer: LayerFile) -> Source:
    try:
        if str(layer.path) == STDIN:
            if sys.stdin is None:
                return _unread(layer, "cannot be read: standard input is closed")
            return parse(sys.stdin.buffer.read(MAX_BYTES + 1), layer.name)
        if not is_file(layer.path) and exists(layer.path):
            return _unread(layer, "is not a regular file")
        return _parsed(read(layer.path, MAX_BYTES + 1), layer.name)
    except OSError as error:
        return _unread(layer, f"cannot be read: {error.strerror}")


def _parsed(data: bytes, name: str) -> Source:
    """The file as it was parsed before, where the same was: a fleet has many copies of one file."""
    return parse_once(data, name) if len(data) <= _SMALL else parse(data, name)


@lru_cache(maxsize=_KEPT)
def parse_once(data: bytes, name: str) -> Source:
    """A file by its name and content, of which the last few are kept; nothing that reads a source changes it."""
    return parse(data, name)


def _unread(layer: LayerFile, why: str) -> Source:
    source = Source(layer.name, b"")
    source.problems.append(Problem(layer.name, 1, 1, why))
    return source


def _not_for_us(sources: list[Source], exact: bool) -> str | None:
    """`template` for text that a template engine must fill first, `not-a-stack` for another kind of YAML.

    Files that somebody has listed, as for `docker stack deploy`, are meant to be a stack.
    """
    for source in sources:
        if source.root is None and any(_is_template(source, problem.line) for problem in source.problems):
            return TEMPLATE
    return NOT_A_STACK if not exact and _is_other_document(sources[0]) else None


def _is_template(source: Source, line: int) -> bool:
    """Whether it is a template's mark that could not be read there, or on the line before, where a parser gave up.

    A Go template in quotes, as labels and hostnames have it, is a value like any other.
    """
    near = source.data.split(b"\n")[max(line - 2, 0) : line]
    return any(mark in each for each in near for mark in (b"{%", b"{{"))


def _is_other_document(source: Source) -> bool:
    """A file with a stack's name, one handed over, and one with services misspelt, are always meant to be one."""
    name = source.name.rpartition("/")[2]
    if name == ENV_SAMPLE:
        return True
    if name == STDIN or name.split(".")[0] in _STACK_NAMES or source.problems:
        return False
    return not isinstance(source.root, Mapping) or not any(
        key.lower() in ("service", "services") for key in source.root.entries
    )
