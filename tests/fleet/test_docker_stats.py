"""Memory in the output of `docker stats`.

`docker_stats/running.json` is real output (docker 28.2.2, Docker Engine 20.10.24) on a host of 512 MiB: a service with
two tasks limited to 64 MiB, a global service, and a container outside a stack. `all.json` is output with `--all` and
has a container that never ran.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.errors import FleetError
from rollout_lint.fleet.docker_stats import HostUsage, TaskMemory, read_stats
from rollout_lint.syntax.parser import MAX_BYTES

if TYPE_CHECKING:
    from rollout_lint.location import Problem
    from syrupy.assertion import SnapshotAssertion

PRINTED = Path(__file__).parent / "docker_stats"
KIB, MIB = 2**10, 2**20
TASK = "shop_app.1.lw0fw3f8hiv4saz17mo8fipj2"


def read(text: str | bytes) -> list[TaskMemory]:
    return read_stats(text.encode() if isinstance(text, str) else text, "s")


def read_error(text: str | bytes) -> Problem:
    with pytest.raises(FleetError) as error:
        read(text)
    [problem] = error.value.problems
    assert problem.file == "s"
    return problem


def line(name: str = TASK, usage: str = "10MiB / 1GiB", container: str = "1a") -> str:
    return json.dumps({"Name": name, "MemUsage": usage, "ID": container})


@pytest.mark.parametrize("name", ["running.json", "all.json"])
def test_stats_of_real_output(name: str) -> None:
    tasks = read((PRINTED / name).read_bytes())
    assert tasks == [
        TaskMemory("lonely", 540 * KIB, 512 * MIB),
        TaskMemory("shop_agent", 696 * KIB, 512 * MIB),
        TaskMemory("shop_app", 428 * KIB, 64 * MIB),
        TaskMemory("shop_app", 628 * KIB, 64 * MIB),
    ]
    usage = HostUsage(tasks)
    assert usage.find_largest_task("shop_app") == 628 * KIB
    assert usage.find_largest_task("shop_ap") is None
    assert usage.sum_used_beside("shop_app") == (540 + 696) * KIB
    assert usage.host_memory == 512 * MIB


def test_stats_accept_list_and_lines() -> None:
    lines = (PRINTED / "all.json").read_text("utf-8").split("\n")
    listed = "[\n" + ",\n".join(each for each in lines if each) + "]"
    assert read(listed) == read("\r\n".join(lines)) == read("\ufeff" + "\n".join(lines))


def test_stats_without_measurement_are_empty() -> None:
    assert read(line(usage="-- / --")) == read(line(usage="0B / 0B")) == read("[]") == []
    usage = HostUsage([])
    assert usage.find_largest_task("a") is None
    assert usage.sum_used_beside("a") == 0
    assert usage.host_memory is None


@pytest.mark.parametrize(
    ("usage", "used", "limit"),
    [
        pytest.param("123.4MiB / 7.657GiB", 129394278, 8221641146, id="mib-gib"),
        pytest.param("0B / 1GiB", 0, 2**30, id="zero"),
        pytest.param("1.5TiB / 1PiB", 3 * 2**39, 2**50, id="tib-pib"),
        pytest.param("12.5 kB / 2 GB", 12500, 2 * 10**9, id="kb-gb"),
        pytest.param("1KB / 1.5MB", 1000, 1500000, id="upper-kb"),
        pytest.param("7B/8B", 7, 8, id="no-space"),
    ],
)
def test_stats_parse_sizes(usage: str, used: int, limit: int) -> None:
    assert read(line(usage=usage)) == [TaskMemory("shop_app", used, limit)]


@pytest.mark.parametrize(
    ("name", "service"),
    [
        pytest.param(TASK, "shop_app", id="replica"),
        pytest.param("shop_agent.8yevf7ifksmu9ui3tb1ozhau5.wxsizzmcpxl2tawdo3g382c54", "shop_agent", id="global"),
        pytest.param("a.b_c.12.lw0fw3f8hiv4saz17mo8fipj2", "a.b_c", id="stack-with-dot"),
        pytest.param("shop-app-1", "shop-app-1", id="container"),
        pytest.param("shop_app.1", "shop_app.1", id="no-task-id"),
        pytest.param("shop_app.1.short", "shop_app.1.short", id="short-task-id"),
        pytest.param("shop_app.x.lw0fw3f8hiv4saz17mo8fipj2", "shop_app.x.lw0fw3f8hiv4saz17mo8fipj2", id="bad-slot"),
    ],
)
def test_stats_name_service_of_task(name: str, service: str) -> None:
    assert [task.service for task in read(line(name))] == [service]


def test_stats_use_largest_value_of_container() -> None:
    usages = ("10MiB / 1GiB", "30MiB / 1GiB", "20MiB / 1GiB")
    text = "".join(f"\x1b[H\x1b[2J{line(usage=usage)}\n{line(container='2b')}\n" for usage in usages)
    assert [task.used for task in read(text)] == [30 * MIB, 10 * MIB]


def test_stats_match_short_and_long_id() -> None:
    assert len(read(f"{line(container='a' * 12)}\n{line(container='a' * 64)}")) == 1


@pytest.mark.parametrize(
    ("text", "location"),
    [
        pytest.param("", (1, 1), id="empty"),
        pytest.param("\n \n", (1, 1), id="blank"),
        pytest.param(b"\xff\x00\xff", (1, 1), id="not-text"),
        pytest.param("CONTAINER ID   NAME\n", (1, 1), id="header"),
        pytest.param("1", (1, 1), id="number"),
        pytest.param("[\n 1]", (2, 2), id="number-in-list"),
        pytest.param(line() + "\n{\n", (2, 2), id="open-brace"),
        pytest.param('{"MemUsage": "1B / 2B"}', (1, 1), id="no-name"),
        pytest.param('[{"Name": "a"}]', (1, 2), id="no-memory-in-list"),
        pytest.param('{"Name": 1, "MemUsage": {}}', (1, 25), id="memory-object"),
        pytest.param('{"Name": "a", "Name": "b", "MemUsage": "1B / 2B"}', (1, 23), id="number-as-name-twice"),
        pytest.param('{"Name": "a", "MemUsage": "12MiB"}', (1, 27), id="one-size"),
        pytest.param('{"Name": "a", "MemUsage": "12MiB / "}', (1, 27), id="no-limit"),
        pytest.param('{"Name": "a", "MemUsage": "-1B / 2B"}', (1, 27), id="negative"),
        pytest.param('{"Name": "a", "MemUsage": "1 / 2"}', (1, 27), id="no-unit"),
        pytest.param('{"Name": "a", "MemUsage": "' + "9" * 5000 + 'B / 2B"}', (1, 27), id="too-long"),
        pytest.param('{"Name": "a\\u001b", "MemUsage": "1B / 2B"}', (1, 10), id="escape"),
        pytest.param("[" * 100_000, (1, 1), id="too-deep"),
    ],
)
def test_stats_errors_have_a_location(
    text: str | bytes, location: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    problem = read_error(text)
    assert problem.message == snapshot
    assert (problem.line, problem.column) == location


def test_stats_reject_huge_file(snapshot: SnapshotAssertion) -> None:
    assert read_error(b" " * (MAX_BYTES + 1)).message == snapshot


ENTRY = st.fixed_dictionaries(
    {}, optional={key: st.text() | st.just("1MiB / 2MiB") | st.integers() for key in ("Name", "MemUsage", "ID")}
)


@given(
    st.binary()
    | st.lists(ENTRY | st.text(), max_size=4).map(lambda values: "\n".join(map(json.dumps, values)).encode())
)
def test_stats_handle_any_bytes(data: bytes) -> None:
    try:
        tasks = read(data)
    except FleetError as refusal:
        tasks, problems = [], refusal.problems
    else:
        problems = []
    assert all(problem.line >= 1 and problem.column >= 1 for problem in problems)
    assert all(task.used >= 0 and task.limit > 0 for task in tasks)
