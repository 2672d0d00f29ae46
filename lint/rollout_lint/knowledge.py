"""What a recipe is judged by: the rules, and the config that is nearest to it, each read once in a run."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rollout_lint.config import ConfigError, config_for
from rollout_lint.evaluate import Known
from rollout_lint.files import is_folder
from rollout_lint.images import load_images
from rollout_lint.rule_files import load_rules
from rollout_lint.suppress import Silencing, misnamed

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.rule import Rule


class Knowledge:
    """For one run, in which no file is looked at twice."""

    def __init__(self, further: tuple[Path, ...] = (), today: date = date.max) -> None:
        """With further folders of rules beside those that configs name, and the day by which something has ended."""
        self._further = further
        self._today = today
        self._rules: dict[tuple[Path, ...], tuple[Rule, ...]] = {}
        self._known: dict[Path, Known] = {}

    def of(self, path: Path) -> Known:
        """What the recipe in this folder, or of this file, is judged by. Raises ConfigError and RuleError."""
        folder = path if is_folder(path) else path.parent
        if folder not in self._known:
            self._known[folder] = self._read(folder)
        return self._known[folder]

    def _read(self, folder: Path) -> Known:
        config = config_for(folder)
        folders = (*config.rules, *self._further)
        if folders not in self._rules:
            self._rules[folders] = load_rules(folders)
        rules = self._rules[folders]
        silencing = Silencing(config.ignores, self._today, frozenset(rule.id for rule in rules))
        if problems := list(misnamed(rules, silencing)):
            raise ConfigError(problems)
        return Known(rules, config.cluster, load_images().with_claims(config.images), silencing)
