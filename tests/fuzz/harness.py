"""One mutant: made from its number, handed to a command, and held against what must never happen."""

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
from tests.fuzz.mutate import mutated
from tests.oracle.compare import compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

SECONDS = 30
"""How long a mutant may take; the slowest takes a few seconds of a busy machine."""

MEMORY = 2 * 1024**3
"""The address space in bytes that a process may have, interpreter and libraries among it."""

_OTHERS_ONE_IN = 5
_DOCKER_ONE_IN = 10


@dataclass(frozen=True)
class Mutant:
    """Files by name, the command that reads them, and whether they are a stack of which Docker can be asked."""

    files: dict[str, bytes]
    command: tuple[str, ...]
    is_stack: bool

    @property
    def writes(self) -> bool:
        """Whether the command repairs the files."""
        return self.command[0] == "fix" and len(self.command) > 2

    def write(self, folder: Path) -> None:
        """Put the files below a folder."""
        for name, data in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


class _HangError(BaseException):
    """No handler of an Exception hides it."""


def mutant(seed: int, number: int) -> Mutant:
    """The same for the same seed and number."""
    random = Random(f"{seed}:{number}")
    case = random.choice(stacks() if number % _OTHERS_ONE_IN else others())
    name = random.choice(case.mutable)
    parts = tuple(data for each in stacks() for data in each.files.values())
    changed = mutated(case.files[name], (*case.files.values(), *parts), random)
    return Mutant(case.files | {name: changed}, random.choice(case.commands), case.is_stack)


def failures(seed: int, number: int, asks_docker: bool = False) -> list[str]:
    """What a mutant shows that must not be; run in a process of its own, as it changes the current folder."""
    one = mutant(seed, number)
    before = Path.cwd()
    with TemporaryDirectory(prefix="mutant") as folder:
        os.chdir(folder)
        try:
            one.write(Path())
            found = _guarded(one)
            if one.writes:
                found += _written_again(one)
            if asks_docker and one.is_stack:
                found += _against_docker(one)
        finally:
            os.chdir(before)
    return [f"{number} ({' '.join(one.command)}): {each}" for each in found]


def failures_of_many(seed: int, numbers: range, asks_docker: bool) -> list[str]:
    """Those of all these mutants; Docker is asked about some."""
    found = (failures(seed, each, asks_docker and each % _DOCKER_ONE_IN == 1) for each in numbers)
    return list(chain.from_iterable(found))


def bound_memory() -> None:
    """For this process from now on."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _guarded(one: Mutant) -> list[str]:
    signal.signal(signal.SIGALRM, _hang)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return list(_wrong_with(one, CliRunner().invoke(app, list(one.command))))
    except _HangError:
        return [f"still at work after {SECONDS} s: {traceback.format_exc(limit=-8)}"]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _written_again(one: Mutant) -> list[str]:
    """What is repaired is repaired once."""
    written = _contents()
    found = _guarded(one)
    return found if _contents() == written else [*found, "a second run writes something else"]


def _contents() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def _hang(*_: object) -> NoReturn:
    raise _HangError


def _wrong_with(one: Mutant, result: Result) -> Iterator[str]:
    error = result.exception
    if error is not None and not isinstance(error, SystemExit):
        yield "".join(traceback.format_exception(error, limit=-4))
        return
    if result.exit_code not in (0, 1, 2):
        yield f"exit code {result.exit_code}"
    # A diff has to have what stands in the file, or nothing could apply it.
    layout = "\n\r\t\ufeff" if one.command[0] == "fix" else "\n"
    for name, text in (("stdout", result.stdout), ("stderr", result.stderr)):
        if odd := {character for character in text if not character.isprintable() and character not in layout}:
            yield f"{name} has {sorted(odd)!r}"
    if not result.stdout and not result.stderr and result.exit_code == 2:
        yield "exit code 2 without a word"
    if one.command[:1] == ("check",) and one.command[-1] == "json":
        yield from _wrong_with_check(json.loads(result.stdout or "null"), result)


def _wrong_with_check(document: dict[str, list[dict[str, object]]] | None, result: Result) -> Iterator[str]:
    """Whatever was not evaluated says why, and is told by the exit code."""
    if document is None:
        if result.exit_code != 2:
            yield f"no document, and exit code {result.exit_code}"
        return
    unread = [each for each in document["recipes"] if each["status"] in ("not-evaluated", "template")]
    if bool(unread) != (result.exit_code == 2):
        yield f"{len(unread)} not evaluated, and exit code {result.exit_code}"
    if any(each["status"] == "not-evaluated" and not each["problems"] for each in unread):
        yield "not evaluated, and no problem says why"


def _against_docker(one: Mutant) -> list[str]:
    """Each file alone, and each overlay on the first: we refuse what Docker refuses, and read alike what it takes."""
    layers = [Path(name) for name in one.files if name.endswith((".yml", ".yaml"))]
    asked = [[layers[0]], *([layers[0], each] for each in layers[1:2])]
    return [difference for paths in asked for difference in compare(paths, {}).differences]
