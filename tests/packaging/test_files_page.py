"""Page about the files that are checked: its layouts are those of the tests, and it lists every reason."""

from __future__ import annotations

import re

import pytest
from rollout_lint.discovery.skipped import SkipReason
from rollout_lint.discovery.stack_file import BASE_NAMES
from ruamel.yaml import YAML

from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "files.md").read_text("utf-8")
LAYOUTS = re.findall(r"^Tried by `tests/layouts/(?P<layout>[\w-]+)`", TEXT, re.MULTILINE)


def table_of(layout: str) -> str:
    """Return the recipes and the skipped files of a layout as the page shows them."""
    expected = YAML(typ="safe").load(ROOT / "tests" / "layouts" / layout / "expected.yml")
    rows = [
        (f"`{recipe}`", f"`{variant}`", files)
        for recipe, variants in expected["recipes"].items()
        for variant, files in variants.items()
    ]
    rows += [("not checked", reason, [file]) for file, reason in expected.get("skipped", {}).items()]
    lines = (
        f"| {recipe} | {variant} | {' + '.join(f'`{file}`' for file in files)} |" for recipe, variant, files in rows
    )
    return "\n".join(("| recipe | variant | files |", "|---|---|---|", *lines, ""))


def test_files_page_has_six_layouts() -> None:
    assert len(set(LAYOUTS)) == 6


@pytest.mark.parametrize("layout", LAYOUTS)
def test_files_page_shows_what_the_test_of_a_layout_expects(layout: str) -> None:
    section = TEXT.partition(f"`tests/layouts/{layout}`")[2].partition("\n#")[0]
    assert table_of(layout) in f"{section}\n"


def test_files_page_lists_every_reason() -> None:
    assert {reason for reason in SkipReason if f"\n| {reason} |" not in TEXT} == set()


def test_files_page_names_every_base() -> None:
    stems = {name.partition(".")[0] for name in BASE_NAMES}
    assert {stem for stem in stems if f"`{stem}.yml`" not in TEXT} == set()
