"""Writing of all changes or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.fix.apply import WriteError, write_changes
from rollout_lint.fix.model import Change

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def test_write_changes_writes_all(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"a")
    write_changes([Change("old", old, b"a", b"b"), Change("new", new, None, b"c")])
    assert (old.read_bytes(), new.read_bytes()) == (b"b", b"c")


@pytest.mark.parametrize("before", [None, b"a"], ids=["new", "existing"])
def test_failed_write_reverts_earlier_writes(before: bytes | None, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    first = tmp_path / "first"
    if before is not None:
        first.write_bytes(before)
    with pytest.raises(WriteError) as error:
        write_changes(
            [Change("first", first, before, b"b"), Change("gone/second", tmp_path / "gone/second", None, b"c")]
        )
    assert str(error.value) == snapshot
    assert (first.read_bytes() if first.exists() else None) == before


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
