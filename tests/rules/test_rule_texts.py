"""Texts of the packaged rules: complete, and in plain, short sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.rules.loader import load_rules

from tests.packaging.prose import archaic_phrases, long_sentences

if TYPE_CHECKING:
    from rollout_lint.rules.model import Rule

EACH = pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)


@EACH
def test_rule_has_all_texts(rule: Rule) -> None:
    assert all((rule.summary, rule.message, rule.why, rule.likelihood, rule.mitigation))
    assert rule.trade_off or rule.fix is None
    assert bool(rule.advice) == (rule.fix is None)


@EACH
def test_rule_has_short_sentences(rule: Rule) -> None:
    assert [sentence for text in texts_of(rule) for sentence in long_sentences(text)] == []


@EACH
def test_rule_has_no_archaic_phrase(rule: Rule) -> None:
    assert [phrase for text in texts_of(rule) for phrase in archaic_phrases(text)] == []


def texts_of(rule: Rule) -> list[str]:
    """Return the texts of a rule that reports and pages show."""
    own = (rule.summary, rule.message, rule.why, rule.likelihood, rule.mitigation, rule.advice, rule.trade_off)
    of_grades = (text for grade in rule.grades for text in (grade.message, grade.assumes))
    return list(filter(None, (*own, rule.alternative, rule.assumes, *rule.notes.values(), *of_grades)))
