"""Commands that run without the privileges of root."""

from __future__ import annotations

import os
import shutil

import pytest

_DROPPED = ("dac_override", "dac_read_search", "chown", "fowner", "fsetid")


def without_privileges() -> tuple[str, ...]:
    """Return the start of a command that takes from root the rights to ignore modes and to give files away.

    The user stays 0, so that an interpreter in the home folder of root can be run.
    """
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv, because root may do everything")
    return ("setpriv", f"--bounding-set={','.join(f'-{name}' for name in _DROPPED)}")


def needs_root() -> None:
    """Skip a test that needs files of another user."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to create files of another user")
