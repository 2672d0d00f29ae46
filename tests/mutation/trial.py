"""Whether the tests find a fault: they run in a process of their own in which the module has it."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence
    from types import CodeType

    from tests.mutation.faults import Fault

SECONDS = 600
"""For the tests of one fault; one that makes them go on for ever is found."""

_HEAVY = ("pytest", "jsonschema", "typer.testing", "ruamel.yaml", "_ruamel_yaml", "rich.console")


def prepare() -> None:
    """Import what is not under test once, for all processes to come."""
    for name in _HEAVY:
        importlib.import_module(name)


def is_found(module: str, fault: Fault | None, tests: Sequence[str]) -> bool:
    """Whether a test fails; None is no fault, with which none should."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = _run(module, fault, tests)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) != 0


def _run(module: str, fault: Fault | None, tests: Sequence[str]) -> int:
    import pytest

    signal.alarm(SECONDS)
    if fault is not None:
        _put_in(module, fault.tree)
    with (
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),
        redirect_stderr(nowhere),
    ):
        for each in tests:
            # Sooner or later one of the files fails; those that are quick come first.
            if pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-m", "", each]) != 0:
                return 1
    return 0


def _put_in(module: str, tree: ast.Module) -> None:
    before = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        if fullname == module:
            return compile(tree, self.get_filename(fullname), "exec")
        return before(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]
    assert module not in sys.modules
