"""Files of a variant: reading, parsing, and detection of files that are not stack files."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from rollout_lint.discovery.env_sample import ENV_SAMPLES
from rollout_lint.discovery.filesystem import exists, is_file, read_bytes
from rollout_lint.discovery.recipes import STDIN
from rollout_lint.location import Problem
from rollout_lint.pattern import compile_lazily
from rollout_lint.syntax.node import Mapping
from rollout_lint.syntax.parser import MAX_BYTES, parse
from rollout_lint.syntax.source import Source

if TYPE_CHECKING:
    from rollout_lint.discovery.recipe import LayerFile

_MAX_CACHED_BYTES = 64 * 1024
_MAX_CACHED_FILES = 64
"""These limits keep the cache at a few MiB for a fleet of any size."""

TEMPLATE_MESSAGE = "a template, not YAML: render it and check the result"

_TEMPLATE_MARK = compile_lazily(r"\{[%{]")
"""Start of a statement or an expression of a template engine."""

_STACK_NAMES = ("compose", "docker-compose", "docker-stack")
"""Names that only stack files have. `stack.yml` is as often a file of OpenFaaS, and `docker-swarm.yml` a playbook."""


def read_source(layer: LayerFile) -> Source:
    """Read and parse a file. A file that cannot be read gives a source with that problem."""
    if layer.contents is not None:
        return parse_source(layer.contents, layer.name)
    try:
        if str(layer.path) == STDIN:
            if sys.stdin is None:
                return _unreadable(layer, "cannot be read: standard input is closed")
            return parse(sys.stdin.buffer.read(MAX_BYTES + 1), layer.name)
        if not is_file(layer.path) and exists(layer.path):
            return _unreadable(layer, "is not a regular file")
        return parse_source(read_bytes(layer.path, MAX_BYTES + 1), layer.name)
    except OSError as error:
        return _unreadable(layer, f"cannot be read: {error.strerror}")


def parse_source(data: bytes, name: str) -> Source:
    """Parse a file, or return the earlier result for the same name and content if the file is small."""
    return parse_cached(data, name) if len(data) <= _MAX_CACHED_BYTES else parse(data, name)


@lru_cache(maxsize=_MAX_CACHED_FILES)
def parse_cached(data: bytes, name: str) -> Source:
    """Parse a file. A fleet has many copies of one file, and nothing changes a parsed source."""
    return parse(data, name)


def _unreadable(layer: LayerFile, reason: str) -> Source:
    source = Source(layer.name, b"")
    source.problems.append(Problem(layer.name, 1, 1, reason))
    return source


def find_template(source: Source) -> Problem | None:
    """Return a problem at the parse error, or at the mark of a template engine on the line before; None without a mark.

    A quoted Go template, as in labels and hostnames, is valid YAML.
    """
    if source.root is not None:
        return None
    lines = source.lines()
    marks = {number: _find_mark(lines, number) for number in _numbers_near(source.problems)}
    for problem in source.problems:
        if marks[problem.line]:
            return problem._replace(message=TEMPLATE_MESSAGE)
        if before := marks[problem.line - 1]:
            return Problem(source.name, problem.line - 1, before, TEMPLATE_MESSAGE)
    return None


def _numbers_near(problems: list[Problem]) -> set[int]:
    """Return the lines with problems and the lines before them. Many problems can be on one long line."""
    return {number for problem in problems for number in (problem.line - 1, problem.line)}


def _find_mark(lines: list[str], line: int) -> int | None:
    """Return the column of the first mark of a template engine on a line."""
    mark = _TEMPLATE_MARK.search(lines[line - 1]) if 0 < line <= len(lines) else None
    return None if mark is None else mark.start() + 1


def is_other_document(source: Source) -> bool:
    """Return True for YAML of another kind.

    Files with the name of a stack file, standard input, and files with misspelled `services` are taken as stack files.
    """
    name = source.name.rpartition("/")[2]
    if name in ENV_SAMPLES:
        return True
    if name == STDIN or name.split(".")[0] in _STACK_NAMES or source.problems:
        return False
    return not isinstance(source.root, Mapping) or not any(
        key.lower() in ("service", "services") for key in source.root.entries
    )
