"""What holds for every derived fact."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from rollout_lint.facts.derived import DERIVED, STACK_FACTS
from rollout_lint.facts.stated import FACTS

ALL = DERIVED | STACK_FACTS


def test_each_says_what_it_means_and_has_a_test_by_its_name() -> None:
    texts = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    tests = {name for text in texts for name in re.findall(r"^def test_(\w+)\(", text, flags=re.MULTILINE)}
    for path, made in ALL.items():
        name = path.partition(".")[2]
        assert made.about, path
        assert name in tests or re.search(rf'\["{path}"\]', "".join(texts)), path
        assert inspect.getdoc(made.derive), path


def test_no_fact_has_two_makers() -> None:
    assert not FACTS.keys() & ALL.keys()
