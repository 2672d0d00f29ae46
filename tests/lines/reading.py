"""Structure of each format: a document that can be parsed, with an entry per finding."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import html5lib

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CELL = re.compile(r"(?<!\\)\|")


def list_structure_faults(command: str, form: str, text: str) -> Iterator[str]:
    """Yield what is wrong with the structure of a report. A new format needs a reader here."""
    for problem in _READERS[form](text):
        yield f"{form} of {command}: {problem}"


def _read_json(text: str) -> Iterator[str]:
    try:
        json.loads(text)
    except ValueError as error:
        yield str(error)


def _read_xml(text: str) -> Iterator[str]:
    try:
        ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        yield str(error)


def _read_html(text: str) -> Iterator[str]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(text)
    yield from (str(error) for error in parser.errors)


def _read_csv(text: str) -> Iterator[str]:
    headings, *rows = csv.reader(StringIO(text))
    if text.count("\n") != len(rows) + 1:
        yield "a row has several lines"
    yield from (f"a row has {len(row)} cells: {row}" for row in rows if len(row) != len(headings))
    yield from (
        f"a formula: {cell}" for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    )


def _read_markdown(text: str) -> Iterator[str]:
    """Yield the rows of a table with another number of cells than its heading."""
    cells = 0
    is_code = False
    for line in text.split("\n"):
        is_code ^= line.startswith("```")
        if line.startswith("|") and not is_code:
            count = len(_CELL.findall(line))
            cells = cells or count
            if count != cells:
                yield f"a row with {count - 1} cells: {line}"
        else:
            cells = 0


def _read_lines(_: str) -> Iterator[str]:
    """Yield nothing: other tests read the lines of text."""
    yield from ()


_READERS: dict[str, Callable[[str], Iterator[str]]] = {
    **dict.fromkeys(("json", "sarif", "gitlab", "rdjson"), _read_json),
    "junit": _read_xml,
    "html": _read_html,
    "csv": _read_csv,
    "markdown": _read_markdown,
    **dict.fromkeys(("text", "concise", "github"), _read_lines),
}
