"""Results of linting a recipe."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from rollout_lint.discovery.env_sample import ENV_SAMPLES
from rollout_lint.record import Record
from rollout_lint.rules.model import Severity
from rollout_lint.stack.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rollout_lint.discovery.recipe import Recipe, Variant
    from rollout_lint.facts.derived import ServiceFacts
    from rollout_lint.facts.model import Fact
    from rollout_lint.location import Problem
    from rollout_lint.rules.finding import Finding, FindingKey
    from rollout_lint.stack.merge import LayerCache
    from rollout_lint.stack.model import Resource
    from rollout_lint.syntax.source import Source


PLACES_OF_VARIABLES = f"in {ENV_SAMPLES[0]}, or in `variables` of the config"
"""Places for the values of unknown variables."""


def describe_unknown_variables(names: Iterable[str]) -> str:
    """Return the variables that limited a check, and where to set them."""
    return f"unknown variables: {', '.join(names)} (set them {PLACES_OF_VARIABLES})"


class EvaluationStatus(StrEnum):
    """Outcome of evaluating a recipe or one of its variants."""

    EVALUATED = "evaluated"
    NOT_EVALUATED = "not-evaluated"
    TEMPLATE = "template"
    NOT_A_STACK = "not-a-stack"


class VariantEvaluation:
    """Result of evaluating a variant.

    `stack` are the facts of the stack itself, `services` those of each service, `resource_facts` those of resources by
    name, such as `config app_conf`. `resources` are the top-level entries by section and key, `problems` the places
    that Docker rejects. A variant with problems was not evaluated; it has the
    facts of the files as far as they could be read.
    """

    __slots__ = ("problems", "resource_facts", "resources", "services", "stack", "status", "variant")

    def __init__(self, variant: Variant, status: EvaluationStatus, problems: list[Problem] | None = None) -> None:
        """Begin without facts."""
        self.variant = variant
        self.status = status
        self.stack: dict[str, Fact] = {}
        self.services: dict[str, ServiceFacts] = {}
        self.resource_facts: dict[str, dict[str, Fact]] = {}
        self.resources: dict[str, dict[str, Resource]] = {}
        self.problems = [] if problems is None else problems

    @property
    def is_evaluated(self) -> bool:
        """True if the whole variant was evaluated."""
        return self.status is EvaluationStatus.EVALUATED

    def facts(self, finding: Finding) -> Mapping[str, Fact] | None:
        """Return the facts of the service, the resource or the stack of a finding; None if the variant lacks it."""
        if finding.service is not None:
            return self.services.get(finding.service)
        return self.stack if finding.resource is None else self.resource_facts.get(finding.resource)

    @property
    def unknown_variables(self) -> set[str]:
        """Variables without a value in values that rules can read."""
        if self.variant.is_exact:
            return set()
        networks = self.resources.get("networks", {}).values()
        parts = (part for each in networks if each.is_external for part in (each.is_external, each.engine_name))
        names = {name for part in parts if isinstance(part, Unknown) for name in part.variables}
        return names.union(*(facts.unknown_variables for facts in self.services.values()))


class FindingFilter(Record):
    """Findings to print: the least severity, and the ids of rules, or None for all rules."""

    severity: Severity = Severity.INFO
    rules: frozenset[str] | None = None

    def includes(self, finding: Finding) -> bool:
        """Return True if reports print the finding."""
        return finding.severity.at_least(self.severity) and (self.rules is None or finding.rule.id in self.rules)


class Evaluation:
    """Result of linting one recipe.

    `status` is EVALUATED only if every variant was evaluated. `problems` are those of the recipe and of its variants.
    `sources` maps display names to parsed files, and `layers` are these files decoded. Reports print the findings that
    `filter` includes. Exit codes and risks depend on all findings. `fix_commands` are commands that fix findings, if
    they were planned, and `error_fix_commands` those that fix the errors of a file.
    """

    __slots__ = (
        "error_fix_commands",
        "filter",
        "findings",
        "fix_commands",
        "layers",
        "problems",
        "recipe",
        "sources",
        "status",
        "variants",
    )

    def __init__(self, recipe: Recipe, status: EvaluationStatus, problems: list[Problem] | None = None) -> None:
        """Begin without variants."""
        self.recipe = recipe
        self.status = status
        self.variants: list[VariantEvaluation] = []
        self.problems = [] if problems is None else problems
        self.findings: list[Finding] = []
        self.sources: dict[str, Source] = {}
        self.layers: LayerCache = {}
        self.filter = FindingFilter()
        self.fix_commands: dict[FindingKey, str] = {}
        self.error_fix_commands: dict[str, str] = {}

    @property
    def services(self) -> set[str]:
        """Names of the services in any variant."""
        return {name for variant in self.variants for name in variant.services}

    def group_by_service(self) -> dict[str | None, list[Finding]]:
        """Return the findings of each service that has any, those of the stack itself under None."""
        by_service: dict[str | None, list[Finding]] = {}
        for finding in self.findings:
            by_service.setdefault(finding.service, []).append(finding)
        return by_service

    @property
    def unknown_variables(self) -> list[str]:
        """Sorted names of the variables without a value that limited the check of any variant."""
        return sorted({name for variant in self.variants for name in variant.unknown_variables})

    @property
    def evaluated_variants(self) -> list[VariantEvaluation]:
        """Variants that were evaluated."""
        return [each for each in self.variants if each.is_evaluated]

    @property
    def is_default_evaluated(self) -> bool:
        """True if the first variant was evaluated, and no error leaves open which files it has."""
        return bool(self.variants) and self.variants[0].is_evaluated and not self.recipe.problems

    @property
    def is_shipped_evaluated(self) -> bool:
        """True if every variant that users of the recipe deploy was evaluated."""
        shipped = (each for each in self.variants if not each.variant.is_ci)
        return self.is_default_evaluated and all(each.is_evaluated for each in shipped)

    @property
    def unevaluated_variants(self) -> list[str]:
        """Names of the variants that could not be evaluated."""
        return [each.variant.name for each in self.variants if not each.is_evaluated]
