"""Installation: every method installs the program with its rules and schemas."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from venv import EnvBuilder

import pytest
from rollout_lint import __version__
from rollout_lint.packaged import COMPILED
from rollout_lint.rules.compiler import compile_data
from rollout_lint.rules.loader import load_rules

from tests.conftest import ROOT

pytestmark = pytest.mark.packaging

RISKY = "services: {app: {image: b, healthcheck: {test: x}, deploy: {update_config: %s}}}\n"
COMPILED_IN_WHEEL = Path(f"{COMPILED.replace('.', '/')}.py")
POLICY = "{failure_action: rollback, order: start-first}"


@pytest.fixture(scope="session")
def built(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the sdist and the wheel built from it."""
    target = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--no-isolation", "--outdir", target, checkout)
    return target


def call(*command: str | Path, cwd: Path | None = None, expected: int = 0) -> str:
    words = [str(word) for word in command]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, cwd=cwd, timeout=300)
    assert ran.returncode == expected, ran.stdout + ran.stderr
    return ran.stdout


def install(environment: Path, *arguments: str | Path) -> Path:
    """Install into a fresh environment that shares the dependencies of this one. Return its `bin` folder."""
    EnvBuilder(with_pip=False, symlinks=True).create(environment)
    python = environment / "bin" / "python"
    packages = call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    (Path(packages) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    call(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-build-isolation",
        "--quiet",
        *arguments,
    )
    return environment / "bin"


def assert_works(bin_: Path, folder: Path, home: Path) -> None:
    found = call(bin_ / "python", "-c", "import rollout_lint; print(rollout_lint.__file__)", cwd=folder).strip()
    assert Path(found).is_relative_to(home)
    listed = call(bin_ / "rollout-lint", "rules", cwd=folder)
    assert [line.split()[0] for line in listed.splitlines()] == [rule.id for rule in load_rules()]
    recipe = folder / "recipe"
    recipe.mkdir()
    (recipe / "compose.yml").write_text(RISKY % POLICY)
    assert "RL001" in call(bin_ / "rollout-lint", "check", "recipe", cwd=folder, expected=1)
    (folder / "fleet.yml").write_text("version: 1\nrecipes: [{name: recipe}]\n")
    assert "latent" in call(bin_ / "rollout-lint", "sweep", cwd=folder)


def test_pip_install_works(checkout: Path, tmp_path: Path) -> None:
    assert_works(install(tmp_path / "venv", checkout), tmp_path, tmp_path / "venv")


def test_pip_install_editable_works(checkout: Path, tmp_path: Path) -> None:
    assert_works(install(tmp_path / "venv", "--editable", checkout), tmp_path, checkout)
    assert not list(checkout.rglob(COMPILED_IN_WHEEL.name))


@pytest.mark.parametrize("pattern", ["*.whl", "*.tar.gz"])
def test_wheel_and_sdist_work(built: Path, tmp_path: Path, pattern: str) -> None:
    [archive] = built.glob(pattern)
    assert __version__ in archive.name
    assert_works(install(tmp_path / "venv", archive), tmp_path, tmp_path / "venv")


def test_wheel_has_only_package_and_rules(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    package = {file.relative_to(ROOT / "lint") for file in (ROOT / "lint").rglob("*") if _is_packaged(file)}
    rules = {Path("rollout_lint") / file.relative_to(ROOT) for file in (ROOT / "rules").iterdir()}
    assert {Path(name) for name in names} == package | rules | {COMPILED_IN_WHEEL}
    assert Path("rollout_lint/py.typed") in package


def test_wheel_has_compiled_rules_of_today(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        assert wheel.read(COMPILED_IN_WHEEL.as_posix()).decode() == compile_data()


def test_installed_program_reads_compiled_rules(built: Path, tmp_path: Path) -> None:
    [wheel] = built.glob("*.whl")
    bin_ = install(tmp_path / "venv", wheel)
    (tmp_path / "compose.yml").write_text(RISKY % POLICY)
    [compiled] = (tmp_path / "venv").rglob(COMPILED_IN_WHEEL.as_posix())
    for file in compiled.parent.glob("rules/*.yaml"):
        # Without the folder's images.yaml, the program would look for a checkout.
        file.write_text("" if file.name == "images.yaml" else "[")
    assert "RL001" in call(bin_ / "rollout-lint", "check", cwd=tmp_path, expected=1)


def test_sdist_has_files_of_tests(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"pyproject.toml", "README.md", "tests/conftest.py", "recipes-sample/fleet.yml"} <= names


def _is_packaged(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts
