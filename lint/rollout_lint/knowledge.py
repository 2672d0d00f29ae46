"""What a recipe is judged by: the rules, and the config that is nearest to it, each read once in a run."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from rollout_lint.config import Config, config_in, folder_of
from rollout_lint.effective import effective, unknown_rules
from rollout_lint.errors import ConfigError, RuleError
from rollout_lint.evaluate import Known
from rollout_lint.images import load_images
from rollout_lint.rule_files import load_rules
from rollout_lint.suppress import Silencing, misnamed

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from rollout_lint.config import Section
    from rollout_lint.effective import Effective
    from rollout_lint.rule import Rule

K = TypeVar("K", bound="Hashable")
V = TypeVar("V")


class Knowledge:
    """For one run, in which no file is looked at twice, however many recipes lie below it."""

    def __init__(self, further: tuple[Path, ...] = (), today: date = date.max, whole: bool = False) -> None:
        """With further folders of rules beside those that configs name, and the day by which something has ended.

        `whole` is whether the packaged rules are read with their examples and proofs at once.
        """
        self._further = further
        self._today = today
        self._config_in = _Once(config_in)
        self._nearest: dict[Path, Path | None] = {}
        self._rules = _Once(partial(load_rules, whole=whole))
        self._checked = _Once(self._check)
        self._effective = _Once(self._work_out)
        self._known = _Once(self._make_known)

    def of(self, path: Path) -> Known:
        """What the recipe in this folder, or of this file, is judged by. Raises ConfigError and RuleError."""
        return self._known(self.effective(path))

    def effective(self, path: Path) -> Effective:
        """What counts of the config for it, and for each rule. Raises ConfigError and RuleError."""
        folder = folder_of(path)
        config = self._config_above(folder)
        return self._effective((config, config.sections(folder)))

    def config(self, path: Path) -> Config:
        """The config of the nearest folder, upwards from this one, that has one; the empty one where none has.

        Raises ConfigError.
        """
        return self._config_above(folder_of(path))

    def rules(self, path: Path) -> tuple[Rule, ...]:
        """All rules that there are for a recipe at this path, also those that do not judge it."""
        return self._checked(self.config(path))

    def _config_above(self, folder: Path) -> Config:
        passed = []
        found = None
        for each in (folder, *folder.parents):
            if each in self._nearest:
                found = self._nearest[each]
                break
            passed.append(each)
            if self._holds_config(each):
                found = each
                break
        self._nearest |= dict.fromkeys(passed, found)
        return (self._config_in(found) if found is not None else None) or _NOTHING

    def _holds_config(self, folder: Path) -> bool:
        """Whether there is one, be it one that does not hold."""
        try:
            return self._config_in(folder) is not None
        except ConfigError:
            return True

    def _check(self, config: Config) -> tuple[Rule, ...]:
        """The rules, once it is sure that the config calls no other."""
        rules = self._rules((*(each.value for each in config.rules), *self._further))
        problems = [*unknown_rules(config, rules), *misnamed(rules, self._silencing(config, rules))]
        if problems:
            raise ConfigError(problems)
        return rules

    def _silencing(self, config: Config, rules: tuple[Rule, ...]) -> Silencing:
        return Silencing(config.ignores, self._today, frozenset(rule.id for rule in rules))

    def _work_out(self, of: tuple[Config, tuple[Section, ...]]) -> Effective:
        config, sections = of
        return effective(config, sections, self._checked(config))

    def _make_known(self, counts: Effective) -> Known:
        claims = {name: {key: each.value for key, each in stated.items()} for name, stated in counts.images.items()}
        return Known(
            tuple(choice.judging for choice in counts.choices if choice.on),
            counts.cluster,
            load_images().with_claims(claims),
            self._silencing(counts.config, tuple(choice.rule for choice in counts.choices)),
            fail_on=counts.fail_on.value if counts.fail_on else None,
            off=tuple(choice.rule.id for choice in counts.choices if not choice.on and choice.matters_to_risk),
        )


_NOTHING = Config()


class _Once(Generic[K, V]):
    """What a function gave for each argument, or how it failed, so that neither is worked out twice."""

    def __init__(self, function: Callable[[K], V]) -> None:
        self._function = function
        self._given: dict[K, V] = {}
        self._failed: dict[K, ConfigError | RuleError] = {}

    def __call__(self, argument: K) -> V:
        if argument in self._failed:
            raise self._failed[argument]
        if argument not in self._given:
            try:
                self._given[argument] = self._function(argument)
            except (ConfigError, RuleError) as error:
                self._failed[argument] = error
                raise
        return self._given[argument]
