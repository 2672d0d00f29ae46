"""Readers of results in texts, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.errors import FleetError
from rollout_lint.fleet.results.reader import read_results

if TYPE_CHECKING:
    from rollout_lint.fleet.results.model import Record
    from rollout_lint.location import Problem

DAY = "2026-06-10"


def upgrades(text: str | bytes, file_date: str | None = None) -> list[str | None]:
    return [record.result.upgrade for record in read(text, file_date)]


def read(text: str | bytes, file_date: str | None = None) -> list[Record]:
    return read_results(text.encode() if isinstance(text, str) else text, "r", lambda: file_date)


def read_error(text: str | bytes, file_date: str | None = None) -> Problem:
    with pytest.raises(FleetError) as error:
        read(text, file_date)
    [problem] = error.value.problems
    assert problem.file == "r"
    return problem


def suite(cases: str, properties: str = "", timestamp: str = f"{DAY}T08:00:00") -> str:
    elements = "".join(f'<property name="{name}" value="{value}"/>' for name, value in _pairs(properties))
    return f'<testsuite name="pytest" timestamp="{timestamp}"><properties>{elements}</properties>{cases}</testsuite>'


def _pairs(properties: str) -> list[list[str]]:
    return [each.split("=") for each in properties.split()]


def case(name: str, inner: str = "", classname: str = "tests.ci", more: str = "") -> str:
    return f'<testcase classname="{classname}" name="{name}" {more}>{inner}</testcase>'
