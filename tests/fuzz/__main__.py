"""Fuzzing with damaged files: `python -m tests.fuzz [--count N] [--seed S]`."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from tests.fuzz.harness import bound_memory, failures, failures_of_many, mutant
from tests.oracle.docker import missing_docker

COUNT = 50_000
_CHUNK = 25


def main() -> int:
    """Run the mutants and print each failure. Return 1 if there is one."""
    options = _options()
    if options.only is not None:
        return _one(options.seed, options.only, options.keep)
    has_docker = missing_docker() is None
    print(
        f"{options.count} mutants of seed {options.seed}{'' if has_docker else ', without the docker CLI'}", flush=True
    )
    failed = 0
    last = options.first + options.count
    chunks = [range(start, min(start + _CHUNK, last)) for start in range(options.first, last, _CHUNK)]
    with ProcessPoolExecutor(options.jobs, get_context("spawn"), bound_memory) as pool:
        working = [pool.submit(failures_of_many, options.seed, chunk, has_docker) for chunk in chunks]
        for chunk, done in zip(chunks, working, strict=True):
            try:
                messages = done.result()
            except BrokenProcessPool:
                print(f"a mutant of {chunk.start} to {chunk[-1]} ended its process")
                return 1
            failed += len(messages)
            for each in messages:
                print(each, flush=True)
    print(f"{failed} failures; python -m tests.fuzz --seed {options.seed} --only NUMBER --keep DIR for one of them")
    return int(failed > 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--only", type=int, help="number of the only mutant")
    parser.add_argument("--keep", type=Path, help="with --only: folder for the files of the mutant")
    return parser.parse_args()


def _one(seed: int, number: int, keep: Path | None) -> int:
    if keep is not None:
        mutant(seed, number).write(keep)
    found = failures(seed, number, has_docker=missing_docker() is None)
    print(*found, sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
