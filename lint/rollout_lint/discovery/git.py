"""Git, asked what a repository holds: never its working tree or index, never the network, and no program of a config.

The commands used here are plumbing that runs no hook, filter, pager or file monitor. A repository that a folder only
looks like (a bare one, committed below a recipe) is not taken for one: `safe.bareRepository` in git-config(1).
"""

from __future__ import annotations

import os
import re
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import PurePath

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


def read_tree(folder: PurePath, commit: str) -> dict[str, tuple[str, bool]]:
    """Return each file of a commit by its path: its object and whether it is a symbolic link; raises GitError.

    A submodule is not among them. A tree that git itself would not check out raises GitError.
    """
    tree: dict[str, tuple[str, bool]] = {}
    for entry in run(folder, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
        about, _, raw_path = entry.partition(b"\t")
        mode, kind, name = about.decode().split()
        if kind == "blob":
            tree[os.fsdecode(raw_path)] = (name, mode == "120000")
    for path in tree:
        parts = path.split("/")
        is_below_a_file = any("/".join(parts[:end]) in tree for end in range(1, len(parts)))
        if is_below_a_file or any(part.lower() in ("", ".", "..", ".git") for part in parts):
            raise GitError(f"the commit has a file with the path {path!r}, which cannot be written")
    return tree


def read_blobs(folder: PurePath, names: Sequence[str], limit: int) -> Iterator[bytes | int | None]:
    """Yield the contents of each blob, its size if that is above the limit, None if the repository lacks it.

    One `git cat-file --batch` reads them. It starts again after a blob that is too large and after a damaged one.
    """
    from subprocess import DEVNULL, PIPE, Popen
    from tempfile import TemporaryFile

    command = _command(folder, ("cat-file", "--batch"))
    done = 0
    while done < len(names):
        with TemporaryFile() as requests:
            requests.write("".join(f"{name}\n" for name in names[done:]).encode())
            requests.seek(0)
            with Popen(command, env=_environment(), stdin=requests, stdout=PIPE, stderr=DEVNULL) as process:  # noqa: S603
                assert process.stdout is not None
                try:
                    for contents, can_go_on in _answers(process.stdout, limit):
                        done += 1
                        yield contents
                        if not can_go_on or done == len(names):
                            break
                finally:
                    process.kill()


def _answers(stream: IO[bytes], limit: int) -> Iterator[tuple[bytes | int | None, bool]]:
    """Yield what git prints of each blob, and whether the next one follows; the header is `object type size`."""
    while True:
        header = stream.readline().split()
        size = int(header[2]) if len(header) == 3 else 0
        if len(header) != 3:
            yield None, bool(header)
        elif size > limit:
            yield size, False
        else:
            contents = stream.read(size)
            is_whole = len(contents) == size and stream.read(1) == b"\n"
            yield contents if is_whole else None, is_whole


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
