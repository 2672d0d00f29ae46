"""Parallel map in several processes."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from rollout_lint.fleet.parallel import choose_process_count, map_in_processes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can fork")

VICTIMS = (40, 41, 99)


def square(number: int) -> int:
    return number * number


def end_some(number: int) -> int:
    if number in VICTIMS:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


@pytest.mark.parametrize("processes", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 100])
def test_map_yields_results_in_order(processes: int, count: int) -> None:
    results = map_in_processes(square, range(count), processes, on_crash=lambda number: -number)
    assert list(results) == [number * number for number in range(count)]


def test_map_uses_other_processes() -> None:
    assert os.getpid() not in set(map_in_processes(lambda _: os.getpid(), range(64), 2, on_crash=lambda _: 0))


@pytest.mark.parametrize("processes", [2, 3])
def test_map_loses_only_item_of_killed_process(processes: int) -> None:
    results = map_in_processes(end_some, range(120), processes, on_crash=lambda number: -number)
    assert list(results) == [-number if number in VICTIMS else number * number for number in range(120)]


def test_map_computes_few_results_early(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def note(number: int) -> int:
        with log.open("a") as file:
            file.write("x")
        return number

    results = map_in_processes(note, range(2000), 2, on_crash=lambda number: -number)
    assert next(results) == 0
    time.sleep(0.5)
    assert log.stat().st_size <= 200
    assert list(results) == list(range(1, 2000))
    assert log.stat().st_size == 2000


def test_process_count_depends_on_items() -> None:
    assert choose_process_count(24) == 1
    assert choose_process_count(10**6) == len(os.sched_getaffinity(0))


def test_sweep_prints_same_report_with_jobs(run: Run, write: Write) -> None:
    folder = write(
        {
            **{f"{number:03}/compose.yml": f"services: {{a: {{image: b:{number}}}}}" for number in range(40)},
            "007/compose.yml": "services: [",
            "008/compose.yml": "services: {a: {image: b, deploy: {update_config: {failure_action: rollback}}}}",
        }
    )
    alone, together = (run("sweep", folder, "--format", "json", "--jobs", jobs) for jobs in ("1", "3"))
    assert alone == together
    assert (alone.exit_code, len(alone.json["recipes"])) == (2, 40)
