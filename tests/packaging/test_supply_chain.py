"""Supply chain: bounded dependencies, a lock with hashes, a reproducible wheel, an audit."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT: dict[str, Any] = PYPROJECT["project"]
LOCK = (ROOT / ".ci" / "lock.txt").read_text("utf-8")
BLOCK = re.compile(r"(?m)^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>\S+)(?P<rest>.*(?:\n    .*)*)")


def requirements() -> Iterator[Requirement]:
    extras = PROJECT["optional-dependencies"]
    for text in (*PROJECT["dependencies"], *(each for extra in extras.values() for each in extra)):
        requirement = Requirement(text)
        if requirement.name != PROJECT["name"]:
            yield requirement


@pytest.mark.parametrize("text", PROJECT["dependencies"])
def test_dependency_has_lower_and_upper_bound(text: str) -> None:
    operators = {each.operator for each in Requirement(text).specifier}
    assert operators == {">=", "<"}


def test_build_hook_has_bounds_of_project() -> None:
    [hook] = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"].values()
    assert len(hook["dependencies"]) == 2
    assert set(hook["dependencies"]) < set(PROJECT["dependencies"])


def test_lock_has_all_packages_in_bounds_with_hashes() -> None:
    locked = list(BLOCK.finditer(LOCK))
    assert len(locked) == len(re.findall(r"(?m)^[A-Za-z0-9]", LOCK)) > 50
    for requirement in requirements():
        name = canonicalize_name(requirement.name)
        found = [each["version"] for each in locked if canonicalize_name(each["name"]) == name]
        assert found, requirement
        assert all(requirement.specifier.contains(version) for version in found), requirement
    assert all("--hash=sha256:" in match["rest"] for match in locked)
    assert "://" not in LOCK


def build_wheel(checkout: Path, folder: Path, epoch: int) -> bytes:
    """Build a wheel from a fresh copy with new file times."""
    copy = shutil.copytree(checkout, folder / "source", copy_function=shutil.copy)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(copy)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC" if epoch % 2 else "Asia/Tokyo"}
    subprocess.run(command, check=True, capture_output=True, timeout=300, env=environment)
    (built,) = (folder / "dist").iterdir()
    return built.read_bytes()


@pytest.mark.packaging
def test_wheel_is_reproducible(checkout: Path, tmp_path: Path) -> None:
    first, second = (build_wheel(checkout, tmp_path / name, 1_700_000_000) for name in ("a", "bb"))
    assert first == second
    assert first != build_wheel(checkout, tmp_path / "c", 1_600_000_001)


@pytest.mark.packaging
@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        (
            [{"name": "a", "version": "1", "vulns": [{"id": "X-1"}]}, {"name": "b", "version": "1", "vulns": []}],
            1,
            "X-1",
        ),
        ([{"name": "a", "version": "1", "vulns": []}], 0, "1 packages without"),
        ([{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "?"}], 0, "unknown: b"),
        ([{"name": "a", "skip_reason": "?"}], 0, "skipped: the service"),
        (None, 0, "skipped: pip-audit failed: no route"),
    ],
)
def test_audit_without_answer_is_not_clean(
    tmp_path: Path, answer: list[dict[str, Any]] | None, code: int, message: str
) -> None:
    (tmp_path / "pip_audit.py").write_text(
        "import sys\n" + (f"print({json.dumps({'dependencies': answer})!r})" if answer else "sys.exit('no route')")
    )
    required = audit(tmp_path, "required")
    ran = audit(tmp_path, "")
    assert (ran.returncode, message in ran.stdout) == (code, True), ran
    assert required.returncode == (1 if "skipped" in message else code)


def audit(path: Path, required: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(path), "ROLLOUT_LINT_AUDIT": required}
    command = [sys.executable, str(ROOT / ".ci" / "audit.py")]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
