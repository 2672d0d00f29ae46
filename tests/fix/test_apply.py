"""Changes are written all, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.fix.apply import StoreError, store
from rollout_lint.fix.model import Change

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def test_all_are_written(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"a")
    store([Change("old", old, b"a", b"b"), Change("new", new, None, b"c")])
    assert (old.read_bytes(), new.read_bytes()) == (b"b", b"c")


@pytest.mark.parametrize("before", [None, b"a"], ids=["new", "changed"])
def test_what_was_written_is_taken_back_where_another_cannot_be(
    before: bytes | None, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    first = tmp_path / "first"
    if before is not None:
        first.write_bytes(before)
    with pytest.raises(StoreError) as error:
        store([Change("first", first, before, b"b"), Change("gone/second", tmp_path / "gone/second", None, b"c")])
    assert str(error.value) == snapshot
    assert (first.read_bytes() if first.exists() else None) == before


@pytest.mark.parametrize(
    ("before", "now"), [(b"a", b"b"), (b"a", None), (None, b"")], ids=["changed", "deleted", "created"]
)
def test_a_file_that_is_another_by_now_is_left(
    before: bytes | None, now: bytes | None, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    file = tmp_path / "file"
    if now is not None:
        file.write_bytes(now)
    with pytest.raises(StoreError) as error:
        store([Change("file", file, before, b"c")])
    assert str(error.value) == snapshot
    assert (file.read_bytes() if file.exists() else None) == now


def test_what_cannot_be_read_is_left(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(StoreError) as error:
        store([Change("folder", tmp_path, b"a", b"b")])
    assert str(error.value) == snapshot
