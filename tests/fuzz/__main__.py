"""`python -m tests.fuzz [--count N] [--seed S]`: mutants, and what they show that must not be."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from tests.fuzz.harness import bound_memory, failures, failures_of_many, mutant
from tests.oracle.docker import why_not

COUNT = 50_000
_CHUNK = 25


def main() -> int:
    """Run them and print each failure; 1 where there is one."""
    options = _options()
    if options.only is not None:
        return _one(options.seed, options.only, options.keep)
    asks = why_not() is None
    print(f"{options.count} mutants of seed {options.seed}{'' if asks else ', and no docker CLI to ask'}", flush=True)
    found = 0
    last = options.first + options.count
    chunks = [range(start, min(start + _CHUNK, last)) for start in range(options.first, last, _CHUNK)]
    with ProcessPoolExecutor(options.jobs, get_context("spawn"), bound_memory) as pool:
        working = [pool.submit(failures_of_many, options.seed, chunk, asks) for chunk in chunks]
        for chunk, done in zip(chunks, working, strict=True):
            try:
                told = done.result()
            except BrokenProcessPool:
                print(f"one of the mutants from {chunk.start} on ended its process")
                return 1
            found += len(told)
            for each in told:
                print(each, flush=True)
    print(f"{found} failures; python -m tests.fuzz --seed {options.seed} --only NUMBER --keep DIR for one of them")
    return int(found > 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    parser.add_argument("--first", type=int, default=0, help="the number to begin with")
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--only", type=int, help="one mutant, by its number")
    parser.add_argument("--keep", type=Path, help="with --only: a folder for its files")
    return parser.parse_args()


def _one(seed: int, number: int, keep: Path | None) -> int:
    if keep is not None:
        mutant(seed, number).write(keep)
    found = failures(seed, number, asks_docker=why_not() is None)
    print(*found, sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
