"""Generated sizes, durations and numbers, each accepted or rejected as by Docker, with the same value."""

from __future__ import annotations

import random

import pytest

from tests.oracle.compare import disagreements
from tests.oracle.docker import require
from tests.oracle.seeds import seeds

pytestmark = pytest.mark.oracle

SEEDS = seeds(share=1000)

_NUMBERS = [
    "0",
    "1",
    "1.5",
    ".5",
    "5.",
    "+2",
    "-1",
    "1e3",
    "1_0",
    "0x1p4",
    "0x10",
    "12.000000000000000001",
    "2562047",
    "9223372036854775807",
    "007",
]
_PARTS = [
    "0",
    "1",
    "5",
    "12",
    ".",
    "+",
    "-",
    "e",
    "E",
    "_",
    "x",
    "0x",
    "p",
    "512",
    "1024",
    "9223372036854775808",
    "99999999999999999999",
    "e3",
    "p2",
]
_LIMITS = "services: {a: {image: b, deploy: {resources: {limits: {memory: 'VALUE'}}}}}\n"
_UPDATE = "services: {a: {image: b, deploy: {update_config: {KEY: 'VALUE', delay: 1s}}}}\n"
KINDS = {
    "size": (
        _LIMITS,
        [
            "",
            *["k", "m", "g", "kb", "Mb", "GiB", "Ki", "mi", "b", "B", "p", "T", "bx", "kk", "inf", "nan", "K"],
            " ",
            " m",
            "  m",
            "m ",
        ],
    ),
    "duration": (
        _UPDATE.replace("KEY", "monitor"),
        ["ns", "us", "ms", "s", "m", "h", "h1m", "s5ms", "m.5s", "µs", "μs", "d", "S", "h1h", ".s"],
    ),
    "integer": (_UPDATE.replace("KEY", "parallelism").replace("VALUE", "${N:-VALUE}"), ["", "0", " ", "true"]),
    "ratio": (
        _UPDATE.replace("KEY", "max_failure_ratio").replace("VALUE", "${N:-VALUE}"),
        ["", "e5", "e-400", "e400", "inf", "NaN", "Infinity", "p-2", "F"],
    ),
}


def create_values(kind: str, count: int, seed: int) -> list[str]:
    """Return texts that are often close to valid ones, sorted."""
    rng = random.Random(f"{kind} {seed}")
    endings = KINDS[kind][1]
    values = set()
    for _ in range(count):
        parts = [rng.choice(_PARTS + endings) for _ in range(rng.randint(1, 4))]
        values.add("".join(parts) if rng.random() < 0.5 else rng.choice(_NUMBERS) + rng.choice(endings))
    return sorted(values)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_docker_reads_the_same_value(kind: str, seed: int) -> None:
    require()
    text = KINDS[kind][0]
    values = create_values(kind, 100, seed)
    found = {value: disagreements({"a.yml": text.replace("VALUE", value)}) for value in values}
    assert {value: differences for value, differences in found.items() if differences} == {}
