"""Comparison of the output of `docker stack config` before and after a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.oracle.docker import docker_config

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def merged_values(files: Sequence[Path]) -> dict[tuple[str, ...], Any]:
    """Return the values of the merged files by path, without `x-` blocks, which Docker ignores."""
    answer = docker_config(files, {})
    assert answer.merged is not None, answer.message
    stack = YAML(typ="safe", pure=True).load(answer.merged)
    return dict(_values({key: value for key, value in stack.items() if not key.startswith("x-")}, ()))


def changed_values(before: dict[tuple[str, ...], Any], after: dict[tuple[str, ...], Any]) -> dict[tuple[str, ...], Any]:
    """Return the paths with a new value, and the value."""
    return {path: after.get(path) for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def _values(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _values(value, (*path, str(key)))
    else:
        yield path, node
