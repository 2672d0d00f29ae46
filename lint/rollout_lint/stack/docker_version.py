"""Versions of Docker Engine and of the docker CLI."""

from __future__ import annotations

import re

from rollout_lint.pattern import compile_lazily
from rollout_lint.record import Record

VERSION_WORDS = "a version of Docker from 19.03 on, such as 28, 26.1 or 20.10.24"

_TEXT = compile_lazily(r"\d\d(?:\.\d{1,2}){0,2}", re.ASCII)
_OLDEST = (19, 3)


class DockerVersion(Record):
    """First one, two or three numbers of a version. The other numbers are those of the newest such release."""

    numbers: tuple[int, ...]
    text: str

    def is_before(self, *release: int) -> bool:
        """Return True if the version is older than a release: 20.10.9 is before 20.10.10, and 20.10 is not."""
        return self.numbers < release[: len(self.numbers)]


def parse_docker_version(text: str) -> DockerVersion | None:
    """Return the version, or None if the text is not one."""
    if not _TEXT.fullmatch(text):
        return None
    version = DockerVersion(tuple(map(int, text.split("."))), text)
    return None if version.is_before(*_OLDEST) else version
