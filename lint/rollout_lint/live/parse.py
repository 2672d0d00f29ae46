"""What `docker service inspect` and `docker inspect --type task` print, of any engine, read into types.

What a document lacks, or has of another type, is as if it were not there; what is no such document is a problem.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rollout_lint.errors import FleetError
from rollout_lint.live.json_access import found, mapping, moment, text, texts, whole
from rollout_lint.live.model import GLOBAL, GLOBAL_JOB, REPLICATED, REPLICATED_JOB, LiveService, LiveTask, Spec
from rollout_lint.live.model import UpdateStatus as Status
from rollout_lint.location import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 64 << 20
_MODES = {"Global": GLOBAL, "ReplicatedJob": REPLICATED_JOB, "GlobalJob": GLOBAL_JOB, "Replicated": REPLICATED}
_SPACE = " \t\r\n"


def read_services(data: bytes, name: str) -> list[LiveService]:
    """The services of a document: a list, a service alone, or several of either one after the other.

    Raises FleetError where the text, which problems call `name`, is not what `docker service inspect` prints.
    """
    documents = list(_documents(data, name))
    services = [_service(document) for document in documents if mapping(document, "Spec")]
    if len(services) != len(documents) or not services:
        wrong = next((number for number, each in enumerate(documents, 1) if not mapping(each, "Spec")), 1)
        what = f"item {wrong} has no Spec, as a service has one" if documents else "there is no service in it"
        raise FleetError([Problem(name, 0, 0, f"{what}; docker service inspect prints services")])
    return services


def read_tasks(data: bytes, name: str) -> list[LiveTask]:
    """The tasks of a document, in the same forms. Raises FleetError where the text is not JSON."""
    return [_task(document) for document in _documents(data, name) if text(document, "ID")]


def _documents(data: bytes, name: str) -> Iterator[Any]:
    if len(data) > MAX_BYTES:
        raise FleetError([Problem(name, 0, 0, f"it has more than {MAX_BYTES >> 20} MiB")])
    for document in _values(_decoded(data, name), name):
        yield from document if isinstance(document, list) else [document]


def _decoded(data: bytes, name: str) -> str:
    """The text, in UTF-8, or in UTF-16 as a redirection of PowerShell writes it."""
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise FleetError([Problem(name, 0, 0, "it is not text")]) from None


def _values(text_: str, name: str) -> Iterator[Any]:
    decoder, position = json.JSONDecoder(), 0
    while (position := _after_space(text_, position)) < len(text_):
        try:
            value, position = decoder.raw_decode(text_, position)
        except json.JSONDecodeError as error:
            raise FleetError([Problem(name, error.lineno, error.colno, f"it is not JSON: {error.msg}")]) from None
        except (RecursionError, ValueError):
            # A number of thousands of digits, or lists that are nested as deep.
            raise FleetError([Problem(name, 0, 0, "it is JSON that nothing could hold")]) from None
        yield value


def _after_space(text_: str, position: int) -> int:
    while position < len(text_) and text_[position] in _SPACE:
        position += 1
    return position


def _service(document: dict[str, Any]) -> LiveService:
    previous = mapping(document, "PreviousSpec")
    return LiveService(
        id=text(document, "ID"),
        spec=_spec(mapping(document, "Spec")),
        version=whole(document, "Version", "Index"),
        created=moment(document, "CreatedAt"),
        changed=moment(document, "UpdatedAt"),
        previous=_spec(previous) if previous else None,
        update=_status(mapping(document, "UpdateStatus")),
        iteration=whole(document, "JobStatus", "JobIteration", "Index"),
    )


def _spec(document: dict[str, Any]) -> Spec:
    given = mapping(document, "Mode")
    mode = next((mode for key, mode in _MODES.items() if found(given, key) is not None), REPLICATED)
    return Spec(
        name=text(document, "Name"),
        mode=mode,
        replicas=_replicas(given, mode),
        image=text(document, "TaskTemplate", "ContainerSpec", "Image"),
        labels=texts(document, "Labels"),
        container_labels=texts(document, "TaskTemplate", "ContainerSpec", "Labels"),
        document=document,
    )


def _replicas(given: dict[str, Any], mode: str) -> int | None:
    """One where the engine says nothing (moby `daemon/cluster/convert/service.go`)."""
    if mode == REPLICATED:
        value = whole(given, "Replicated", "Replicas")
    elif mode == REPLICATED_JOB:
        value = whole(given, "ReplicatedJob", "TotalCompletions")
    else:
        return None
    return 1 if value is None else max(value, 0)


def _status(document: dict[str, Any]) -> Status | None:
    """Engines before 29 give an empty one where there is none, and later ones nothing."""
    if not text(document, "State"):
        return None
    return Status(
        state=text(document, "State"),
        started=moment(document, "StartedAt"),
        completed=moment(document, "CompletedAt"),
        message=text(document, "Message"),
    )


def _task(document: dict[str, Any]) -> LiveTask:
    return LiveTask(
        id=text(document, "ID"),
        service=text(document, "ServiceID"),
        slot=str(whole(document, "Slot") or text(document, "NodeID")),
        state=text(document, "Status", "State"),
        wanted=text(document, "DesiredState"),
        error=text(document, "Status", "Err"),
        exit_code=_exit_code(document),
        created=moment(document, "CreatedAt"),
        changed=moment(document, "Status", "Timestamp"),
        iteration=whole(document, "JobIteration", "Index"),
        spec=mapping(document, "Spec"),
    )


def _exit_code(document: dict[str, Any]) -> int | None:
    """That of a container which has been started; one that never was has none."""
    container = mapping(document, "Status", "ContainerStatus")
    return whole(container, "ExitCode") if text(container, "ContainerID") else None


def names(data: bytes) -> list[str]:
    """The words of what a listing with `--quiet` prints."""
    return [line for line in data.decode(errors="replace").split() if line]
