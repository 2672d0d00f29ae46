"""Texts of a report that are collected in memory, or in a temporary file."""

from __future__ import annotations

import tempfile
import tracemalloc

import pytest
from rollout_lint.report.check.json_stream import StreamedList, format_item, item_separator, stream_json
from rollout_lint.report.check.spool import Spool
from rollout_lint.report.common.json_values import format_json

TEXTS = ["", "a\r\nb", "\udcff\u2028", "x" * 200_000, "\n"]


def test_spool_returns_its_texts() -> None:
    spool = Spool(", ")
    assert not spool
    for _ in range(3):
        for text in TEXTS:
            spool.add(text)
    assert spool
    assert "".join(spool.read()) == ", ".join(TEXTS * 3)
    spool.add("end")
    assert "".join(spool.read()) == ", ".join([*TEXTS * 3, "end"])


def test_spool_without_a_folder_for_temporary_files_uses_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(tempfile, "TemporaryFile", fail)
    spool = Spool()
    for text in TEXTS:
        spool.add(text)
    assert "".join(spool.read()) == "".join(TEXTS)


def test_spool_takes_little_memory() -> None:
    spool = Spool()
    spool.add("x" * 1_000_000)
    tracemalloc.start()
    for number in range(100):
        spool.add(f"{number:9}" * 10_000)
    size = sum(map(len, spool.read()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 10_000_000
    assert peak < 1_000_000


@pytest.mark.parametrize("items", [[], [{"a": [1, {}]}, "\0", [{"b": "##[x]"}]]])
def test_streamed_document_is_that_of_format_json(items: list[object]) -> None:
    streamed = item_separator(4).join(format_item(item, 4) for item in items)
    document = {"first": [{"list": StreamedList(iter([streamed]), is_empty=not items)}], "last": 'list 0"'}
    assert "".join(stream_json(document)) == format_json({"first": [{"list": items}], "last": 'list 0"'})
