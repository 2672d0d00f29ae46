"""Rules, data and suppressions that recipes are linted with, and their loading from the nearest config."""

from __future__ import annotations

from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.errors import ConfigError, RuleError
from rollout_lint.facts.cluster import Cluster
from rollout_lint.facts.images import Images
from rollout_lint.linter.config import Config
from rollout_lint.linter.config_paths import absolute_path, folder_of, has_config
from rollout_lint.linter.resolve import invalid_rule_names, resolve_config
from rollout_lint.linter.suppression.apply import SuppressionSettings
from rollout_lint.record import Record
from rollout_lint.rules.checker import RuleIndex
from rollout_lint.rules.loader import load_rules
from rollout_lint.rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.linter.config import Section
    from rollout_lint.linter.resolve import EffectiveConfig
    from rollout_lint.rules.model import Rule

_EMPTY = Config()


class _ContextValues(Record):
    """Rules, data of hosts and images, suppressions and values of variables for linting a recipe.

    `variables` override the values of the recipe. `fail_on` is the threshold of the config, `print_severity` the least
    severity to print, and `printed_rules` are the ids of the rules to print; None if the config does not set them.
    `disabled_rules` are the ids of disabled rules on which the risk of a recipe depends.
    """

    rules: tuple[Rule, ...] = ()
    cluster: Cluster = Cluster()
    images: Images = Images()
    suppressions: SuppressionSettings = SuppressionSettings()
    fail_on: str | None = None
    print_severity: Severity | None = None
    printed_rules: frozenset[str] | None = None
    disabled_rules: tuple[str, ...] = ()
    variables: Mapping[str, str] = {}


class LintContext(_ContextValues):
    """Rules, data and settings for linting a recipe, with an index of the rules."""

    @cached_property
    def rule_index(self) -> RuleIndex:
        """Index of the rules."""
        return RuleIndex(self.rules)

    def with_suppressions(self, enabled: bool) -> LintContext:
        """Return the same context, with suppressions enabled or disabled."""
        if enabled == self.suppressions.enabled:
            # A new context would index all rules again.
            return self
        return self._replace(suppressions=self.suppressions._replace(enabled=enabled))


def config_path(recipe: Recipe) -> Path:
    """Return the path whose nearest config applies to a recipe: its own, or the first of the files given with `-c`."""
    first = recipe.variants[0] if recipe.variants else None
    return first.files[0].path if first is not None and first.is_exact else Path(recipe.path)


class ContextLoader:
    """Loader of contexts for one run. It reads no config or rule file twice, not even an invalid one."""

    def __init__(
        self, rule_directories: tuple[Path, ...] = (), today: date = date.max, config_file: Path | None = None
    ) -> None:
        """Load also the rules of these directories; a suppression has expired if it ends before today.

        A `config_file` is the config of every path, instead of the nearest one.
        """
        self._rule_directories = rule_directories
        self._today = today
        self._config_file = None if config_file is None else absolute_path(config_file)
        self._configs: dict[Path, Config | ConfigError | None] = {}
        self._rules: dict[Config, tuple[Rule, ...] | ConfigError | RuleError] = {}
        self._load_rules = cache(load_rules)
        self._resolve = cache(self._resolve_sections)
        self._context = cache(self._make_context)

    def context(self, path: Path) -> LintContext:
        """Return the context of the recipe in this folder, or of this file. Raises ConfigError and RuleError."""
        return self._context(self.effective_config(path))

    def effective_config(self, path: Path) -> EffectiveConfig:
        """Return the effective configuration of a path. Raises ConfigError and RuleError."""
        folder = folder_of(path)
        config = self._nearest_config(folder)
        return self._resolve(config, config.sections(folder))

    def config(self, path: Path) -> Config:
        """Return the config of the nearest folder, upwards, that has one; otherwise an empty config.

        Raises ConfigError.
        """
        return self._nearest_config(folder_of(path))

    def rules(self, path: Path) -> tuple[Rule, ...]:
        """Return all rules for a recipe at this path, also disabled ones. Raises ConfigError and RuleError."""
        return self._all_rules(self.config(path))

    def _nearest_config(self, folder: Path) -> Config:
        for each in (folder, *folder.parents) if self._config_file is None else (_pattern_folder(folder),):
            config = self._config_in(each)
            if config is not None:
                return config
        return _EMPTY

    def _config_in(self, folder: Path) -> Config | None:
        if folder not in self._configs:
            try:
                self._configs[folder] = self._read_config(folder)
            except ConfigError as error:
                self._configs[folder] = error
        found = self._configs[folder]
        if isinstance(found, ConfigError):
            raise found
        return found

    def _read_config(self, folder: Path) -> Config | None:
        if self._config_file is None and not has_config(folder):
            return None
        from rollout_lint.linter.config_files import config_in, read_config

        return config_in(folder) if self._config_file is None else read_config(self._config_file, folder)

    def _all_rules(self, config: Config) -> tuple[Rule, ...]:
        if config not in self._rules:
            try:
                self._rules[config] = self._valid_rules(config)
            except (ConfigError, RuleError) as error:
                self._rules[config] = error
        found = self._rules[config]
        if isinstance(found, ConfigError | RuleError):
            raise found
        return found

    def _valid_rules(self, config: Config) -> tuple[Rule, ...]:
        rules = self._load_rules((*(each.value for each in config.rules), *self._rule_directories))
        if config is not _EMPTY:
            self._validate_rules(config, rules)
        return rules

    def _validate_rules(self, config: Config, rules: tuple[Rule, ...]) -> None:
        from rollout_lint.linter.locks import find_lock_errors
        from rollout_lint.linter.suppression.rule_ids import invalid_rule_ids

        problems = [*invalid_rule_names(config, rules), *invalid_rule_ids(rules, self._suppressions(config, rules))]
        problems = problems or list(find_lock_errors(config, rules))
        if problems:
            raise ConfigError(problems)

    def _suppressions(self, config: Config, rules: tuple[Rule, ...]) -> SuppressionSettings:
        return SuppressionSettings(config.ignores, self._today, frozenset(rule.id for rule in rules))

    def _resolve_sections(self, config: Config, sections: tuple[Section, ...]) -> EffectiveConfig:
        return resolve_config(config, sections, self._all_rules(config))

    def _make_context(self, resolved: EffectiveConfig) -> LintContext:
        claims = {name: {key: each.value for key, each in values.items()} for name, values in resolved.images.items()}
        return LintContext(
            tuple(each.effective_rule for each in resolved.rule_settings if each.is_enabled),
            resolved.cluster,
            Images().with_claims(claims),
            self._suppressions(resolved.config, tuple(each.rule for each in resolved.rule_settings)),
            fail_on=resolved.fail_on.value if resolved.fail_on else None,
            print_severity=Severity(resolved.print_severity.value) if resolved.print_severity else None,
            printed_rules=resolved.printed_rules,
            disabled_rules=tuple(
                each.rule.id for each in resolved.rule_settings if not each.is_enabled and each.affects_risk
            ),
            variables={name: each.value for name, each in resolved.variables.items()},
        )


def _pattern_folder(folder: Path) -> Path:
    """Return the folder that patterns of a named config are relative to: the current one, or one outside it itself."""
    current = absolute_path(Path())
    return current if folder.is_relative_to(current) else folder
