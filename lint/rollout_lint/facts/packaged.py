"""Packaged rules and image data: their folder, and the data file that the build compiles from it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

COMPILED = "compiled.json"
"""Name of the data file, which `hatch_build.py` adds to a wheel. A checkout lacks it, so it is never out of date."""


@cache
def rules_directory() -> Path:
    """Return the folder of the packaged rules.

    The wheel puts them into `rollout_lint/rules`. A checkout has them in `rules`, beside `lint`.
    """
    packaged = Path(__file__).parents[1] / "rules"
    return packaged if (packaged / "images.yaml").is_file() else Path(__file__).parents[3] / "rules"


@cache
def compiled_documents(directory: Path) -> dict[str, Any] | None:
    """Return `rules`, a list of rule files without examples and proofs, and `images`; None in a checkout.

    Loading from JSON takes an eighth of the time of loading from YAML (bench/README.md).
    """
    try:
        data = (directory / COMPILED).read_bytes()
    except FileNotFoundError:
        return None
    documents: dict[str, Any] = json.loads(data)
    return documents
