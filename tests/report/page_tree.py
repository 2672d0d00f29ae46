"""HTML page of a sweep as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import html5lib

from tests.report.sweep_documents import document, page

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def parsed(text: str) -> Element:
    """Return the page as a tree; html5lib raises an error if it is not well formed."""
    root: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return root


def words(element: Element) -> str:
    """Return the text of an element on one line."""
    return " ".join("".join(element.itertext()).split())


def by_class(root: Element, name: str) -> list[Element]:
    """Return the elements of a class, in page order."""
    return [element for element in root.iter() if name in (element.get("class") or "").split()]


def bodies(of: dict[str, Any]) -> dict[str, Element]:
    """Return the table body of each recipe, in page order."""
    return {words(by_class(body, "name")[0]): body for body in by_class(parsed(page(of)), "recipe")}


def one(of: dict[str, Any]) -> Element:
    """Return the table body of the only recipe."""
    [body] = bodies(document(of)).values()
    return body
