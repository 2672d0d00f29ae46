"""Growth of a check with the services of one file: `python -m bench.services [RUNS]` writes a table of bench/README.md.

Checks files of 625 and 5,000 services with two findings each in turn, beside ruamel.yaml's C composer.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.measure import Cost, cost_of, machine, rollout_lint

README = Path(__file__).with_name("README.md")
PARSE = Path(__file__).with_name("parse.py")
BEGIN, END = "<!-- services -->\n", "<!-- /services -->\n"
SIZES = (625, 5000)
SERVICE = """\
  web{number}:
    image: nginx:1.25
    deploy:
      update_config:
        order: start-first
        failure_action: rollback
"""
PARSED = "parse alone, ruamel.yaml's C composer"


def main(runs: int) -> None:
    """Measure, print the table and write it into the README."""
    with tempfile.TemporaryDirectory() as scratch:
        folders = {size: _write(Path(scratch, str(size)), size) for size in SIZES}
        lines = [*_table(_measure(folders, runs, Path(scratch, "output"))), "", _note(runs)]
    table = "\n".join(lines) + "\n"
    print(table)
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    README.write_text(before + BEGIN + table + END + rest.partition(END)[2], "utf-8")


def _write(folder: Path, size: int) -> Path:
    folder.mkdir()
    services = "".join(SERVICE.format(number=number) for number in range(size))
    folder.joinpath("compose.yml").write_text(f'version: "3.8"\nservices:\n{services}', "utf-8")
    return folder


def _commands(folder: Path) -> dict[str, list[str]]:
    return {
        PARSED: [sys.executable, str(PARSE), "compose", str(folder)],
        "`check`": [*rollout_lint(), "check", str(folder)],
        "`check --format json`": [*rollout_lint(), "check", "--format", "json", str(folder)],
        "`sweep --format json`": [*rollout_lint(), "sweep", "--format", "json", str(folder)],
    }


def _measure(folders: dict[int, Path], runs: int, output: Path) -> dict[tuple[str, int], list[Cost]]:
    costs: dict[tuple[str, int], list[Cost]] = {}
    for _ in range(runs):
        for size, folder in folders.items():
            for name, command in _commands(folder).items():
                cost = cost_of(command, output)
                assert cost.exit_code in (0, 1), (command, cost)
                costs.setdefault((name, size), []).append(cost)
    return costs


def _table(costs: dict[tuple[str, int], list[Cost]]) -> list[str]:
    small, large = SIZES
    heads = ("one file", f"time of {large:,} services / {small:,}", f"times the parse of {large:,}")
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    names = dict.fromkeys(name for name, _ in costs)
    medians = {key: median([cost.seconds for cost in each]) for key, each in costs.items()}
    for name in names:
        growth = medians[name, large] / medians[name, small]
        lines.append(f"| {name} | {growth:.1f} | {medians[name, large] / medians[PARSED, large]:.1f} |")
    return lines


def _note(runs: int) -> str:
    return f"{SIZES[1] // SIZES[0]} times the services; medians of {runs} runs each, in turn. {machine()}."


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
