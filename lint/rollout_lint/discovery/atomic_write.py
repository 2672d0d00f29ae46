"""Atomic writes of files: all files that a user keeps are written by this module."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

from rollout_lint.discovery.filesystem import is_file, is_link, read_bytes
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ACCESS_LIST = "system.posix_acl_access"
_SELINUX = "security.selinux"


class Contents(Enum):
    """Contents of a file that a write accepts without comparing them."""

    ANY = "any"


Expected: TypeAlias = "bytes | Contents | None"
"""Contents that a file must still have when it is replaced; None if it must not exist."""


class StagedWrite(Record):
    """New contents of the file at `path`, complete on disk in a temporary file beside it.

    `notes` are sentences about what the new file could not keep, such as its owner.
    """

    path: Path
    temporary: Path
    notes: tuple[str, ...]

    def require(self, expected: Expected) -> None:
        """Raise OSError if the file has other contents now."""
        if expected is Contents.ANY:
            return
        found = read_bytes(self.path, len(expected or b"") + 1) if os.path.lexists(self.path) else None
        if found != expected:
            raise OSError(errno.ESTALE, "the file changed after it was read")

    def commit(self, expected: Expected = Contents.ANY) -> None:
        """Replace the file. Raises OSError, and then leaves it as it is."""
        self.require(expected)
        self.temporary.replace(self.path)


def write_atomically(path: Path, data: bytes | Iterable[bytes], expected: Expected = Contents.ANY) -> tuple[str, ...]:
    """Replace the contents of a file atomically, and return what the new file could not keep.

    The data can come in pieces. The target of a link is replaced. A device or a pipe is written directly. Raises
    OSError, and then leaves no temporary file.
    """
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not is_file(target):
            with target.open("wb") as stream:
                _write_pieces(stream, data)
            return ()
        with stage_write(target, data) as staged:
            staged.commit(expected)
            return staged.notes
    except ValueError as error:
        raise OSError(errno.EINVAL, "invalid file name") from error


@contextmanager
def stage_write(path: Path, data: bytes | Iterable[bytes]) -> Iterator[StagedWrite]:
    """Write new contents beside a file, whose links are resolved. At the end, the temporary file is removed.

    A file keeps its mode, owner, group and extended attributes if the system permits it. Raises OSError, also for a
    file that the user may not write: to replace a file needs only the permission to write its folder.
    """
    before = _stat(path)
    if before is not None:
        _require_permission(path, before)
    if is_link(path):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    temporary = path.with_name(f".{path.name[:32]}.rollout-lint-{os.urandom(4).hex()}")
    try:
        # The system applies the umask, and the access control list of the folder, to a new file.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(_open(temporary, flags, 0o666 if before is None else 0o600), "wb") as stream:
            _write_pieces(stream, data)
            stream.flush()
            lost = () if before is None else _keep_attributes(path, stream.fileno(), before)
            # Without it, a crash after the rename could leave an empty file.
            os.fsync(stream.fileno())
        yield StagedWrite(path, temporary, tuple(lost))
    finally:
        temporary.unlink(missing_ok=True)


def _write_pieces(file: IO[bytes], data: bytes | Iterable[bytes]) -> None:
    file.writelines((data,) if isinstance(data, bytes) else data)


def _open(path: Path, flags: int, mode: int) -> int:
    try:
        return os.open(path, flags, mode)
    except PermissionError as error:
        raise OSError(error.errno, "no permission to create a file in its folder") from error


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise


def _require_permission(path: Path, before: os.stat_result) -> None:
    """Raise OSError for a file that the user may not write. Root may write all, so its mode bits decide too."""
    if not stat.S_ISREG(before.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    is_permitted = os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    if not is_permitted or not before.st_mode & 0o222:
        raise OSError(errno.EACCES, "the file is read-only")


def _keep_attributes(path: Path, descriptor: int, before: os.stat_result) -> list[str]:
    """Give the new file the owner, group, extended attributes and mode of the earlier one, and return what is lost."""
    # Owner and group first, because their change clears setuid and setgid.
    for owner in (before.st_uid, -1):
        with suppress(OSError):
            os.fchown(descriptor, owner, before.st_gid)
            break
    lost = [f"extended attribute {name} is lost" for name in _copy_extended_attributes(path, descriptor)]
    now = os.fstat(descriptor)
    mode = stat.S_IMODE(before.st_mode)
    if now.st_uid != before.st_uid:
        mode &= ~(stat.S_ISUID | stat.S_ISGID)
    if now.st_gid != before.st_gid:
        mode &= ~stat.S_ISGID
    with suppress(OSError):
        os.fchmod(descriptor, mode)
    return [*_describe_losses(before, os.fstat(descriptor)), *lost]


def _describe_losses(before: os.stat_result, after: os.stat_result) -> Iterator[str]:
    """Yield the differences of the new file. A name of a user could need the network, so the number is named."""
    if before.st_nlink > 1:
        count = before.st_nlink - 1
        others = "another hard link of this file keeps" if count == 1 else f"{count} other hard links of this file keep"
        yield f"{others} the old contents"
    if after.st_uid != before.st_uid:
        yield f"the owner changed from uid {before.st_uid} to uid {after.st_uid}"
    if after.st_gid != before.st_gid:
        yield f"the group changed from gid {before.st_gid} to gid {after.st_gid}"
    old, new = (f"{stat.S_IMODE(each.st_mode):04o}" for each in (before, after))
    if old != new:
        yield f"the mode changed from {old} to {new}"


def _copy_extended_attributes(path: Path, descriptor: int) -> Iterator[str]:
    """Copy the extended attributes (Linux), access control lists among them, and yield those that cannot be copied."""
    if not hasattr(os, "listxattr"):
        return
    try:
        names = os.listxattr(path)
        inherited = os.listxattr(descriptor)
    except OSError:
        return
    if _ACCESS_LIST in inherited and _ACCESS_LIST not in names:
        with suppress(OSError):
            os.removexattr(descriptor, _ACCESS_LIST)
    for name in names:
        # Other attributes of the kernel are signatures of the old contents.
        if name.startswith("security.") and name != _SELINUX:
            continue
        try:
            os.setxattr(descriptor, name, os.getxattr(path, name))
        except OSError:
            yield name
