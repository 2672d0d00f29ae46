"""`sweep --format html`: one self-contained HTML page that works without network, other files and scripts.

The content security policy of the page allows only its own script and style, by their hashes
(https://www.w3.org/TR/CSP3/#grammardef-hash-source). They never contain a value of the document.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.skipped import SkipReason
from rollout_lint.fleet.compare import ChangeKind
from rollout_lint.report.common.style import plural
from rollout_lint.report.sweep.descriptions import (
    LEVEL_DESCRIPTIONS,
    describe_terms,
    describe_test_level,
    format_age,
    format_headline,
)
from rollout_lint.report.sweep.html_text import (
    break_dots,
    create_anchors,
    format_prose,
    is_web_address,
    keep_lines,
    link_rules,
    show_value,
    split_blocks,
    split_sentences,
)
from rollout_lint.report.sweep.view import Cell, build_recipe_view, column_kinds, sort_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

    from rollout_lint.report.sweep.rows import Table
    from rollout_lint.report.sweep.view import RecipeView

_TEMPLATES = Path(__file__).parents[1] / "templates"
_BUFFERED_PIECES = 64
_WORST = 5
"""Number of recipes in the list of the worst."""


def stream_sweep_html(document: dict[str, Any], table: Table) -> Iterator[str]:
    """Yield the HTML page of a sweep document in pieces.

    `table` comes from `build_page_table` and has a row for each recipe of the document, in the same order.
    `document["recipes"]` is indexed one recipe at a time, so it need not hold them all.
    """
    from markupsafe import Markup

    style, script = _read_template("sweep.css") + _read_template("print.css"), _read_template("sweep.js")
    order = sort_rows(table.rows)
    at_risk = [position for position in order if table.rows[position].level.is_at_risk]
    template = _create_environment().get_template("sweep.html.j2")
    stream = template.stream(
        document=document,
        summary=document["summary"],
        headline=format_headline(document["summary"]),
        levels=LEVEL_DESCRIPTIONS,
        terms=describe_terms(cell for row in table.rows for cell in row.cells),
        worst=_build_views(document, table, at_risk[:_WORST]),
        other_count=max(len(at_risk) - _WORST, 0),
        columns=list(zip(table.headings, column_kinds(table.headings), strict=True)),
        recipes=_build_views(document, table, order),
        rule_anchors=create_anchors(document["rules"]),
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
        finalize=show_value,
    )
    environment.filters |= {
        "dotted": break_dots,
        "lines": keep_lines,
        "prose": format_prose,
        "linked": link_rules,
        "sentences": split_sentences,
        "blocks": split_blocks,
        "plural": plural,
        "age": format_age,
        "test_level": describe_test_level,
        "minutes": _format_minutes,
    }
    environment.tests["web_address"] = is_web_address
    return environment


def _format_minutes(time: str) -> str:
    """Return an ISO 8601 time to the minute, in UTC."""
    return datetime.fromisoformat(time).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
