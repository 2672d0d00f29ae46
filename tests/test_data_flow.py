"""Import layers of the package, and modules that must not be imported at startup."""

from __future__ import annotations

import subprocess
import sys

import pytest
from importlinter.cli import lint_imports

from tests.conftest import ROOT

LIBRARIES = ("rich", "jsonschema", "junitparser", "pathspec", "ruamel.yaml", "pydantic", "jinja2", "importlib.metadata")
HEAVY = (*LIBRARIES, "rollout_lint.discovery.revision", "rollout_lint.discovery.git")

PROGRAM = "import sys; import rollout_lint.cli.app; print(*sys.modules, sep='\\n')"


def test_packages_import_only_from_lower_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


@pytest.fixture(scope="module")
def modules() -> list[str]:
    """Modules that are loaded at start."""
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    return ran.stdout.splitlines()


@pytest.mark.parametrize("module", HEAVY)
def test_heavy_module_is_not_imported_at_startup(module: str, modules: list[str]) -> None:
    assert module not in modules
