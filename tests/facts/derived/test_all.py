"""Requirements for every derived fact."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from rollout_lint.facts.derived import DERIVED, RESOURCE_FACTS, STACK_FACTS
from rollout_lint.facts.stated import FACTS

ALL = DERIVED | STACK_FACTS | RESOURCE_FACTS


def test_each_derived_fact_has_a_description_and_a_test() -> None:
    texts = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    tests = {name for text in texts for name in re.findall(r"^def test_(\w+)\(", text, flags=re.MULTILINE)}
    for path, made in ALL.items():
        name = path.partition(".")[2]
        assert made.about, path
        assert name in tests or re.search(rf'\["{path}"\]', "".join(texts)), path
        assert inspect.getdoc(made.derive), path


def test_no_derived_fact_is_also_stated() -> None:
    assert not FACTS.keys() & ALL.keys()
