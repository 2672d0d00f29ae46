"""Parser for the output of `docker service inspect` and `docker inspect --type task` of any Docker version.

A value that is missing or has another type counts as unset. A document without services is an error.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rollout_lint.errors import FleetError
from rollout_lint.live.json_access import get_integer, get_mapping, get_text, get_texts, get_time, get_value
from rollout_lint.live.model import (
    GLOBAL,
    GLOBAL_JOB,
    REPLICATED,
    REPLICATED_JOB,
    LiveService,
    LiveTask,
    Spec,
    UpdateStatus,
)
from rollout_lint.location import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 64 << 20
_MODES = {"Global": GLOBAL, "ReplicatedJob": REPLICATED_JOB, "GlobalJob": GLOBAL_JOB, "Replicated": REPLICATED}
_SPACE = " \t\r\n"


def read_services(data: bytes, name: str) -> list[LiveService]:
    """Parse services: a list, a single service, or several of either one after the other.

    `name` is the name of the document in errors. Raises FleetError for anything that `docker service inspect` does not
    print.
    """
    documents = list(_documents(data, name))
    if not documents:
        raise _error(name, "there is no service in it; docker service inspect prints services")
    for number, document in enumerate(documents, 1):
        if not get_mapping(document, "Spec"):
            raise _error(
                name, f"item {number} has no Spec, as a service has one; docker service inspect prints services"
            )
    return [_service(document) for document in documents]


def read_tasks(data: bytes, name: str) -> list[LiveTask]:
    """Parse tasks, in the same forms as services. Raises FleetError if the text is not JSON."""
    return [_task(document) for document in _documents(data, name) if get_text(document, "ID")]


def _error(name: str, message: str, line: int = 0, column: int = 0) -> FleetError:
    return FleetError([Problem(name, line, column, message)])


def _documents(data: bytes, name: str) -> Iterator[Any]:
    if len(data) > MAX_BYTES:
        raise _error(name, f"it has more than {MAX_BYTES >> 20} MiB")
    for document in _values(_decode(data, name), name):
        yield from document if isinstance(document, list) else [document]


def _decode(data: bytes, name: str) -> str:
    """Decode UTF-8, or UTF-16 as PowerShell writes it when it redirects output."""
    try:
        return data.decode(json.detect_encoding(data)).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise _error(name, "it is not text") from None


def _values(text: str, name: str) -> Iterator[Any]:
    decoder, position = json.JSONDecoder(), 0
    while (position := _skip_space(text, position)) < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise _error(name, f"it is not JSON: {error.msg}", error.lineno, error.colno) from None
        except (RecursionError, ValueError):
            # A number of thousands of digits, or lists that are nested as deep.
            raise _error(name, "the JSON is nested too deeply, or has a number that is too long") from None
        yield value


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACE:
        position += 1
    return position


def _service(document: dict[str, Any]) -> LiveService:
    previous = get_mapping(document, "PreviousSpec")
    return LiveService(
        id=get_text(document, "ID"),
        spec=_spec(get_mapping(document, "Spec")),
        version=get_integer(document, "Version", "Index"),
        created=get_time(document, "CreatedAt"),
        changed=get_time(document, "UpdatedAt"),
        previous=_spec(previous) if previous else None,
        update=_update_status(get_mapping(document, "UpdateStatus")),
        iteration=get_integer(document, "JobStatus", "JobIteration", "Index"),
    )


def _spec(document: dict[str, Any]) -> Spec:
    modes = get_mapping(document, "Mode")
    mode = next((mode for key, mode in _MODES.items() if get_value(modes, key) is not None), REPLICATED)
    return Spec(
        name=get_text(document, "Name"),
        mode=mode,
        replicas=_replicas(modes, mode),
        image=get_text(document, "TaskTemplate", "ContainerSpec", "Image"),
        labels=get_texts(document, "Labels"),
        container_labels=get_texts(document, "TaskTemplate", "ContainerSpec", "Labels"),
        document=document,
    )


def _replicas(modes: dict[str, Any], mode: str) -> int | None:
    """Return the replicas; the default is 1 (moby `daemon/cluster/convert/service.go`)."""
    if mode == REPLICATED:
        value = get_integer(modes, "Replicated", "Replicas")
    elif mode == REPLICATED_JOB:
        value = get_integer(modes, "ReplicatedJob", "TotalCompletions")
    else:
        return None
    return 1 if value is None else max(value, 0)


def _update_status(document: dict[str, Any]) -> UpdateStatus | None:
    """Return the status, or None for the empty one that Docker before version 29 prints if there was no update."""
    if not get_text(document, "State"):
        return None
    return UpdateStatus(
        state=get_text(document, "State"),
        started=get_time(document, "StartedAt"),
        completed=get_time(document, "CompletedAt"),
        message=get_text(document, "Message"),
    )


def _task(document: dict[str, Any]) -> LiveTask:
    container = get_mapping(document, "Status", "ContainerStatus")
    return LiveTask(
        id=get_text(document, "ID"),
        service=get_text(document, "ServiceID"),
        slot=str(get_integer(document, "Slot") or get_text(document, "NodeID")),
        state=get_text(document, "Status", "State"),
        desired_state=get_text(document, "DesiredState"),
        error=get_text(document, "Status", "Err"),
        # A container that was never started has exit code 0.
        exit_code=get_integer(container, "ExitCode") if get_text(container, "ContainerID") else None,
        created=get_time(document, "CreatedAt"),
        changed=get_time(document, "Status", "Timestamp"),
        iteration=get_integer(document, "JobIteration", "Index"),
        spec=get_mapping(document, "Spec"),
    )
