"""Atomic writes of files."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from rollout_lint.discovery.filesystem import is_file, is_link


def write_atomically(path: Path, data: bytes) -> None:
    """Replace the contents of a file atomically. Raises OSError, and then leaves no temporary file.

    The target of a link is replaced, and a file keeps its mode. A device or a pipe is written directly.
    """
    try:
        _write(Path(os.path.realpath(path)), data)
    except ValueError as error:
        raise OSError(errno.EINVAL, "invalid file name") from error


def _write(path: Path, data: bytes) -> None:
    if path.exists() and not is_file(path):
        path.write_bytes(data)
        return
    if is_link(path):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    import tempfile

    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:32]}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            # Without it, a crash after the rename could leave an empty file.
            os.fsync(stream.fileno())
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """Return the umask, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
