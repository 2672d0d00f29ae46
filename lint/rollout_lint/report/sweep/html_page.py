"""`sweep --format html`: one self-contained HTML page that works without network, other files and scripts.

The content security policy of the page allows only its own script and style, by their hashes
(https://www.w3.org/TR/CSP3/#grammardef-hash-source). They never contain a value of the document.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.skipped import SkipReason
from rollout_lint.fleet.compare import ChangeKind
from rollout_lint.report.common.style import plural, printable
from rollout_lint.report.sweep.descriptions import LEVEL_DESCRIPTIONS, format_age, format_headline
from rollout_lint.report.sweep.view import Cell, build_recipe_view, column_kinds, sort_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment
    from markupsafe import Markup

    from rollout_lint.report.sweep.rows import Table
    from rollout_lint.report.sweep.view import RecipeView

_TEMPLATES = Path(__file__).parents[1] / "templates"
_BUFFERED_PIECES = 64
_WEB_ADDRESS = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_NUMBERED = re.compile(r"\d+\. ")


def stream_sweep_html(document: dict[str, Any], table: Table) -> Iterator[str]:
    """Yield the HTML page of a sweep document in pieces.

    `table` comes from `build_page_table` and has a row for each recipe of the document, in the same order.
    `document["recipes"]` is indexed one recipe at a time, so it need not hold them all.
    """
    from markupsafe import Markup

    style, script = (_read_template(name) for name in ("sweep.css", "sweep.js"))
    order = sort_rows(table.rows)
    template = _create_environment().get_template("sweep.html.j2")
    stream = template.stream(
        document=document,
        summary=document["summary"],
        headline=format_headline(document["summary"]),
        levels=LEVEL_DESCRIPTIONS,
        columns=list(zip(table.headings, column_kinds(table.headings), strict=True)),
        recipes=_build_views(document, table, order),
        anchors={table.rows[position].cells[0]: f"r{number}" for number, position in enumerate(order, 1)},
        kinds_of_change=tuple(ChangeKind),
        compose_only=SkipReason.COMPOSE_ONLY,
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        policy=_content_policy(style, script),
    )
    stream.enable_buffering(_BUFFERED_PIECES)
    yield from stream


def _build_views(document: dict[str, Any], table: Table, order: list[int]) -> Iterator[RecipeView]:
    kinds = column_kinds(table.headings)
    for number, position in enumerate(order, 1):
        texts = zip(table.headings, kinds, table.rows[position].cells, strict=True)
        yield build_recipe_view(
            number, document["recipes"][position], [Cell(*each) for each in texts], document["rules"]
        )


def _read_template(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8")


def _content_policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"


def _create_environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters |= {
        "dotted": _dotted,
        "lines": _lines,
        "prose": _prose,
        "blocks": _blocks,
        "plural": plural,
        "age": format_age,
    }
    environment.tests["web_address"] = _is_web_address
    return environment


def _visible(value: object) -> object:
    """Return the value to print in the template: None as an empty text, unprintable characters escaped."""
    if value is None:
        return ""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _dotted(path: str) -> Markup:
    """Return a dotted path that can wrap after its dots."""
    from markupsafe import Markup

    return Markup(".<wbr>").join(printable(path).split("."))


def _lines(text: str) -> Markup:
    """Return text that keeps its line breaks."""
    from markupsafe import escape

    return escape("\n".join(printable(line) for line in text.replace("\r\n", "\n").split("\n")))


def _prose(text: str) -> Markup:
    """Return text on one line, with text between backticks as code."""
    from markupsafe import Markup, escape

    parts = printable(text).split("`")
    if len(parts) % 2 == 0:
        return escape(printable(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if position % 2 else escape(part) for position, part in enumerate(parts)
    )


def _blocks(text: str) -> list[tuple[str, list[str]]]:
    """Return the paragraphs of a rule's `why`: a kind (`steps` or `text`) and its texts, without line breaks."""
    blocks: list[tuple[str, list[str]]] = []
    for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        lines = [line.strip() for line in paragraph.split("\n")]
        if not _NUMBERED.match(lines[0]):
            blocks.append(("text", [" ".join(lines)]))
            continue
        steps: list[str] = []
        for line in lines:
            number = _NUMBERED.match(line)
            if number:
                steps.append(line[number.end() :])
            else:
                steps[-1] += f" {line}"
        blocks.append(("steps", steps))
    return blocks


def _is_web_address(link: str | None) -> bool:
    return link is not None and _WEB_ADDRESS.match(link) is not None and link.isprintable()
