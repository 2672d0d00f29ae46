"""Growth of a sweep with its fleet: `python -m bench.sweep [RUNS]` writes its table into bench/README.md.

Sweeps fleets of 500 and 5,000 recipes in turn and compares the medians. One recipe in a hundred is broken.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.fleets import make_fleet
from bench.measure import Cost, cost_of, machine, rollout_lint

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- sweep -->\n", "<!-- /sweep -->\n"
SIZES = (500, 5000)
ONE_IN = 100
FORMATS = {
    "json, one process": ["--format", "json", "--jobs", "1"],
    "json": ["--format", "json"],
    "text": [],
    "html": ["--format", "html"],
}


@dataclass(slots=True)
class Fleet:
    """Generated fleet, and the names of its broken recipes."""

    folder: Path
    size: int
    broken: list[str]

    def assert_complete(self, document: Path) -> None:
        """Assert that every recipe has a row, and exactly the broken ones have a problem."""
        rows = json.loads(document.read_text("utf-8"))["recipes"]
        failed = {row["recipe"]: row["risk"]["because"] for row in rows if row["risk"]["level"] == "not-evaluated"}
        assert len(rows) == self.size, len(rows)
        assert sorted(failed) == self.broken, failed.keys() ^ set(self.broken)
        assert all(failed.values())


def main(runs: int) -> None:
    """Measure, print the table and write it into the README."""
    with tempfile.TemporaryDirectory() as scratch:
        fleets = [_fleet(Path(scratch), size) for size in SIZES]
        lines = [*_table(_measure(fleets, runs, Path(scratch) / "output")), "", _note(runs)]
    table = "\n".join(lines) + "\n"
    print(table)
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    README.write_text(before + BEGIN + table + END + rest.partition(END)[2], "utf-8")


def _fleet(scratch: Path, size: int) -> Fleet:
    folder = scratch / f"fleet-{size}"
    return Fleet(folder, size, make_fleet(folder, size, size // ONE_IN))


def _measure(fleets: list[Fleet], runs: int, output: Path) -> dict[tuple[str, int], list[Cost]]:
    costs: dict[tuple[str, int], list[Cost]] = {}
    for _ in range(runs):
        for name, options in FORMATS.items():
            for fleet in fleets:
                cost = cost_of([*rollout_lint(), "sweep", str(fleet.folder), *options], output)
                assert cost.exit_code == 2, cost
                if "json" in options:
                    fleet.assert_complete(output)
                costs.setdefault((name, fleet.size), []).append(cost)
    return costs


def _table(costs: dict[tuple[str, int], list[Cost]]) -> list[str]:
    small, large = SIZES
    heads = ("sweep", f"time of {large:,} / {small:,}", f"peak memory of {large:,} / {small:,}", "peak memory, MiB")
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for name in FORMATS:
        of_small, of_large = costs[name, small], costs[name, large]
        time = median([cost.seconds for cost in of_large]) / median([cost.seconds for cost in of_small])
        less, more = (median([cost.memory for cost in each]) for each in (of_small, of_large))
        megabytes = f"{less / 2**20:.0f} and {more / 2**20:.0f}"
        lines.append(f"| {name} | {time:.1f} | {more / less:.2f} | {megabytes} |")
    return lines


def _note(runs: int) -> str:
    fleet = f"{SIZES[1] // SIZES[0]} times the recipes"
    return f"{fleet}; medians of {runs} runs each, in turn. Memory is that of the largest process. {machine()}."


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
