"""A results file of a CI to records: JUnit XML, runs in JSON or YAML, or one run a line; told apart by content."""

from __future__ import annotations

import re
from json import JSONDecodeError
from typing import NoReturn

from rollout_lint.discovery.filesystem import detect_encoding
from rollout_lint.fleet.results.dates import iso_date
from rollout_lint.fleet.results.document import JsonText, YamlText, from_yaml, load_json
from rollout_lint.fleet.results.model import Reading, Record, oldest_first
from rollout_lint.fleet.results.runs import Part, read_runs
from rollout_lint.syntax.parser import MAX_BYTES, Source, parse

__all__ = ["Record", "read_results"]

_XML = re.compile(r"\s*<")


def read_results(data: bytes, name: str, file_date: str | None = None) -> list[Record]:
    """The runs that a file tells of, oldest first; `name` is the file's as shown, and stands in every result.

    `file_date` (ISO 8601) is the date of a run that has none of its own. A run that tells of no upgrade has the result
    `upgrade=None`; a test that failed and then passed gives two records of one date, the failure first. Raises
    FleetError, with places, for a file of another shape, an unknown status, a date that does not exist, and a run
    without a date where there is no `file_date`.
    """
    reading = Reading(name, iso_date(file_date) if file_date else None)
    if len(data) > MAX_BYTES:
        reading.refuse((1, 1), f"larger than {MAX_BYTES // 1024 // 1024} MiB, not read")
    text = _text(data)
    if _XML.match(text):
        from rollout_lint.fleet.results.junit import read_junit

        return oldest_first(read_junit(data, reading))
    if "\ufffd" in text:
        _refuse_bytes(data, reading)
    if not text.strip():
        reading.refuse_shape((1, 1), "the file is empty")
    try:
        return oldest_first(_read_text(data, text, reading))
    except RecursionError:
        reading.refuse_shape((1, 1), "it is nested too deeply")


def _text(data: bytes) -> str:
    """The text as far as it is one: what is no text gets its place from a parser, which fails there."""
    return data.decode(detect_encoding(data), errors="replace")


def _refuse_bytes(data: bytes, reading: Reading) -> None:
    try:
        data.decode(detect_encoding(data))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(detect_encoding(data), errors="replace")
        location = before.count("\n") + 1, len(before) - before.rfind("\n")
        reading.refuse_shape(location, f"it is not text in {error.encoding.upper()}")


def _read_text(data: bytes, text: str, reading: Reading) -> list[Record]:
    try:
        value = load_json(text)
    except JSONDecodeError as error:
        lines = text.split("\n")
        if _is_json_object(next(line for line in lines if line.strip())):
            return [record for at, line in enumerate(lines, 1) if line.strip() for record in _line(line, at, reading)]
        return _yaml(data, text, reading, error)
    return read_runs(Part(reading, JsonText(text), value))


def _is_json_object(line: str) -> bool:
    try:
        return isinstance(load_json(line), dict)
    except JSONDecodeError:
        return False


def _line(line: str, at: int, reading: Reading) -> list[Record]:
    try:
        value = load_json(line)
    except JSONDecodeError as error:
        reading.refuse_shape((at, error.colno), f"this line is not JSON: {error.msg}")
    if not isinstance(value, dict):
        reading.refuse_shape((at, 1), "this line is no JSON object")
    return read_runs(Part(reading, JsonText(line, at), value))


def _yaml(data: bytes, text: str, reading: Reading, not_json: JSONDecodeError) -> list[Record]:
    source = parse(data, reading.name)
    if source.problems:
        _refuse_syntax(source, text, reading, not_json)
    if source.root is None:
        reading.refuse_shape((1, 1), "the file is empty")
    _refuse_second_document(source, reading)
    return read_runs(Part(reading, YamlText(source.root), from_yaml(source.root)))


def _refuse_syntax(source: Source, text: str, reading: Reading, not_json: JSONDecodeError) -> NoReturn:
    if text.lstrip()[:1] in ("{", "["):
        reading.refuse_shape((not_json.lineno, not_json.colno), f"not JSON: {not_json.msg}")
    problem = source.problems[0]
    reading.refuse_shape((problem.line, problem.column), problem.message)


def _refuse_second_document(source: Source, reading: Reading) -> None:
    """Only the first YAML document is read, and a failure in another must not be lost."""
    assert source.root is not None
    for at, line in enumerate(source.lines()[source.root.end_line - 1 :], source.root.end_line):
        if re.match(r"---(\s|$)", line) and at > source.root.line:
            reading.refuse_shape((at, 1), "it has a second document")
