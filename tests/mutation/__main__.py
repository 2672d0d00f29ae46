"""`python -m tests.mutation [MODULE...] [--jobs N]`: the faults of each module that no test finds."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutation.faults import faults
from tests.mutation.trial import is_found, prepare

ROOT = Path(__file__).parents[2]
MOST_ALIVE = 0.1
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
"""Faults that change nothing, one a line: the module, the fault's key and why, with tabs between."""

_UNITS = ("tests/test_facts.py", "tests/test_engine.py", "tests/stack", "tests/derived", "tests/rules/test_rule_set.py")
_WHOLE = ("tests/test_check.py", "tests/test_show.py", "tests/test_samples.py", "tests/test_well_made.py")
_FLEET = (
    "tests/test_sweep.py",
    "tests/fleet/test_evidence.py",
    "tests/test_samples.py",
    "tests/fleet/test_manifest.py",
)
_DOCKER = ("tests/oracle/test_docker.py",)
TESTS = {
    "facts.stated": (*_UNITS, *_WHOLE, *_DOCKER),
    "stack.merge": ("tests/stack/test_merge.py", *_UNITS, *_WHOLE, *_DOCKER),
    "rules.checker": ("tests/test_engine.py", *_UNITS, *_WHOLE, "tests/rules/test_trial.py", "tests/test_suppress.py"),
    "verdict": ("tests/test_verdict.py", *_FLEET),
}
"""By module: the tests that are to find its faults, the quick ones first."""


def main() -> int:
    """Print each fault that is not found; 1 where there are too many, or where one is told as equivalent and is not."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(TESTS), choices=[*TESTS, []], metavar="MODULE")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    prepare()
    return max([_try(module, options.jobs) for module in options.modules])


def _try(module: str, jobs: int) -> int:
    name = f"rollout_lint.{module}"
    if is_found(name, None, TESTS[module]):
        print(f"{module}: the tests fail without any fault")
        return 2
    path = ROOT / "lint" / f"{name.replace('.', '/')}.py"
    all_faults = list(faults(path.read_text("utf-8")))
    why = _equivalent(module)
    alive = []
    with ThreadPoolExecutor(jobs) as pool:
        found = pool.map(lambda fault: is_found(name, fault, TESTS[module]), all_faults)
        for fault in (fault for fault, is_one in zip(all_faults, found, strict=True) if not is_one):
            alive.append(fault)
            told = "  (equivalent)" if fault.key in why else ""
            print(f"{path.relative_to(ROOT)}:{fault.line}: {fault.key}{told}", flush=True)
    wrong = why.keys() - {fault.key for fault in alive}
    for key in sorted(wrong):
        print(f"{module}: told as equivalent, and found or gone: {key}")
    print(f"{module}: {len(all_faults)} faults, {len(alive)} not found, {len(why)} of them equivalent", flush=True)
    return int(len(alive) > MOST_ALIVE * len(all_faults) or bool(wrong))


def _equivalent(module: str) -> dict[str, str]:
    lines = [line.split("\t") for line in EQUIVALENT.read_text("utf-8").splitlines() if line]
    return {key: why for of, key, why in lines if of == module}


if __name__ == "__main__":
    sys.exit(main())
