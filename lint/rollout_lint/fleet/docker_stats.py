"""Memory measurements in the output of `docker stats --no-stream --format json`.

docker/cli `cli/command/container/formatter_stats.go`: one JSON object a line, with `MemUsage` as `123.4MiB / 7.657GiB`:
the use without the file cache, and the container's limit or else the host's memory. A container that is not running has
`0B / 0B` (seen with docker 28.2 on Docker Engine 20.10), or `-- / --` if Docker Engine did not answer.
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
_TERMINAL_CODE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NOT_MEASURED = "--"


@dataclass(frozen=True, slots=True)
class TaskMemory:
    """Memory of one container, in bytes.

    `service` is `<stack>_<service>`, or the container's name if it is not a task. `limit` is the container's limit, or
    the host's memory if it has no limit.
    """

    service: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class HostUsage:
    """Memory of the containers of a host, in bytes."""

    tasks: Sequence[TaskMemory]

    def find_largest_task(self, service: str) -> int | None:
        """Return the use of the largest task of `<stack>_<service>`; None if no task of it was measured."""
        return max((task.used for task in self.tasks if task.service == service), default=None)

    def sum_used_beside(self, service: str) -> int:
        """Return the use of all containers except the tasks of `<stack>_<service>`."""
        return sum(task.used for task in self.tasks if task.service != service)

    @property
    def total(self) -> int:
        """Use of all containers."""
        return sum(task.used for task in self.tasks)

    @property
    def host_memory(self) -> int | None:
        """The host's memory: the largest limit. Too small if every container has a limit."""
        return max((task.limit for task in self.tasks), default=None)


@dataclass(frozen=True, slots=True)
class _Container:
    """One object of the output, with its location."""

    file: str
    text: JsonText
    value: Any
    steps: Steps = ()

    def fail(self, reason: str, *steps: str) -> NoReturn:
        _fail(self.file, self.text.locate((*self.steps, *steps)), reason)

    def get(self, key: str) -> str:
        """Return the text under the key, empty if it is absent. Raises FleetError for any other value."""
        value = self.value.get(key, "")
        return value if isinstance(value, str) else self.fail(f"{key} must be text", key)


def read_stats(data: bytes, name: str) -> list[TaskMemory]:
    """Return the running containers in the order of the file; a repeated container counts once, with its largest use.

    Takes one object a line, or one list of objects. Raises FleetError with locations.
    """
    if len(data) > MAX_BYTES:
        raise FleetError([Problem(name, 1, 1, f"larger than {MAX_BYTES // 1024 // 1024} MiB, not read")])
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        _fail(name, (1, 1), "not text")
    if not text.strip():
        _fail(name, (1, 1), "the file is empty")
    tasks: dict[str, TaskMemory] = {}
    for container in _containers(text, name):
        task = _task_memory(container)
        key = container.get("ID")[:12] or container.get("Container") or container.get("Name")
        if task and (key not in tasks or tasks[key].used < task.used):
            tasks[key] = task
    return list(tasks.values())


def _fail(file: str, location: tuple[int, int], reason: str) -> NoReturn:
    message = f"is not the output of `docker stats --no-stream --format json`: {reason}"
    raise FleetError([Problem(file, *location, message)])


def _containers(text: str, file: str) -> Iterator[_Container]:
    try:
        value = _load(text, file, 1)
    except JSONDecodeError:
        yield from _containers_by_line(text, file)
        return
    items = value if isinstance(value, list) else [value]
    for index, item in enumerate(items):
        yield _validated(_Container(file, JsonText(text), item, (index,) if value is items else ()))


def _containers_by_line(text: str, file: str) -> Iterator[_Container]:
    for number, line in enumerate(_TERMINAL_CODE.sub("", text).split("\n"), 1):
        if line.strip():
            try:
                value = _load(line, file, number)
            except JSONDecodeError as error:
                _fail(file, (number, error.colno), f"invalid JSON: {error.msg}")
            yield _validated(_Container(file, JsonText(line, number), value))


def _load(text: str, file: str, line: int) -> Any:
    try:
        return load_json(text)
    except RecursionError:
        _fail(file, (line, 1), "nested too deeply")


def _validated(container: _Container) -> _Container:
    if not isinstance(container.value, dict):
        container.fail("must be a JSON object")
    for key in ("Name", "MemUsage"):
        if not container.get(key):
            container.fail(f"{key} is missing")
    return container


def _task_memory(container: _Container) -> TaskMemory | None:
    """Return None for a container without a measurement."""
    used, slash, limit = (part.strip() for part in container.get("MemUsage").partition("/"))
    if used == limit == _NOT_MEASURED:
        return None
    sizes = _parse_size(used), _parse_size(limit)
    if not slash or sizes[0] is None or sizes[1] is None:
        container.fail("MemUsage must be two sizes such as 123.4MiB / 7.657GiB", "MemUsage")
    return TaskMemory(_service(container), sizes[0], sizes[1]) if sizes[1] else None


def _service(container: _Container) -> str:
    name = container.get("Name")
    task = _TASK.fullmatch(name)
    if task:
        name = task["service"]
    elif name == _NOT_MEASURED:
        name = container.get("Container") or name
    return name if name.isprintable() else container.fail("Name must be printable text", "Name")


def _parse_size(text: str) -> int | None:
    """Return bytes. KiB is 1,024; kB and KB (older releases) are 1,000."""
    match = _SIZE.fullmatch(text)
    if match is None:
        return None
    unit = match[2]
    return int(float(match[1]) * (1024 if "i" in unit else 1000) ** _POWERS.index(unit[0].upper()))
