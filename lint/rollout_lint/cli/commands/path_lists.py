"""Paths that the command line gives, also as a list in a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.api.selection import StdinFile
from rollout_lint.cli.console import exit_with_error
from rollout_lint.discovery.filesystem import is_folder, read_bytes
from rollout_lint.discovery.recipes import STDIN
from rollout_lint.syntax.parser import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_LIST_BYTES = 64 * 1024 * 1024


def read_stdin_file(name: str | None, paths: Sequence[str] | None) -> StdinFile | None:
    """Return the file that standard input replaces, or None without a name.

    Exit if it is not the name of a file, or if standard input is not the only path.
    """
    if name is None:
        return None
    if list(paths or ()) != [STDIN]:
        exit_with_error("--stdin-filename requires - as the only path")
    if name == STDIN or is_folder(Path(name)):
        exit_with_error(f"--stdin-filename {name} is not the name of a file")
    return StdinFile(name, sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin is not None else b"")


def select_paths(paths: Sequence[str] | None, files_from: str | None) -> tuple[str, ...]:
    """Return the paths of the command line, those in the list, or the current folder.

    Exit if both are given, or if the list cannot be read.
    """
    if files_from is None:
        return tuple(paths or ["."])
    if paths:
        exit_with_error("a path and --files-from cannot be combined")
    return tuple(parse_list(_read_list(files_from)))


def parse_list(data: bytes) -> list[str]:
    """Return the paths in a list: each ends with a null byte, or is a line, quoted as git does it."""
    if b"\0" in data:
        return [os.fsdecode(path) for path in data.split(b"\0") if path]
    return [os.fsdecode(_unquote(line.rstrip(b"\r"))) for line in data.split(b"\n") if line.strip()]


def _unquote(line: bytes) -> bytes:
    """Return a path without the quotes and escapes of git (`quote.c quote_c_style`)."""
    if len(line) < 2 or not line.startswith(b'"') or not line.endswith(b'"'):
        return line
    try:
        return line[1:-1].decode("ascii").encode("ascii").decode("unicode_escape").encode("latin-1")
    except ValueError:
        return line


def _read_list(file: str) -> bytes:
    try:
        if file == STDIN:
            data = sys.stdin.buffer.read(_MAX_LIST_BYTES + 1)
        else:
            data = read_bytes(Path(file), _MAX_LIST_BYTES + 1, accepts_pipe=True)
    except (OSError, AttributeError) as error:
        exit_with_error(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is closed'}")
    if len(data) > _MAX_LIST_BYTES:
        exit_with_error(f"{file} is larger than {_MAX_LIST_BYTES // 1024 // 1024} MiB")
    return data
