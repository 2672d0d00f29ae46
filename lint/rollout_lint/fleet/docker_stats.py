"""What `docker stats --no-stream --format json` prints, as a measurement of memory.

docker/cli `cli/command/container/formatter_stats.go`: one JSON object a line, with `MemUsage` as `123.4MiB / 7.657GiB`,
the use without the file cache, and the container's limit or else the host's memory. For a container that does not run
it is `0B / 0B` (seen with docker 28.2 on an engine 20.10), or `-- / --` where the engine did not answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, NoReturn

from rollout_lint.errors import FleetError
from rollout_lint.fleet.results.document import JsonText, load_json
from rollout_lint.location import Problem
from rollout_lint.syntax.parser import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rollout_lint.fleet.results.document import Steps

_TASK = re.compile(r"(?P<service>.+)\.(?:[0-9]+|[0-9a-z]{25})\.[0-9a-z]{25}")
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,12})?(?:e[+-]?\d\d?)?) ?(B|[kKMGTP]i?B)", re.ASCII)
_POWERS = ("B", "K", "M", "G", "T", "P")
_CLEAR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NOT_MEASURED = "--"


@dataclass(frozen=True, slots=True)
class TaskMemory:
    """The memory of one container, in bytes.

    `service` is `<stack>_<service>` as Swarm names it, or the container's name where it is no task. `limit` is the
    container's own, or the host's memory where it has none.
    """

    service: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The containers of a host, and their sums; memory in bytes."""

    tasks: Sequence[TaskMemory]

    def of_service(self, service: str) -> int | None:
        """What the largest task of `<stack>_<service>` uses; None where no task of it was measured."""
        return max((task.used for task in self.tasks if task.service == service), default=None)

    def others(self, service: str) -> int:
        """What all containers use together that are no tasks of `<stack>_<service>`."""
        return sum(task.used for task in self.tasks if task.service != service)

    @property
    def all_together(self) -> int:
        """What all containers use together."""
        return sum(task.used for task in self.tasks)

    @property
    def host(self) -> int | None:
        """The host's memory: the largest limit, so too little where every container has one of its own."""
        return max((task.limit for task in self.tasks), default=None)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One object of the output, and where it stands."""

    file: str
    text: JsonText
    value: Any
    steps: Steps = ()

    def refuse(self, reason: str, *steps: str) -> NoReturn:
        _refuse(self.file, self.text.location((*self.steps, *steps)), reason)

    def get(self, key: str) -> str:
        """The text under the key, empty where it is absent. Raises FleetError for anything else."""
        value = self.value.get(key, "")
        return value if isinstance(value, str) else self.refuse(f"{key} is not text", key)


def read_stats(data: bytes, name: str) -> list[TaskMemory]:
    """The containers that ran, in the order of the file; one that stands there several times, with its largest use.

    Takes one object a line, or one list of them. Raises FleetError, with places, for anything else.
    """
    if len(data) > MAX_BYTES:
        raise FleetError([Problem(name, 1, 1, f"larger than {MAX_BYTES // 1024 // 1024} MiB, not read")])
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        _refuse(name, (1, 1), "it is not text")
    if not text.strip():
        _refuse(name, (1, 1), "the file is empty")
    tasks: dict[str, TaskMemory] = {}
    for entry in _entries(text, name):
        measured = _memory(entry)
        container = entry.get("ID")[:12] or entry.get("Container") or entry.get("Name")
        if measured and (container not in tasks or tasks[container].used < measured.used):
            tasks[container] = measured
    return list(tasks.values())


def _refuse(file: str, location: tuple[int, int], reason: str) -> NoReturn:
    message = f"is not what `docker stats --no-stream --format json` prints: {reason}"
    raise FleetError([Problem(file, *location, message)])


def _entries(text: str, file: str) -> Iterator[_Entry]:
    try:
        value = _json(text, file, 1)
    except JSONDecodeError:
        for at, line in enumerate(_CLEAR.sub("", text).split("\n"), 1):
            if line.strip():
                yield _line(line, at, file)
        return
    listed = value if isinstance(value, list) else [value]
    for index, each in enumerate(listed):
        yield _entry(_Entry(file, JsonText(text), each, (index,) if value is listed else ()))


def _line(line: str, at: int, file: str) -> _Entry:
    try:
        value = _json(line, file, at)
    except JSONDecodeError as error:
        _refuse(file, (at, error.colno), f"not JSON: {error.msg}")
    return _entry(_Entry(file, JsonText(line, at), value))


def _json(text: str, file: str, line: int) -> Any:
    try:
        return load_json(text)
    except RecursionError:
        _refuse(file, (line, 1), "it is nested too deeply")


def _entry(entry: _Entry) -> _Entry:
    if not isinstance(entry.value, dict):
        entry.refuse("this is no JSON object")
    for key in ("Name", "MemUsage"):
        if not entry.get(key):
            entry.refuse(f"there is no {key}")
    return entry


def _memory(entry: _Entry) -> TaskMemory | None:
    """None for a container of which nothing was measured."""
    used, slash, limit = (part.strip() for part in entry.get("MemUsage").partition("/"))
    if used == limit == _NOT_MEASURED:
        return None
    sizes = _bytes(used), _bytes(limit)
    if not slash or sizes[0] is None or sizes[1] is None:
        entry.refuse("MemUsage is no two sizes such as 123.4MiB / 7.657GiB", "MemUsage")
    if sizes[1] == 0:
        return None
    return TaskMemory(_service(entry), sizes[0], sizes[1])


def _service(entry: _Entry) -> str:
    name = entry.get("Name")
    task = _TASK.fullmatch(name)
    if task:
        name = task["service"]
    elif name == _NOT_MEASURED:
        name = entry.get("Container") or name
    return name if name.isprintable() else entry.refuse("Name is no printable text", "Name")


def _bytes(text: str) -> int | None:
    """KiB is 1,024; kB and KB, as older releases print, 1,000."""
    match = _SIZE.fullmatch(text)
    if match is None:
        return None
    unit = match[2]
    return int(float(match[1]) * (1024 if "i" in unit else 1000) ** _POWERS.index(unit[0].upper()))
