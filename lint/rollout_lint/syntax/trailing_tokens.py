"""Tokens after the first document of a file, which Docker scans although it reads only that document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from rollout_lint.location import Problem
from rollout_lint.syntax.encoding import UTF_16, detect_encoding

if TYPE_CHECKING:
    from ruamel.yaml.error import StreamMark

_MARK = re.compile(rb"(?:[\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9])(?:---|\.\.\.)")
_SCANNED_TOKENS = 3
"""Number of tokens that Docker scans: the end of the document and two more."""


def find_trailing_problem(data: bytes, end: StreamMark, name: str) -> Problem | None:
    """Return the problem of the two tokens after the end of the first document at `end`, or None.

    go-yaml's scanner reads so far ahead to find comments (`scannerc.go yaml_parser_fetch_more_tokens`).
    """
    if _MARK.search(data) is None and not data.startswith(UTF_16):
        return None
    text = data.decode(detect_encoding(data), errors="replace")
    error = _first_error(text[end.index :])
    if error is None:
        return None
    mark: Any = error.problem_mark or error.context_mark
    message = " ".join(part for part in (error.context, error.problem) if part)
    return Problem(name, end.line + mark.line + 1, mark.column + 1, f"not YAML: after the document, {message}")


def _first_error(text: str) -> MarkedYAMLError | None:
    # The C scanner does not return its position.
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe", pure=True)
    tokens = yaml.scan(text)
    try:
        next(tokens)
        while len(yaml.scanner.tokens) < _SCANNED_TOKENS and not yaml.scanner.done:
            yaml.scanner.fetch_more_tokens()
    except MarkedYAMLError as error:
        return error
    except YAMLError:
        pass
    return None
