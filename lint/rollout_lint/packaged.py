"""Data of the package: the folder of the packaged rules, and the data that the build compiles."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from rollout_lint.record import Record

COMPILED = "rollout_lint.compiled"
"""Module that `hatch_build.py` adds to a wheel. A checkout lacks it, so it is never out of date."""


class CompiledData(Record):
    """Documents of the rule files without examples and proofs, of `images.yaml`, and of the schema of stack files."""

    rules: list[dict[str, Any]]
    images: dict[str, Any]
    stack_schema: dict[str, Any]


@cache
def rules_directory() -> Path:
    """Return the folder of the packaged rules.

    The wheel puts them into `rollout_lint/rules`. A checkout has them in `rules`, beside `lint`.
    """
    packaged = Path(__file__).parent / "rules"
    return packaged if (packaged / "images.yaml").is_file() else Path(__file__).parents[2] / "rules"


@cache
def compiled_data() -> CompiledData | None:
    """Return the compiled data, None in a checkout.

    Loading the rules from Python literals takes a ninth of the time of loading them from YAML (bench/README.md).
    """
    try:
        module = import_module(COMPILED)
    except ModuleNotFoundError:
        return None
    return CompiledData(module.RULES, module.IMAGES, module.STACK_SCHEMA)
