"""Linter for Docker Swarm stack files: finds updates that can fail silently, hang or cause an outage.

The names below are the public Python API (docs/api.md). Each is imported at its first use, because the command line
imports this module at every start.
"""

__version__ = "0.1.0"

# Type checkers take this name for the one of `typing`, whose import takes as long as that of the whole module.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from rollout_lint.api.functions import check, show, sweep
    from rollout_lint.api.results import (
        CheckedRecipe,
        CheckedVariant,
        CheckResult,
        ShownRecipe,
        ShownVariant,
        ShowResult,
    )
    from rollout_lint.api.sweep_result import SweepResult
    from rollout_lint.api.thresholds import RiskThreshold, SeverityThreshold
    from rollout_lint.discovery.skipped import SkippedFile, SkipReason
    from rollout_lint.errors import (
        ConfigError,
        ExitCode,
        FleetError,
        LintError,
        OptionError,
        RolloutLintError,
        RuleError,
    )
    from rollout_lint.facts.model import Fact
    from rollout_lint.fleet.compare import Comparison, RecipeChange
    from rollout_lint.fleet.risk import RecipeAssessment
    from rollout_lint.fleet.risk_level import RiskLevel
    from rollout_lint.fleet.service_risk import Risk, ServiceAssessment
    from rollout_lint.linter.evaluation import EvaluationStatus
    from rollout_lint.live.docker_cli import DockerError, ServiceNotFoundError
    from rollout_lint.live.result import Convergence, NotConvergedError, Outcome, Result
    from rollout_lint.live.wait import await_converged
    from rollout_lint.location import Location, Problem
    from rollout_lint.rules.finding import Finding, Suppression
    from rollout_lint.rules.model import Rule, Severity

_NAMES = {
    "api.functions": ("check", "show", "sweep"),
    "api.results": ("CheckResult", "CheckedRecipe", "CheckedVariant", "ShowResult", "ShownRecipe", "ShownVariant"),
    "api.sweep_result": ("SweepResult",),
    "api.thresholds": ("RiskThreshold", "SeverityThreshold"),
    "discovery.skipped": ("SkipReason", "SkippedFile"),
    "errors": (
        *("ConfigError", "ExitCode", "FleetError", "LintError", "OptionError", "RolloutLintError", "RuleError"),
    ),
    "facts.model": ("Fact",),
    "fleet.compare": ("Comparison", "RecipeChange"),
    "fleet.risk": ("RecipeAssessment",),
    "fleet.risk_level": ("RiskLevel",),
    "fleet.service_risk": ("Risk", "ServiceAssessment"),
    "linter.evaluation": ("EvaluationStatus",),
    "live.docker_cli": ("DockerError", "ServiceNotFoundError"),
    "live.result": ("Convergence", "NotConvergedError", "Outcome", "Result"),
    "live.wait": ("await_converged",),
    "location": ("Location", "Problem"),
    "rules.finding": ("Finding", "Suppression"),
    "rules.model": ("Rule", "Severity"),
}
"""Public names by the module that defines them."""

__all__ = [
    "CheckResult",
    "CheckedRecipe",
    "CheckedVariant",
    "Comparison",
    "ConfigError",
    "Convergence",
    "DockerError",
    "EvaluationStatus",
    "ExitCode",
    "Fact",
    "Finding",
    "FleetError",
    "LintError",
    "Location",
    "NotConvergedError",
    "OptionError",
    "Outcome",
    "Problem",
    "RecipeAssessment",
    "RecipeChange",
    "Result",
    "Risk",
    "RiskLevel",
    "RiskThreshold",
    "RolloutLintError",
    "Rule",
    "RuleError",
    "ServiceAssessment",
    "ServiceNotFoundError",
    "Severity",
    "SeverityThreshold",
    "ShowResult",
    "ShownRecipe",
    "ShownVariant",
    "SkipReason",
    "SkippedFile",
    "Suppression",
    "SweepResult",
    "await_converged",
    "check",
    "show",
    "sweep",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name at its first use."""
        module = next((module for module, names in _NAMES.items() if name in names), None)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
        return value
