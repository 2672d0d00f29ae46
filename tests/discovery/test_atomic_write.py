"""Atomic writes of files."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import pytest
from rollout_lint.discovery.atomic_write import write_atomically

if TYPE_CHECKING:
    from pathlib import Path


def test_write_replaces_a_file_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("before")
    path.chmod(0o604)
    with path.open("rb") as reader:
        write_atomically(path, b"after\r\n")
        assert reader.read() == b"before"
    assert path.read_bytes() == b"after\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    assert list(tmp_path.iterdir()) == [path]


def test_write_creates_a_file_with_the_default_mode(tmp_path: Path) -> None:
    mask = os.umask(0o026)
    try:
        write_atomically(tmp_path / "new", b"")
        assert os.umask(0o026) == 0o026
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


@pytest.mark.parametrize("name", ["\N{GRINNING FACE}" * 63, "x" * 255, "-", "...", " \n\x1b"])
def test_write_accepts_any_file_name(tmp_path: Path, name: str) -> None:
    write_atomically(tmp_path / name, b"x")
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_write_replaces_the_target_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    for data in (b"new", b"again"):
        write_atomically(tmp_path / "link", data)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_bytes() == data
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "real"]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("folder", errno.EISDIR),
        ("gone/x", errno.ENOENT),
        ("file/x", errno.ENOTDIR),
        ("x" * 256, errno.ENAMETOOLONG),
        ("\0", errno.EINVAL),
        ("circle", errno.ELOOP),
    ],
)
def test_failed_write_changes_no_file(tmp_path: Path, name: str, number: int) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "circle").symlink_to("circle")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OSError) as failed:  # noqa: PT011 - checked by errno
        write_atomically(tmp_path / name, b"x")
    assert failed.value.errno == number
    assert failed.value.strerror
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "mine"
    assert (tmp_path / "circle").is_symlink()


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("reason", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_interrupted_write_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, reason: BaseException
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise reason

    path = tmp_path / "report.txt"
    path.write_text("before")
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(reason)):
        write_atomically(path, b"after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
