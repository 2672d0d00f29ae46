"""The module `rollout_lint`: its names, its cost, and the examples of its page."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import rollout_lint

from tests.conftest import ROOT
from tests.pages import blocks, environment, write_files

if TYPE_CHECKING:
    from tests.conftest import Write
    from tests.pages import Block

PAGE = ROOT / "docs/api.md"
PROGRAMS = [block for block in blocks(PAGE) if block.language == "python"]


def run_python(*arguments: str, folder: Path = ROOT) -> str:
    ran = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True, text=True, check=True, timeout=60, cwd=folder, env=environment(),
    )  # fmt: skip
    return ran.stdout


def test_import_loads_no_other_module_of_the_package() -> None:
    program = "import sys; before = set(sys.modules); import rollout_lint; print(*set(sys.modules) - before)"
    assert set(run_python("-S", "-c", f"import sys; sys.path.append('lint'); {program}").split()) <= {
        "rollout_lint",
        "__future__",
    }


SECOND_CALL = """
import sys
import rollout_lint

rollout_lint.check(sys.argv[1])
sys.addaudithook(lambda event, arguments: print(arguments[0]) if event == "open" else None)
rollout_lint.check(sys.argv[1])
"""


def test_second_call_opens_only_stack_files(write: Write) -> None:
    folder = write({"compose.yml": "services: {a: {image: b, deploy: {}}}\n"})
    assert set(run_python("-c", SECOND_CALL, str(folder)).splitlines()) == {str(folder / "compose.yml")}


@pytest.mark.parametrize("name", rollout_lint.__all__)
def test_public_name_is_imported_at_first_use(name: str) -> None:
    found = getattr(rollout_lint, name)
    assert found.__name__ == name
    assert found.__doc__


def test_names_for_type_checkers_are_the_imported_ones() -> None:
    module = ast.parse(Path(rollout_lint.__file__).read_text("utf-8"))
    typed = {
        (alias.asname or alias.name, node.module)
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("rollout_lint.")
        for alias in node.names
    }
    lazy = {(name, f"rollout_lint.{module}") for module, names in rollout_lint._NAMES.items() for name in names}
    assert typed == lazy
    assert sorted(rollout_lint.__all__) == sorted(name for name, _ in lazy)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'lint'"):
        _ = rollout_lint.lint  # type: ignore[attr-defined]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda each: str(each.name))
def test_example_of_the_page_prints_what_the_page_says(tmp_path: Path, program: Block) -> None:
    write_files(PAGE, tmp_path)
    assert program.name is not None
    assert run_python(program.name, folder=tmp_path) == (tmp_path / f"output of {program.name}").read_text("utf-8")
