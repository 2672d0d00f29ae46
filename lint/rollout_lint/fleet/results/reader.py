"""Reader of a results file: JUnit XML, runs in JSON or YAML, or one run a line. The content decides the format."""

from __future__ import annotations

import re
from json import JSONDecodeError
from typing import TYPE_CHECKING, NoReturn

from rollout_lint.fleet.results.document import JsonText, YamlText, load_json, read_yaml_values
from rollout_lint.fleet.results.model import Record, ResultsFile, sort_records
from rollout_lint.fleet.results.runs import LocatedValue, read_runs
from rollout_lint.syntax.encoding import detect_encoding
from rollout_lint.syntax.parser import MAX_BYTES, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from rollout_lint.syntax.source import Source

_XML = re.compile(r"\s*<")


def read_results(data: bytes, name: str, find_date: Callable[[], str | None] = lambda: None) -> list[Record]:
    """Return the runs of a results file, oldest first.

    `name` is the source of every result. `find_date` returns the date of runs without a date. A run without a
    result of an upgrade has the outcome None. A test that failed and then passed gives two records of one date, the
    failure first. Raises FleetError, with locations, for another format, an unknown status, or an invalid or missing
    date.
    """
    file = ResultsFile(name, find_date)
    if len(data) > MAX_BYTES:
        file.fail((1, 1), f"larger than {MAX_BYTES // 1024 // 1024} MiB, not read")
    text = data.decode(detect_encoding(data), errors="replace")
    if _XML.match(text):
        from rollout_lint.fleet.results.junit import read_junit

        return sort_records(read_junit(data, file))
    if "\ufffd" in text:
        _check_encoding(data, file)
    if not text.strip():
        file.fail_format((1, 1), "the file is empty")
    try:
        return sort_records(_read_text(data, text, file))
    except RecursionError:
        file.fail_format((1, 1), "nested too deeply")


def _check_encoding(data: bytes, file: ResultsFile) -> None:
    try:
        data.decode(detect_encoding(data))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(detect_encoding(data), errors="replace")
        location = before.count("\n") + 1, len(before) - before.rfind("\n")
        file.fail_format(location, f"not {error.encoding.upper()} text")


def _read_text(data: bytes, text: str, file: ResultsFile) -> list[Record]:
    try:
        value = load_json(text)
    except JSONDecodeError as error:
        lines = text.split("\n")
        if not _is_json_object(next(line for line in lines if line.strip())):
            return _read_yaml(data, text, file, error)
        numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        return [record for number, line in numbered for record in _read_line(line, number, file)]
    return read_runs(LocatedValue(file, JsonText(text), value))


def _is_json_object(line: str) -> bool:
    try:
        return isinstance(load_json(line), dict)
    except JSONDecodeError:
        return False


def _read_line(line: str, number: int, file: ResultsFile) -> list[Record]:
    try:
        value = load_json(line)
    except JSONDecodeError as error:
        file.fail_format((number, error.colno), f"invalid JSON in this line: {error.msg}")
    if not isinstance(value, dict):
        file.fail_format((number, 1), "this line must be a JSON object")
    return read_runs(LocatedValue(file, JsonText(line, number), value))


def _read_yaml(data: bytes, text: str, file: ResultsFile, json_error: JSONDecodeError) -> list[Record]:
    source = parse(data, file.name)
    if source.problems:
        _fail_syntax(source, text, file, json_error)
    if source.root is None:
        file.fail_format((1, 1), "the file is empty")
    # Only the first YAML document is read, and a failure in another one must not be lost.
    for number, line in enumerate(source.lines()[source.root.end_line - 1 :], source.root.end_line):
        if re.match(r"---(\s|$)", line) and number > source.root.line:
            file.fail_format((number, 1), "it has a second document")
    return read_runs(LocatedValue(file, YamlText(source.root), read_yaml_values(source.root)))


def _fail_syntax(source: Source, text: str, file: ResultsFile, json_error: JSONDecodeError) -> NoReturn:
    if text.lstrip()[:1] in ("{", "["):
        file.fail_format((json_error.lineno, json_error.colno), f"invalid JSON: {json_error.msg}")
    problem = source.problems[0]
    file.fail_format((problem.line, problem.column), problem.message)
