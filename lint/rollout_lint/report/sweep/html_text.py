"""Texts of the HTML page: escaped, with code, links to rules, and paragraphs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rollout_lint.printable import printable, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup

_WEB_ADDRESS = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_RULE_ID = re.compile(r"\b[A-Z]{2,4}[0-9]{3}\b")
_ITEM = re.compile(r"(\d+\.|-) ")
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z`])")


def show_value(value: object) -> object:
    """Return the value to print in the template: None as an empty text, unprintable characters escaped."""
    if value is None:
        return ""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def break_dots(path: str) -> Markup:
    """Return a dotted path that can wrap after its dots."""
    from markupsafe import Markup

    return Markup(".<wbr>").join(printable(path).split("."))


def keep_lines(text: str) -> Markup:
    """Return text that keeps its line breaks."""
    from markupsafe import escape

    return escape(printable_lines(text))


def format_prose(text: str) -> Markup:
    """Return text on one line, with text between backticks as code."""
    from markupsafe import Markup, escape

    parts = printable(text).split("`")
    if len(parts) % 2 == 0:
        return escape(printable(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if position % 2 else escape(part) for position, part in enumerate(parts)
    )


def link_rules(prose: Markup, anchors: dict[str, str]) -> Markup:
    """Return prose in which the ids of rules are links to their texts on the page."""
    from markupsafe import Markup

    def link(match: re.Match[str]) -> str:
        anchor = anchors.get(match[0])
        return match[0] if anchor is None else f'<a href="#{anchor}">{match[0]}</a>'

    return Markup(_RULE_ID.sub(link, prose))  # noqa: S704


def create_anchors(ids: Iterable[str]) -> dict[str, str]:
    """Return the anchor of each rule: `rule-RL001`, or a number for an id that is not that of a rule file."""
    return {each: f"rule-{each if _RULE_ID.fullmatch(each) else number}" for number, each in enumerate(ids, 1)}


def split_sentences(texts: Iterable[str]) -> list[str]:
    """Return the sentences of texts, each with its end."""
    sentences = [sentence for text in texts for sentence in _SENTENCE_END.split(" ".join(text.split())) if sentence]
    return [sentence if sentence.endswith((".", "!", "?", ":")) else f"{sentence}." for sentence in sentences]


def split_blocks(text: str) -> list[tuple[str, list[str]]]:
    """Return the blocks of a rule's text: a kind (`steps`, `items` or `text`) and its texts, without line breaks."""
    return [
        block
        for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
        for block in _split_paragraph(paragraph)
    ]


def _split_paragraph(paragraph: str) -> list[tuple[str, list[str]]]:
    blocks: list[tuple[str, list[str]]] = []
    for line in map(str.strip, paragraph.split("\n")):
        marker = _ITEM.match(line)
        if marker is None and blocks:
            blocks[-1][1][-1] += f" {line}"
            continue
        kind = "text" if marker is None else "items" if marker[1] == "-" else "steps"
        if not blocks or blocks[-1][0] != kind:
            blocks.append((kind, []))
        blocks[-1][1].append(line if marker is None else line[marker.end() :])
    return blocks


def is_web_address(link: str | None) -> bool:
    """Return True for a link that a browser opens as a web page."""
    return link is not None and _WEB_ADDRESS.match(link) is not None and link.isprintable()
