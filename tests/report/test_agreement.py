"""Tests that all formats of a sweep have the same table."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import TYPE_CHECKING, Any

import html5lib
import pytest

from tests.conftest import SAMPLES
from tests.fleet.recipes import OVERLAY, recipe

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

Rows = list[tuple[str, ...]]
COLUMNS = 7


def of_text(text: str) -> Rows:
    """Return the rows of the text format. Cells start below their headings and are not wrapped.

    Only text has a column for the service of a recipe.
    """
    lines = text.splitlines()
    head = next(index for index, line in enumerate(lines) if line.startswith("─")) - 1
    starts = [match.start() for match in re.finditer(r"(?:(?<=  )|^)\S", lines[head])]
    table = lines[head + 2 : lines.index("", head)]
    spans = list(zip(starts, [*starts[1:], None], strict=True))
    if "  ccci overlay  " in lines[head]:
        spans = [(start, end) for start, end in spans if lines[head][start:end].strip() != "service"]
    return [tuple(line[start:end].strip() for start, end in spans) for line in table]


def of_markdown(text: str) -> Rows:
    lines = text.splitlines()[2:]
    return [tuple(re.sub(r"\\(.)", r"\1", cell) for cell in line.strip("| ").split(" | ")) for line in lines]


def of_csv(text: str) -> Rows:
    """Return the rows of the CSV format, with the cells that the others have for a missing value."""
    rows = list(csv.reader(StringIO(text)))[1:]
    return [tuple(cell.removeprefix("'") or "—" for cell in row[:COLUMNS]) for row in rows]


def of_html(text: str) -> Rows:
    """Return the rows of the page without the age."""
    root = html5lib.parse(text, namespaceHTMLElements=False)
    rows = [row for row in root.iter("tr") if row.get("class") == "row"]
    return [tuple(_words(cell) for cell in row if cell.get("class") != "age") for row in rows]


def _words(cell: Element) -> str:
    marks = {id(mark) for mark in cell.iter() if mark.get("aria-hidden")}
    parts = [part for each in cell.iter() for part in ((each.text if id(each) not in marks else ""), each.tail)]
    return " ".join("".join(filter(None, parts)).split())


def of_json(document: Any) -> Rows:
    """Return the cells that are values of the document, in table order."""
    levels = [level for level in document["summary"] if level not in ("recipes", "partly-evaluated")]
    ordered = sorted(document["recipes"], key=lambda row: (levels.index(row["risk"]["level"]), row["recipe"]))
    return [
        (row["recipe"], row["failure_action"] or "—", row["order"] or "—", row["risk"]["text"].lower())
        for row in ordered
    ]


@pytest.fixture
def mixed_fleet(write: Write) -> Path:
    """Fleet with every risk level that needs no results, and names that each format must escape."""
    return write(
        {
            "=1+1|*a*/compose.yml": recipe(),
            "<b>&amp;/compose.yml": recipe("stop-first"),
            "broken/compose.yml": "services: [",
            "fixed/compose.yml": recipe(),
            "fixed/compose.ccci.yml": OVERLAY,
            "half/compose.yml": recipe("stop-first", image="example/half"),
            "half/compose.ccci.yml": "services: {app: {deploy: []}}\n",
            "half-quiet/compose.yml": "services: {a: {image: b}}",
            "half-quiet/compose.ccci.yml": "{{ overlay }}\n",
            "quiet/compose.yml": "services: {a: {image: b}}",
            'comma, quote"/compose.yml': recipe(action="pause"),
            "fleet.yml": "version: 1\nresults: results.jsonl\n",
            "results.jsonl": '{"recipe": "fixed", "date": "2026-06-01", "level": 4, "upgrade": "pass"}\n'
            '{"recipe": "quiet", "date": "2026-06-01", "level": 4}\n',
        }
    )


@pytest.mark.parametrize("fleet", ["samples", "mixed"])
def test_sweep_formats_have_the_same_rows(
    run: Run, mixed_fleet: Path, fleet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    folder = SAMPLES if fleet == "samples" else mixed_fleet
    document = run("sweep", folder, "--format", "json").json
    rows = of_csv(run("sweep", folder, "--format", "csv").stdout)
    assert len(rows) == len(document["recipes"]) == document["summary"]["recipes"]
    assert of_markdown(run("sweep", folder, "--format", "markdown", "--all").stdout) == rows
    assert of_html(run("sweep", folder, "--format", "html").stdout) == rows
    text = run("sweep", folder, "--all").stdout
    assert of_text(text) == rows
    assert [(row[0], row[1], row[2], row[-1].lower()) for row in rows] == of_json(document)
    counts = {level: count for level, count in document["summary"].items() if count and level != "recipes"}
    partly = counts.pop("partly-evaluated", 0)
    assert partly == (0 if fleet == "samples" else 2)
    ending = f"; {partly} only partly evaluated. Exit 2: " if partly else ". Exit 0: no --fail-on.\n"
    assert ": " + ", ".join(f"{count} {level}" for level, count in counts.items()) + ending in text


def test_sweep_formats_have_the_same_services(run: Run, mixed_fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    by_csv = list(csv.reader(StringIO(run("sweep", mixed_fleet, "--services", "--format", "csv").stdout)))[1:]
    rows = [tuple(cell.removeprefix("'") or "—" for cell in row[:6]) for row in by_csv]
    assert of_markdown(run("sweep", mixed_fleet, "--services", "--all", "--format", "markdown").stdout) == rows
    assert of_text(run("sweep", mixed_fleet, "--services", "--all").stdout) == rows
    document = run("sweep", mixed_fleet, "--format", "json").json
    levels = {
        (row["recipe"], each["service"]): each["risk"]["level"]
        for row in document["recipes"]
        for each in row["services"]
    }
    assert {(row[0].removeprefix("'"), row[1]): row[6] for row in by_csv if row[1]} == levels


def test_sweep_csv_escapes_formulas(run: Run, write: Write) -> None:
    files: dict[str, str | bytes] = {f"{sign}cmd/compose.yml": recipe() for sign in "=+-@"}
    rows = csv.reader(StringIO(run("sweep", write(files), "--format", "csv").stdout))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("options", [(), ("--services",)], ids=["recipes", "services"])
def test_sweep_csv_is_easy_to_read_by_programs(run: Run, mixed_fleet: Path, options: tuple[str, ...]) -> None:
    text = run("sweep", mixed_fleet, "--format", "csv", *options).stdout
    headings, *rows = csv.reader(StringIO(text))
    assert [each for each in headings if not re.fullmatch(r"[a-z]+(_[a-z]+)*", each)] == []
    assert len(set(headings)) == len(headings)
    assert text.count("\n") == len(rows) + 1
    cells = [cell for row in rows for cell in row]
    assert "" in cells
    assert "—" not in cells
    reasons = [row[headings.index("because")] for row in rows]
    assert any(" | " in each for each in reasons)


def test_sweep_text_groups_recipes_with_equal_reasons(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    files: dict[str, str | bytes] = {f"copy{number}/compose.yml": recipe() for number in range(20)}
    text = run("sweep", write({**files, "other/compose.yml": "\n" + recipe()})).stdout
    assert len(re.findall(r"  RL001 app: .*\(compose\.yml:1\)", text)) == 1
    assert len(re.findall(r"  RL001 app: .*\(compose\.yml:2\)", text)) == 1
    assert sum(line.startswith("copy") for line in text.splitlines()) == 21
    assert text == snapshot


def test_sweep_text_names_the_service_of_a_reason(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    text = run("sweep", write({"web/compose.yml": recipe()}), "--services").stdout
    assert "\n\nweb app: latent, medium\n" in text
    assert text == snapshot
