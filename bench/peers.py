"""Installation of the measured tools, each in its own environment in a cache folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rollout-lint-bench"

_FROM_PYPI = {"base": "ruamel.yaml[oldlibyaml]", "compose-lint": "compose-lint", "yamllint": "yamllint"}
_QUIET = ("--quiet", "--disable-pip-version-check")


TOOLS = (*_FROM_PYPI, "dclint")


def install(tools: tuple[str, ...]) -> None:
    """Install missing tools, and always reinstall this checkout with compiled modules."""
    for name in tools:
        if name in _FROM_PYPI and not _python(name).exists():
            _environment(name, _FROM_PYPI[name])
    if "dclint" in tools and not program("dclint").exists():
        _call("npm", "install", "--silent", "--prefix", str(CACHE / "dclint"), "dclint")
    shutil.rmtree(CACHE / "rollout-lint", ignore_errors=True)
    _environment("rollout-lint", str(ROOT))


def python(name: str) -> str:
    """Return the interpreter of an environment."""
    return str(_python(name))


def program(name: str) -> Path:
    """Return the command with the name of its environment."""
    if name == "dclint":
        return CACHE / "dclint" / "node_modules" / ".bin" / "dclint"
    return _python(name).with_name(name)


def versions(tools: tuple[str, ...]) -> str:
    """Return the names and versions of these tools; with those of Docker and the parser if all are given."""
    texts = [f"{name} {_version(str(program(name)), '--version')}" for name in tools if name != "base"]
    if "base" in tools:
        base = _version(python("base"), "-c", "from importlib.metadata import version as v; print(v('ruamel.yaml'))")
        texts += [f"docker {_version('docker', '--version')}", f"ruamel.yaml {base}"]
    return ", ".join(texts)


def _python(name: str) -> Path:
    return CACHE / name / "bin" / "python"


def _environment(name: str, package: str) -> None:
    _call(sys.executable, "-m", "venv", str(CACHE / name))
    # PIP_NO_COMPILE can disable compilation. Then each start would compile the modules.
    _call(python(name), "-m", "pip", "install", *_QUIET, "--compile", package)


def _version(*command: str) -> str:
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.replace(",", " ").split()
    return next(word for word in words if word[0].isdigit())


def _call(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
