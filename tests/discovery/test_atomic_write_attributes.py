"""Attributes that an atomic write keeps, and what it says about those that it cannot keep."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rollout_lint.discovery.atomic_write import stage_write, write_atomically

from tests.privileges import needs_root, without_privileges
from tests.system_calls import failing

if TYPE_CHECKING:
    from pathlib import Path

OTHER_USER, OTHER_GROUP = 4001, 4002
WRITE = """
import sys
from pathlib import Path
from rollout_lint.discovery.atomic_write import write_atomically
try:
    print(*write_atomically(Path(sys.argv[1]), b"after"), sep="\\n")
except OSError as error:
    print(error.strerror)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "compose.yml"
    path.write_text("before")
    return path


def write_without_privileges(path: Path) -> list[str]:
    """Write in a process without privileges, and return its notes or its error."""
    command = [*without_privileges(), sys.executable, "-c", WRITE, str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()


@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o1644, 0o6775, 0o600, 0o646])
def test_write_keeps_owner_group_and_special_bits(file: Path, mode: int) -> None:
    needs_root()
    os.chown(file, OTHER_USER, OTHER_GROUP)
    file.chmod(mode)
    assert write_atomically(file, b"after") == ()
    now = file.stat()
    assert (now.st_uid, now.st_gid, stat.S_IMODE(now.st_mode)) == (OTHER_USER, OTHER_GROUP, mode)


def test_write_reports_an_owner_that_it_cannot_keep(file: Path) -> None:
    needs_root()
    os.chown(file, OTHER_USER, 0)
    file.chmod(0o6666)
    assert write_without_privileges(file) == [
        f"the owner changed from uid {OTHER_USER} to uid 0",
        "the mode changed from 6666 to 0666",
    ]
    assert (file.read_text(), file.stat().st_uid) == ("after", 0)


def test_write_reports_a_group_that_it_cannot_keep(file: Path) -> None:
    needs_root()
    os.chown(file, 0, OTHER_GROUP)
    file.chmod(0o2664)
    assert write_without_privileges(file) == [
        f"the group changed from gid {OTHER_GROUP} to gid 0",
        "the mode changed from 2664 to 0664",
    ]


def test_write_keeps_the_group_of_the_users_own(file: Path) -> None:
    """A member of the group keeps it, although the owner is another user."""
    needs_root()
    os.chown(file, OTHER_USER, OTHER_GROUP)
    file.chmod(0o664)
    command = [*without_privileges(), f"--groups={OTHER_GROUP}", sys.executable, "-c", WRITE, str(file)]
    subprocess.run(command, check=True, capture_output=True)
    assert (file.stat().st_uid, file.stat().st_gid) == (0, OTHER_GROUP)


@pytest.mark.parametrize("count", [2, 3])
def test_write_reports_other_hard_links(file: Path, count: int) -> None:
    for number in range(1, count):
        (file.parent / f"other{number}").hardlink_to(file)
    note = {
        2: "another hard link of this file keeps the old contents",
        3: "2 other hard links of this file keep the old contents",
    }
    assert write_atomically(file, b"after") == (note[count],)
    assert (file.read_text(), (file.parent / "other1").read_text()) == ("after", "before")


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes of Linux")
def test_write_keeps_extended_attributes(file: Path) -> None:
    _set_attribute(file, "user.comment", b"mine")
    access = _access_list(named_user=7, mask=6)
    _set_attribute(file, "system.posix_acl_access", access)
    mode = file.stat().st_mode
    assert write_atomically(file, b"after") == ()
    assert os.getxattr(file, "user.comment") == b"mine"
    assert os.getxattr(file, "system.posix_acl_access") == access
    assert file.stat().st_mode == mode


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes of Linux")
def test_write_reports_a_lost_extended_attribute(file: Path) -> None:
    """The file system has no room for it."""
    _set_attribute(file, "user.comment", b"mine")
    command = [*failing("fsetxattr", "ENOSPC"), sys.executable, "-c", WRITE, str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (ran.stdout, file.read_text()) == ("extended attribute user.comment is lost\n", "after")


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes of Linux")
def test_write_adds_no_access_list_of_the_folder(file: Path) -> None:
    _set_attribute(file.parent, "system.posix_acl_default", _access_list(named_user=7, mask=7))
    write_atomically(file, b"after")
    write_atomically(file.with_name("new.yml"), b"after")
    assert "system.posix_acl_access" not in os.listxattr(file)
    assert "system.posix_acl_access" in os.listxattr(file.with_name("new.yml"))


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes of Linux")
def test_write_copies_no_signature_of_the_old_contents(file: Path) -> None:
    needs_root()
    # cap_net_raw, in the format of linux/capability.h
    _set_attribute(file, "security.capability", struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0))
    assert write_atomically(file, b"after") == ()
    assert "security.capability" not in os.listxattr(file)


def _set_attribute(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"the file system has no {name}: {error.strerror}")


def _access_list(named_user: int, mask: int) -> bytes:
    """Return an access control list in the format of linux/posix_acl_xattr.h."""
    nobody = 0xFFFFFFFF
    entries = [(1, 6, nobody), (2, 6, named_user), (4, 4, nobody), (16, mask, nobody), (32, 4, nobody)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.mark.parametrize("mode", [0o444, 0o400, 0o555, 0o000])
def test_write_rejects_a_file_without_write_bit(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(OSError, match="the file is read-only") as error:
        write_atomically(file, b"after")
    assert error.value.errno == errno.EACCES
    file.chmod(0o644)
    assert (file.read_text(), list(file.parent.iterdir())) == ("before", [file])


def test_write_rejects_a_file_that_only_others_may_write(file: Path) -> None:
    needs_root()
    os.chown(file, OTHER_USER, OTHER_GROUP)
    file.chmod(0o644)
    assert write_without_privileges(file) == ["the file is read-only"]
    assert (file.read_text(), file.stat().st_uid) == ("before", OTHER_USER)


def test_write_rejects_a_folder_without_permission(file: Path) -> None:
    file.parent.chmod(0o555)
    assert write_without_privileges(file) == ["no permission to create a file in its folder"]
    file.parent.chmod(0o755)
    assert file.read_text() == "before"


def test_write_rejects_a_sticky_folder_of_others(file: Path) -> None:
    needs_root()
    os.chown(file, OTHER_USER, OTHER_GROUP)
    os.chown(file.parent, OTHER_USER, OTHER_GROUP)
    file.chmod(0o666)
    file.parent.chmod(0o1777)
    assert write_without_privileges(file) == ["Operation not permitted"]
    assert (file.read_text(), list(file.parent.iterdir())) == ("before", [file])


@pytest.mark.parametrize("kind", ["read-only file system", "mounted file"])
def test_write_rejects_a_mount(file: Path, kind: str) -> None:
    needs_root()
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("needs unshare, for a mount of its own")
    source = {"read-only file system": file.parent, "mounted file": file}[kind]
    options = ",ro" if source.is_dir() else ""
    script = f'mount --bind "$1" "$1" && mount -o remount,bind{options} "$1" && exec "$2" -c "$3" "$4"'
    command = ["unshare", "-m", "sh", "-c", script, "sh", str(source), sys.executable, WRITE, str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    expected = {
        "read-only file system": ("the file is read-only\n", "Read-only file system\n"),
        "mounted file": ("Device or resource busy\n",),
    }
    assert ran.stdout in expected[kind]
    assert (file.read_text(), list(file.parent.iterdir())) == ("before", [file])


@pytest.mark.parametrize(
    ("expected", "now"), [(b"before", b"mine"), (b"before", b"before+"), (b"x", None), (None, b"")]
)
def test_write_rejects_a_file_that_changed(file: Path, expected: bytes | None, now: bytes | None) -> None:
    file.unlink()
    if now is not None:
        file.write_bytes(now)
    with pytest.raises(OSError, match="changed after it was read"):
        write_atomically(file, b"after", expected)
    assert [each.read_bytes() for each in file.parent.iterdir()] == ([] if now is None else [now])


def test_commit_compares_contents_right_before_the_rename(file: Path) -> None:
    with stage_write(file, b"after") as staged:
        staged.require(b"before")
        file.write_bytes(b"mine")
        with pytest.raises(OSError, match="changed after it was read"):
            staged.commit(b"before")
    assert [each.read_bytes() for each in file.parent.iterdir()] == [b"mine"]


def test_new_file_has_the_group_of_a_setgid_folder(file: Path) -> None:
    needs_root()
    os.chown(file.parent, -1, OTHER_GROUP)
    file.parent.chmod(0o2775)
    write_atomically(file.with_name("new.yml"), b"")
    assert file.with_name("new.yml").stat().st_gid == OTHER_GROUP
