"""Client of the Engine API. A poll with the docker CLI would start a process for each question."""

from __future__ import annotations

import http.client
import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.swarm.engine import Engine

SECONDS = 240


class ApiError(Exception):
    """Failed call of the Engine API."""


def get(engine: Engine, path: str, **query: Any) -> Any:
    """Return the JSON document at a path. A query value that is not a string is sent as JSON."""
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in query.items()}
    connection = _Connection(engine.home / "socket")
    try:
        connection.request("GET", f"{path}?{urlencode(texts)}")
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise ApiError(f"GET {path}: {response.status} {body.decode(errors='replace').strip()}")
    return json.loads(body)


class _Connection(http.client.HTTPConnection):
    """HTTP connection to a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(SECONDS)
        self.sock.connect(str(self._path))
