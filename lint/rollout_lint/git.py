"""Git, asked what a repository holds: never its working tree or index, never the network, and no program of a config.

The commands used here are plumbing that runs no hook, filter, pager or file monitor. A repository that a folder only
looks like (a bare one, committed below a recipe) is not taken for one: `safe.bareRepository` in git-config(1).
"""

from __future__ import annotations

import atexit
import errno
import os
import re
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePath
    from subprocess import Popen

_OPTIONS = ("--no-pager", "--no-replace-objects", "-c", "safe.bareRepository=explicit", "-c", "protocol.allow=never")

_USERS_OWN = re.compile(
    r"GIT_(?:CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)\Z"
)
"""What of git's environment is kept. A hook's says which repository is meant, as GIT_DIR does, and lies here."""

_FORCED = {
    # An empty list of protocols also overrules what a repository's config allows: git(1) GIT_ALLOW_PROTOCOL.
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class GitError(Exception):
    """Git is missing or refused; the text has its own words."""


def run(folder: PurePath, *arguments: str) -> bytes:
    """What a git command prints, run in a folder that exists; raises GitError."""
    import subprocess

    try:
        ran = subprocess.run(  # noqa: S603
            _command(folder, arguments),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed") from error
    except (OSError, ValueError) as error:
        raise GitError(f"git cannot be run: {error}") from error
    if ran.returncode:
        raise GitError(_words(ran.stderr) or f"git {arguments[0]} ended with {ran.returncode}")
    return ran.stdout


def read_blob(folder: PurePath, blob: str, limit: int | None) -> bytes:
    """The first `limit` bytes of a blob of the repository of a folder, all for None; raises OSError."""
    return _READER.read(folder, blob, limit)


def _command(folder: PurePath, arguments: tuple[str, ...]) -> list[str]:
    return ["git", *_OPTIONS, "-C", str(folder), *arguments]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name[:4] != "GIT_" or _USERS_OWN.match(name)}
    return kept | _FORCED


def _words(stderr: bytes) -> str:
    """Git's own words on one line, without its hints and warnings."""
    lines = stderr.decode("utf-8", errors="replace").splitlines()
    kept = (line for line in lines if not line.startswith(("hint:", "warning:")))
    return " ".join(" ".join(kept).replace("fatal: ", "").replace("error: ", "").split())


class _Reader:
    """One `git cat-file --batch`, for one repository at a time, so that a fleet of any size needs one process."""

    def __init__(self) -> None:
        self._process: Popen[bytes] | None = None
        self._folder: PurePath | None = None
        self._owner = 0

    def read(self, folder: PurePath, blob: str, limit: int | None) -> bytes:
        """The first `limit` bytes of a blob; a rest is left unread by ending the process."""
        process = self._running(folder)
        assert process.stdin is not None
        assert process.stdout is not None
        complete = False
        try:
            process.stdin.write(f"{blob}\n".encode())
            process.stdin.flush()
            data, complete = _answer(process.stdout, limit)
        finally:
            if not complete:
                self.close()
        return data

    def close(self) -> None:
        """End the process; one that was started before a fork is the parent's, and only let go of."""
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                assert stream is not None
                stream.close()
        if self._owner == os.getpid():
            process.kill()
            process.wait()
        else:
            process.poll()

    def _running(self, folder: PurePath) -> Popen[bytes]:
        here = self._owner == os.getpid() and self._folder == folder
        if self._process is None or not here or self._process.poll() is not None:
            self.close()
            self._process = self._start(folder)
            self._folder, self._owner = folder, os.getpid()
        return self._process

    @staticmethod
    def _start(folder: PurePath) -> Popen[bytes]:
        from subprocess import DEVNULL, PIPE, Popen

        command = _command(folder, ("cat-file", "--batch"))
        return Popen(command, env=_environment(), stdin=PIPE, stdout=PIPE, stderr=DEVNULL)  # noqa: S603


def _answer(stream: IO[bytes], limit: int | None) -> tuple[bytes, bool]:
    """The start of a blob, and whether the whole answer was read; its header is `object type size`."""
    header = stream.readline().split()
    if len(header) != 3:
        raise OSError(errno.EIO, "the repository lacks its contents")
    size = int(header[2])
    kept = size if limit is None else min(size, limit)
    data = stream.read(kept)
    if len(data) < kept:
        raise OSError(errno.EIO, "the repository lacks the rest of it")
    return data, kept == size and stream.read(1) == b"\n"


_READER = _Reader()
atexit.register(_READER.close)
