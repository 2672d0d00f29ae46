"""Data flows one way: nothing imports from a later stage, and the heavy libraries wait until a command needs them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from importlinter.cli import lint_imports

from tests.conftest import ROOT

LIBRARIES = ("rich", "jsonschema", "junitparser", "pathspec", "ruamel.yaml", "pydantic", "jinja2", "importlib.metadata")
HEAVY = (*LIBRARIES, "rollout_lint.discovery.revision", "rollout_lint.discovery.git")

AT_START = "import sys; import rollout_lint.cli.app; print(*sys.modules, sep='\\n')"


def test_nothing_imports_from_a_later_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


@pytest.mark.parametrize("module", HEAVY)
def test_a_heavy_library_is_not_loaded_at_the_start(module: str) -> None:
    ran = subprocess.run([sys.executable, "-c", AT_START], capture_output=True, text=True, check=True, timeout=60)
    assert module not in ran.stdout.splitlines()
