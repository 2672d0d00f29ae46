"""Compilation of the packaged rules and image data into one data file, which `hatch_build.py` adds to a wheel."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rollout_lint.facts.images import read_image_document
from rollout_lint.facts.packaged import rules_directory
from rollout_lint.rules.loader import load_rules
from rollout_lint.rules.reader import read_rule_file, rule_paths
from rollout_lint.syntax.schema import JsonSchema

if TYPE_CHECKING:
    from pathlib import Path

_DETAILS = ("examples", "proof")


def compile_rules() -> str:
    """Return the data file. Raises RuleError for invalid rules, and ValueError for invalid images."""
    directory = rules_directory()
    load_rules((directory,))
    return json.dumps(
        {"rules": list(map(_rule_document, rule_paths(directory))), "images": _image_document(directory)},
        ensure_ascii=False,
    )


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
