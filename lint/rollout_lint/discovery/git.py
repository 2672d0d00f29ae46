"""Git commands that read commits and the index without the working tree, the network or programs from a config.

The commands are plumbing, which runs no hook, filter, pager or file monitor. A bare repository that is committed below
a recipe is not used as a repository (`safe.bareRepository` in git-config(1)).
"""

from __future__ import annotations

import os
import re
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import PurePath

_OPTIONS = ("--no-pager", "--no-replace-objects", "-c", "safe.bareRepository=explicit", "-c", "protocol.allow=never")

_KEPT_VARIABLES = re.compile(
    r"GIT_(?:CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)\Z"
)
"""Variables of git that are kept. Others, such as GIT_DIR in a hook, would select another repository."""

_FORCED = {
    # An empty list of protocols overrides the config of the repository too: git(1) GIT_ALLOW_PROTOCOL.
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


_SHA256_LENGTH = 64


class GitError(Exception):
    """Error of git, with its own message, or a missing git."""


def run(folder: PurePath, *arguments: str) -> bytes:
    """Run a git command in an existing folder and return its output. Raises GitError."""
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
        raise GitError(_error_message(ran.stderr) or f"git {arguments[0]} ended with {ran.returncode}")
    return ran.stdout


def read_tree(folder: PurePath, commit: str) -> dict[str, tuple[str, bool]]:
    """Return the files of a commit by path: the object, and True for a symbolic link. Raises GitError.

    Submodules are skipped. A tree that git itself would not check out raises GitError.
    """
    tree: dict[str, tuple[str, bool]] = {}
    for entry in run(folder, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
        header, _, raw_path = entry.partition(b"\t")
        mode, kind, name = header.decode().split()
        if kind == "blob":
            tree[os.fsdecode(raw_path)] = (name, mode == "120000")
    for path in tree:
        parts = path.split("/")
        is_below_a_file = any("/".join(parts[:end]) in tree for end in range(1, len(parts)))
        if is_below_a_file or any(part.lower() in ("", ".", "..", ".git") for part in parts):
            raise GitError(f"the commit has a file with the path {path!r}, which cannot be written")
    return tree


def read_index(folder: PurePath) -> dict[str, str]:
    """Return the object of each file in the index by path, without those in conflict. Raises GitError."""
    index: dict[str, str] = {}
    for entry in run(folder, "ls-files", "--stage", "--full-name", "-z").split(b"\0")[:-1]:
        header, _, raw_path = entry.partition(b"\t")
        _, name, stage = header.decode().split()
        if stage == "0":
            index[os.fsdecode(raw_path)] = name
    return index


def hash_blob(data: bytes, like: str) -> str:
    """Return the name of the object with this data, by the hash function of another name (gitformat-hash-function)."""
    import hashlib

    hashed = hashlib.sha256 if len(like) == _SHA256_LENGTH else hashlib.sha1
    return hashed(b"blob %d\0" % len(data) + data).hexdigest()


def read_blobs(folder: PurePath, names: Sequence[str], limit: int) -> Iterator[bytes | int | None]:
    """Yield the contents of each blob, its size if that is above the limit, None if the repository lacks it.

    One `git cat-file --batch` reads them. It starts again after a blob that is too large and after a damaged one.
    """
    from subprocess import DEVNULL, PIPE, Popen
    from tempfile import TemporaryFile

    command = _command(folder, ("cat-file", "--batch"))
    count = 0
    while count < len(names):
        with TemporaryFile() as requests:
            requests.write("".join(f"{name}\n" for name in names[count:]).encode())
            requests.seek(0)
            with Popen(command, env=_environment(), stdin=requests, stdout=PIPE, stderr=DEVNULL) as process:  # noqa: S603
                assert process.stdout is not None
                try:
                    for contents, has_next in _read_batch(process.stdout, limit):
                        count += 1
                        yield contents
                        if not has_next or count == len(names):
                            break
                finally:
                    process.kill()


def _read_batch(stream: IO[bytes], limit: int) -> Iterator[tuple[bytes | int | None, bool]]:
    """Yield the contents of each blob, and True if the next one follows; the header is `object type size`."""
    while True:
        header = stream.readline().split()
        size = int(header[2]) if len(header) == 3 else 0
        if len(header) != 3:
            yield None, bool(header)
        elif size > limit:
            yield size, False
        else:
            contents = stream.read(size)
            is_complete = len(contents) == size and stream.read(1) == b"\n"
            yield contents if is_complete else None, is_complete


def _command(folder: PurePath, arguments: tuple[str, ...]) -> list[str]:
    return ["git", *_OPTIONS, "-C", str(folder), *arguments]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name[:4] != "GIT_" or _KEPT_VARIABLES.match(name)}
    return kept | _FORCED


def _error_message(stderr: bytes) -> str:
    """Return the error of git on one line, without hints and warnings."""
    lines = stderr.decode("utf-8", errors="replace").splitlines()
    kept = (line for line in lines if not line.startswith(("hint:", "warning:")))
    return " ".join(" ".join(kept).replace("fatal: ", "").replace("error: ", "").split())
