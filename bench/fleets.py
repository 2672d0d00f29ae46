"""Generated fleets of any size, made from the sample recipes. No two files are the same."""

from __future__ import annotations

import random
import re
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "recipes-sample"
OVERLAY = "compose.ccci.yml"

_IMAGE_TAG = re.compile(r"(?m)^(\s+image: [^\s$]+:)([\w.-]+)$")
_VERSION = re.compile(r"(?m)^version: .*\n")
_SERVICE = re.compile(r"(?ms)^services:.*?^ +([\w.-]+):$")
_BREAKS = (
    lambda text: text.replace("services:", "services: [", 1),
    lambda text: text + "services: {}\n",
    lambda text: text.replace("image:", "imagge:", 1),
    lambda text: "\x00" + text,
    lambda text: re.sub(r"(?m)^( +)(\w+):$", r"\1\2: 1", text, count=1),
)
"""Changes that make Docker reject a file, each for a different reason."""


def make_fleet(folder: Path, count: int, broken: int = 0, seed: int = 0) -> list[str]:
    """Write `count` recipes below a folder. Return the names of the broken ones."""
    rng = random.Random(seed)
    texts = [(path.parent.name, path.read_text("utf-8")) for path in sorted(SAMPLES.glob("*/compose.yml"))]
    names: list[str] = []
    for number in range(count):
        sample, text = texts[number % len(texts)]
        recipe = folder / f"{number:05}-{sample}"
        recipe.mkdir(parents=True)
        text = _IMAGE_TAG.sub(rf"\g<1>\g<2>-{number}", text)
        overlay = _overlay(text, rng)
        if broken and number % (count // broken) == count // broken // 2:
            text = _BREAKS[len(names) % len(_BREAKS)](text)
            names.append(recipe.name)
        (recipe / "compose.yml").write_text(text, "utf-8")
        (recipe / OVERLAY).write_text(overlay, "utf-8")
    return names


def _overlay(base: str, rng: random.Random) -> str:
    """Return a CI overlay: another order, a label and a variable for one service."""
    service = _SERVICE.search(base)
    version = _VERSION.search(base)
    assert service is not None
    order = rng.choice(("stop-first", "start-first"))
    run = rng.randrange(10**6)
    return (
        f"{version[0] if version else ''}services:\n  {service[1]}:\n    environment:\n"
        f"      - CI_RUN={run}\n    deploy:\n      labels:\n        - ci.run={run}\n"
        f"      update_config:\n        order: {order}\n"
    )
