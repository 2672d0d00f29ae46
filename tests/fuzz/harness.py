"""Mutants: made from a number, passed to a command, and checked for failures."""

from __future__ import annotations

import json
import os
import resource
import signal
import traceback
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

from rollout_lint.cli.app import app
from typer.testing import CliRunner

from tests.fuzz.corpus import others, stacks
from tests.fuzz.mutate import mutate
from tests.lines.values import find_log_commands, find_odd_characters
from tests.oracle.compare import compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

LIMIT_SECONDS = 30
"""Limit for one mutant. The slowest takes a few seconds on a busy machine."""

LIMIT_BYTES = 2 * 1024**3
"""Limit of the address space of a process in bytes, including interpreter and libraries."""

_OTHERS_ONE_IN = 5
_DOCKER_ONE_IN = 10


@dataclass(frozen=True)
class Mutant:
    """Files by name, and the command that reads them."""

    files: dict[str, bytes]
    command: tuple[str, ...]
    is_stack: bool

    @property
    def writes(self) -> bool:
        """True if the command changes the files."""
        return self.command[0] == "fix" and len(self.command) > 2

    def write(self, folder: Path) -> None:
        """Write the files below a folder."""
        for name, data in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


class _HangError(BaseException):
    """Time limit exceeded. Not an Exception, so that no handler catches it."""


def mutant(seed: int, number: int) -> Mutant:
    """Return the mutant with this number, always the same for a seed."""
    random = Random(f"{seed}:{number}")
    case = random.choice(stacks() if number % _OTHERS_ONE_IN else others())
    name = random.choice(case.mutable)
    parts = tuple(data for each in stacks() for data in each.files.values())
    changed = mutate(case.files[name], (*case.files.values(), *parts), random)
    return Mutant(case.files | {name: changed}, random.choice(case.commands), case.is_stack)


def failures(seed: int, number: int, has_docker: bool = False) -> list[str]:
    """Return the failures of a mutant. Changes the current folder, so run it in its own process."""
    one = mutant(seed, number)
    before = Path.cwd()
    with TemporaryDirectory(prefix="mutant") as folder:
        os.chdir(folder)
        try:
            one.write(Path())
            found = _run_with_limit(one)
            if one.writes:
                found += _changes_of_second_run(one)
            if has_docker and one.is_stack:
                found += _against_docker(one)
        finally:
            os.chdir(before)
    return [f"{number} ({' '.join(one.command)}): {each}" for each in found]


def failures_of_many(seed: int, numbers: range, has_docker: bool) -> list[str]:
    """Return the failures of all mutants. Compares some with Docker."""
    found = (failures(seed, each, has_docker and each % _DOCKER_ONE_IN == 1) for each in numbers)
    return list(chain.from_iterable(found))


def bound_memory() -> None:
    """Limit the memory of this process."""
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))


def _run_with_limit(one: Mutant) -> list[str]:
    signal.signal(signal.SIGALRM, _hang)
    signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)
    try:
        return list(_command_failures(one, CliRunner().invoke(app, list(one.command))))
    except _HangError:
        return [f"still running after {LIMIT_SECONDS} s: {traceback.format_exc(limit=-8)}"]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _changes_of_second_run(one: Mutant) -> list[str]:
    """Return the failures of a second run, which must change nothing."""
    written = _contents()
    found = _run_with_limit(one)
    return found if _contents() == written else [*found, "a second run changes the files again"]


def _contents() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def _hang(*_: object) -> NoReturn:
    raise _HangError


def _command_failures(one: Mutant, result: Result) -> Iterator[str]:
    error = result.exception
    if error is not None and not isinstance(error, SystemExit):
        yield "".join(traceback.format_exception(error, limit=-4))
        return
    if result.exit_code not in (0, 1, 2):
        yield f"exit code {result.exit_code}"
    # A diff contains the tabs, line ends and byte order mark of the file, so that patch can apply it.
    layout = "\n\r\t\ufeff" if one.command[0] == "fix" else "\n"
    for name, text in (("stdout", result.stdout), ("stderr", result.stderr)):
        if odd := find_odd_characters(text, layout):
            yield f"{name} has {sorted(odd)!r}"
        if found := find_log_commands(text, "github" in one.command and name == "stdout"):
            yield f"{name} has the command {found[0]!r}"
    if not result.stdout and not result.stderr and result.exit_code == 2:
        yield "exit code 2 without output"
    if one.command[:1] == ("check",) and one.command[-1] == "json":
        yield from _check_failures(json.loads(result.stdout or "null"), result)


def _check_failures(document: dict[str, list[dict[str, object]]] | None, result: Result) -> Iterator[str]:
    """Check that unevaluated recipes have a reason and set the exit code."""
    if document is None:
        if result.exit_code != 2:
            yield f"no document, exit code {result.exit_code}"
        return
    not_evaluated = [each for each in document["recipes"] if each["status"] in ("not-evaluated", "template")]
    if bool(not_evaluated) != (result.exit_code == 2):
        yield f"{len(not_evaluated)} not evaluated, exit code {result.exit_code}"
    if any(each["status"] == "not-evaluated" and not each["problems"] for each in not_evaluated):
        yield "not evaluated, without a problem"


def _against_docker(one: Mutant) -> list[str]:
    """Return the differences from Docker for the first file alone and with an overlay."""
    layers = [Path(name) for name in one.files if name.endswith((".yml", ".yaml"))]
    stacks_to_compare = [[layers[0]], *([layers[0], each] for each in layers[1:2])]
    return [difference for paths in stacks_to_compare for difference in compare(paths, {}).differences]
