"""Tokens after the first document of a file, which Docker scans although it reads only that document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from _ruamel_yaml import CParser
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.tokens import (
    AliasToken,
    AnchorToken,
    FlowMappingStartToken,
    FlowSequenceStartToken,
    ScalarToken,
    TagToken,
)

from rollout_lint.location import Problem
from rollout_lint.pattern import compile_lazily
from rollout_lint.syntax.encoding import detect_encoding
from rollout_lint.syntax.events import COLON_IN_FLOW

if TYPE_CHECKING:
    from ruamel.yaml.error import StreamMark

_SCANNED_TOKENS = 3
"""Number of tokens that Docker scans: the end of the document and two more."""
_MAX_KEY_LENGTH = 1024
_NOT_A_LINE_END = compile_lazily("[^\r\n\x85\u2028\u2029]")
_ESCAPED_SLASH = compile_lazily(r"(?<!\\)((?:\\\\)*)\\/")
_ORDINARY = "x"
"""Character that never starts or ends a token by itself."""
_MAY_START_A_KEY = (AliasToken, AnchorToken, FlowMappingStartToken, FlowSequenceStartToken, ScalarToken, TagToken)


def find_trailing_problem(data: bytes, end: StreamMark, name: str) -> Problem | None:
    """Return the problem of the two tokens after the end of the first document at `end`, or None.

    go-yaml's scanner reads so far ahead to find comments (`scannerc.go yaml_parser_fetch_more_tokens`).
    """
    text = data.decode(detect_encoding(data), errors="replace")
    error = _first_error(_blank(text[: end.index]), _as_go_reads(text[end.index :]))
    if error is None:
        return None
    mark: Any = error.problem_mark or error.context_mark
    message = " ".join(part for part in (error.context, error.problem) if part)
    return Problem(name, mark.line + 1, mark.column + 1, f"not YAML: after the document, {message}")


def _as_go_reads(text: str) -> str:
    """Return the text with each byte order mark as an ordinary character, and with `\\/` as an unknown escape."""
    return _ESCAPED_SLASH.sub(r"\1\\q", text.replace("\ufeff", _ORDINARY))


def _blank(document: str) -> str:
    """Return an empty mapping that ends on the same line and column as the document in brackets, if it is one."""
    blank = _NOT_A_LINE_END.sub(" ", document)
    closing = document.rfind("}")
    return blank if closing <= 0 else f"{{{blank[1:closing]}}}{blank[closing + 1 :]}"


def _first_error(before: str, after: str) -> MarkedYAMLError | None:
    """Return the first error in the tokens that Docker scans, or None."""
    while True:
        error = _scan(before + after, _SCANNED_TOKENS)[1]
        if error is None:
            return None
        if error.problem != COLON_IN_FLOW:
            return error if _is_scanned(before, after, error) else None
        # Docker accepts a colon in a plain scalar in brackets.
        index = error.problem_mark.index - len(before)
        after = after[:index] + _ORDINARY + after[index + 1 :]


def _is_scanned(before: str, after: str, error: Any) -> bool:
    """Return True if Docker scans the token with the error.

    The scanner here reads on as long as the last token can be a key, but Docker only as long as the first one can.
    """
    if error.context == "while scanning a simple key":
        # At least two tokens start the list or mapping of the key, so the key is the last token.
        return False
    mark = error.context_mark or error.problem_mark
    # A letter in place of the token keeps the one before it as it is.
    found, other = _scan((before + after)[: mark.index] + _ORDINARY, mark.index)
    tokens = [token for token in found if token.start_mark.index < mark.index]
    if other is not None or len(tokens) < _SCANNED_TOKENS:
        return True
    first = tokens[0].start_mark
    is_near = first.line == mark.line and mark.index - first.index <= _MAX_KEY_LENGTH
    return is_near and isinstance(tokens[0], _MAY_START_A_KEY)


def _scan(text: str, count: int) -> tuple[list[Any], Any]:
    """Return at most so many tokens after the first mapping, and the error that ends them."""
    scanner: Any = CParser(text.encode())
    skipped = 3 if text.startswith("{") else 1
    tokens: list[Any] = []
    try:
        while len(tokens) < skipped + count:
            token = scanner.get_token()
            if token is None:
                break
            tokens.append(token)
    except MarkedYAMLError as error:
        return tokens[skipped:], error
    return tokens[skipped:], None
