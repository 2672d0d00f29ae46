"""Writing of all changes or none."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rollout_lint.fix.apply import WriteError, write_changes
from rollout_lint.fix.model import Change

from tests.system_calls import failing

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def test_write_changes_writes_all(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"a")
    write_changes([Change("old", old, b"a", b"b"), Change("new", new, None, b"c")])
    assert (old.read_bytes(), new.read_bytes()) == (b"b", b"c")


@pytest.mark.parametrize("before", [None, b"a"], ids=["new", "existing"])
def test_failed_write_changes_no_file(before: bytes | None, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    first = tmp_path / "first"
    if before is not None:
        first.write_bytes(before)
    with pytest.raises(WriteError) as error:
        write_changes(
            [Change("first", first, before, b"b"), Change("gone/second", tmp_path / "gone/second", None, b"c")]
        )
    assert str(error.value) == snapshot
    assert (first.read_bytes() if first.exists() else None) == before


PROGRAM = """
import sys
from pathlib import Path
from rollout_lint.fix.apply import WriteError, write_changes
from rollout_lint.fix.model import Change
try:
    write_changes([Change("new", Path("new"), None, b"a"), Change("old", Path("old"), b"b", b"c")])
except WriteError as error:
    print(error)
"""


@pytest.mark.slow
def test_failed_rename_removes_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("b")
    command = [*failing("rename,renameat,renameat2", "EIO", after=1), sys.executable, "-B", "-c", PROGRAM]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout == "old cannot be written: Input/output error; no file of this recipe was changed\n"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"old": "b"}


@pytest.mark.parametrize(
    ("before", "now"), [(b"a", b"b"), (b"a", None), (None, b"")], ids=["changed", "deleted", "created"]
)
def test_file_changed_in_the_meantime_is_an_error(
    before: bytes | None, now: bytes | None, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    file = tmp_path / "file"
    if now is not None:
        file.write_bytes(now)
    with pytest.raises(WriteError) as error:
        write_changes([Change("file", file, before, b"c")])
    assert str(error.value) == snapshot
    assert (file.read_bytes() if file.exists() else None) == now


def test_unreadable_file_is_an_error(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(WriteError) as error:
        write_changes([Change("folder", tmp_path, b"a", b"b")])
    assert str(error.value) == snapshot
