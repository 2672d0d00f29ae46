"""Compilation of the packaged data into one module, which `hatch_build.py` adds to a wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.facts.images import read_image_document
from rollout_lint.packaged import rules_directory
from rollout_lint.rules.loader import load_rules
from rollout_lint.rules.reader import read_rule_file, rule_paths
from rollout_lint.stack.schema import load_document
from rollout_lint.syntax.schema import JsonSchema

if TYPE_CHECKING:
    from pathlib import Path

_DETAILS = ("examples", "proof")


def compile_data() -> str:
    """Return the module. Raises RuleError for invalid rules, and ValueError for invalid images."""
    directory = rules_directory()
    load_rules((directory,))
    values = {
        "RULES": list(map(_rule_document, rule_paths(directory))),
        "IMAGES": _image_document(directory),
        "STACK_SCHEMA": load_document(),
    }
    lines = (f"{name} = {value!r}\n" for name, value in values.items())
    return "".join(['"""Compiled data of the package."""\n\n', *lines])


def _rule_document(path: Path) -> dict[str, Any]:
    document = read_rule_file(path, is_validated=False).document
    assert document is not None
    return {key: value for key, value in document.items() if key not in _DETAILS}


def _image_document(directory: Path) -> dict[str, Any]:
    document = read_image_document(directory / "images.yaml")
    violations = JsonSchema(directory / "images.schema.json").violations(document)
    if violations:
        raise ValueError("; ".join(f"images.yaml: {each.message}" for each in violations))
    return document
