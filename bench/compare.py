"""Comparison of rollout-lint with similar tools: `bench/run [RUNS]` writes its tables into bench/README.md.

`bench/run --quick` writes only the tables about the start of one check.

Each round runs each command once, so that a busy machine slows all of them. A ratio is the median over all rounds.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.fleets import OVERLAY, make_fleet
from bench.measure import Cost, cost_of, machine
from bench.peers import TOOLS, install, program, python, versions

README = Path(__file__).with_name("README.md")
PARSE = Path(__file__).with_name("parse.py")
SIZES = (1, 24, 1000, 5000)
FEW = 24
"""Fleet size for slow commands. Times of larger fleets are extrapolated."""

BASE, FLOOR = "parse alone, ruamel.yaml's C composer", "reading the bytes"
SWEEP, ALONE, CHECK = "`sweep --format json`", "`sweep --format json --jobs 1`", "`check --format json`"
DOCKER, DCLINT = "`docker stack config`, once a recipe", "dclint"
SCALED = (DOCKER, DCLINT)
OURS = (FLOOR, BASE, SWEEP, ALONE, CHECK)
PASS, VERSION, ONE = "`python -c pass`", "`rollout-lint --version`", "`rollout-lint check RECIPE`"
ONE_JSON, YAMLLINT = "`rollout-lint check --format json RECIPE`", "yamllint, both files"
QUICK_RUNS = 20
QUICK_TOOLS = ("compose-lint", "yamllint")
API_CALLS = """
import sys, time
times = [time.perf_counter()]
import rollout_lint
for _ in range(2):
    rollout_lint.check(sys.argv[1])
    times.append(time.perf_counter())
print((times[2] - times[1]) / (times[1] - times[0]))
"""
"""Program that prints the time of a second call of the Python API, divided by that of its import and first call."""

Costs = dict[str, list[Cost]]


@dataclass(slots=True)
class Bench:
    """Fleets by size in a temporary folder, and the number of runs."""

    scratch: Path
    runs: int

    def fleet(self, size: int) -> Path:
        """Return the fleet of a size. Create it at the first call."""
        folder = self.scratch / f"fleet-{size}"
        if not folder.exists():
            make_fleet(folder, size)
        return folder

    def measure(self, commands: dict[str, list[str]]) -> Costs:
        """Run each command once per round, after one round that is not measured."""
        costs: Costs = {name: [] for name in commands}
        for number in range(self.runs + 1):
            for name, command in commands.items():
                cost = cost_of(command, self.scratch / "output")
                assert cost.exit_code in (0, 1, 2), (command, cost)
                if number:
                    costs[name].append(cost)
        return costs


def main(runs: int, is_quick: bool) -> None:
    """Measure, print the tables and write them into the README."""
    install(QUICK_TOOLS if is_quick else TOOLS)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch), runs)
        tables = _cold(bench) | {"imports": _imports(bench)}
        if not is_quick:
            tables |= _fleets(bench)
    note = f"Medians of {runs} runs each, in turn. {machine()}; {versions(QUICK_TOOLS if is_quick else TOOLS)}."
    text = README.read_text("utf-8")
    for name, lines in tables.items():
        table = "\n".join([*lines, "", note]) + "\n"
        print(table)
        before, _, rest = text.partition(f"<!-- {name} -->\n")
        end = f"<!-- /{name} -->\n"
        text = f"{before}<!-- {name} -->\n{table}{end}{rest.partition(end)[2]}"
    README.write_text(text, "utf-8")


def _call_api(recipe: Path) -> float:
    command = [python("rollout-lint"), "-c", API_CALLS, str(recipe)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _targets(rows: dict[str, tuple[float, float]]) -> list[str]:
    lines = ["| ratio | measured | target, at most |", "|---|---|---|"]
    return [*lines, *(f"| {name} | {value:.2f} | {target} |" for name, (value, target) in rows.items())]


def _cold(bench: Bench) -> dict[str, list[str]]:
    """Return the table of starts and the table of their targets."""
    recipe = next(bench.fleet(1).iterdir())
    ours = python("rollout-lint")
    costs = bench.measure(
        {
            PASS: [ours, "-c", "pass"],
            VERSION: [str(program("rollout-lint")), "--version"],
            ONE: [str(program("rollout-lint")), "check", str(recipe)],
            ONE_JSON: [str(program("rollout-lint")), "check", "--format", "json", str(recipe)],
            "compose-lint, both files": [str(program("compose-lint")), *_files(recipe)],
            YAMLLINT: [str(program("yamllint")), *_files(recipe)],
            "`import typer`": [ours, "-c", "import typer"],
            "`import ruamel.yaml`": [ours, "-c", "import ruamel.yaml"],
            "`import rich.console`": [ours, "-c", "import rich.console"],
            "`import jsonschema`": [ours, "-c", "import jsonschema"],
        }
    )  # fmt: skip
    lines = ["| one recipe, cold start | times `python -c pass` |", "|---|---|"]
    lines += [f"| {name} | {_ratio(costs[name], costs[PASS]):.1f} |" for name in costs]
    calls = [_call_api(recipe) for _ in range(bench.runs)]
    targets = _targets(
        {
            f"{ONE} / yamllint of both files": (_ratio(costs[ONE], costs[YAMLLINT]), 0.8),
            f"{ONE} / {PASS}": (_ratio(costs[ONE], costs[PASS]), 6.5),
            f"{ONE_JSON} / {ONE}": (_ratio(costs[ONE_JSON], costs[ONE]), 1.15),
            "`rollout_lint.check(RECIPE)`, second call / import and first call": (median(calls), 0.2),
        }
    )
    return {"cold-targets": targets, "cold": lines}


def _imports(bench: Bench) -> list[str]:
    """Return the table of import times of one check: the minimum of all runs for each module."""
    recipe = next(bench.fleet(1).iterdir())
    least: dict[str, int] = {}
    for _ in range(bench.runs):
        command = [python("rollout-lint"), "-X", "importtime", "-m", "rollout_lint", "check", str(recipe)]
        output = subprocess.run(command, capture_output=True, text=True, check=False).stderr
        for spent, module in re.findall(r"import time: +(\d+) \| +\d+ \| +(\S+)", output):
            least[module] = min(int(spent), least.get(module, int(spent)))
    packages: dict[str, int] = {}
    for module, spent in least.items():
        package = module.partition(".")[0].replace("_ruamel_yaml", "ruamel")
        group = package if package in ("rollout_lint", "ruamel") else "the standard library"
        packages[group] = packages.get(group, 0) + spent
    total = sum(packages.values())
    lines = ["| what a check imports | part of the time |", "|---|---|"]
    slowest = sorted(least.items(), key=lambda each: -each[1])[:8]
    lines += [
        f"| {name} | {spent / total:.0%} |" for name, spent in sorted(packages.items(), key=lambda each: -each[1])
    ]
    return [*lines, *(f"| of these `{module}` | {spent / total:.0%} |" for module, spent in slowest)]


def _fleets(bench: Bench) -> dict[str, list[str]]:
    """Return the table of fleets and the table of their targets."""
    costs = {size: bench.measure(_commands(bench, size)) for size in SIZES}
    lines = [f"| times the parse | {' | '.join(f'{size:,}' for size in SIZES)} |", "|---" * (len(SIZES) + 1) + "|"]
    lines += [
        f"| {name} | {' | '.join(_ratio_to_base(name, costs, size) for size in SIZES)} |"
        for name in _commands(bench, FEW)
    ]
    small, large = costs[FEW], costs[SIZES[-1]]
    growths = ", ".join(f"{name} {_median(large[name]) / _median(small[name]):.0f}" for name in (SWEEP, CHECK, BASE))
    growth = f"From {FEW} to {SIZES[-1]:,} recipes the time grows by: {growths}."
    few = bench.measure({name: command for name, command in _commands(bench, 50).items() if name in (SWEEP, CHECK)})
    memory = {name: _peak(large[name]) / _peak(few[name]) for name in (SWEEP, CHECK)}
    targets = _targets(
        {
            f"{SWEEP} of 1,000 recipes / parse alone": (_ratio(costs[1000][SWEEP], costs[1000][BASE]), 1.1),
            f"{CHECK} of 1,000 recipes / parse alone": (_ratio(costs[1000][CHECK], costs[1000][BASE]), 1.2),
            f"peak memory of {CHECK}, {SIZES[-1]:,} / 50 recipes": (memory[CHECK], 2),
        }
    )
    return {"fleets": [*lines, "", growth, *_memory(memory, large)], "fleet-targets": targets}


def _ratio_to_base(name: str, costs: dict[int, Costs], size: int) -> str:
    if name in costs[size]:
        return f"{_ratio(costs[size][name], costs[size][BASE]):.2f}"
    if name not in SCALED or size not in (FEW, 1000):
        return ""
    return f"{_median(costs[FEW][name]) * size / FEW / _median(costs[size][BASE]):.0f} (of {FEW})"


def _memory(ratios: dict[str, float], large: Costs) -> list[str]:
    texts = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
    mib = _peak(large[SWEEP]) / 2**20
    return ["", f"Peak memory of {SIZES[-1]:,} recipes to that of 50: {texts}. The sweep needs {mib:.0f} MiB."]


def _peak(costs: list[Cost]) -> int:
    return max(each.memory for each in costs)


def _commands(bench: Bench, size: int) -> dict[str, list[str]]:
    """Return the commands for a fleet size. Slow commands run only on small fleets."""
    folder = bench.fleet(size)
    ours = str(program("rollout-lint"))
    commands = {
        FLOOR: [python("base"), str(PARSE), "read", str(folder)],
        BASE: [python("base"), str(PARSE), "compose", str(folder)],
        SWEEP: [ours, "sweep", "--format", "json", str(folder)],
        ALONE: [ours, "sweep", "--format", "json", "--jobs", "1", str(folder)],
        CHECK: [ours, "check", "--format", "json", str(folder)],
    }
    if size <= 1000:
        commands["compose-lint"] = [str(program("compose-lint")), *_files(folder)]
        commands["yamllint"] = [str(program("yamllint")), str(folder)]
    if size <= FEW:
        loop = (
            f'for base in "$0"/*/compose.yml; do docker stack config -c "$base" -c "${{base%/*}}/{OVERLAY}"; done; true'
        )
        commands[DOCKER] = ["sh", "-c", loop, str(folder)]
        commands[DCLINT] = [str(program("dclint")), "-r", str(folder)]
    return commands


def _files(folder: Path) -> list[str]:
    return [str(file) for file in sorted(folder.rglob("*.yml"))]


def _ratio(costs: list[Cost], to: list[Cost]) -> float:
    return median([one.seconds / other.seconds for one, other in zip(costs, to, strict=True)])


def _median(costs: list[Cost]) -> float:
    return median([cost.seconds for cost in costs])


if __name__ == "__main__":
    if "--quick" in sys.argv:
        main(QUICK_RUNS, is_quick=True)
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10, is_quick=False)
