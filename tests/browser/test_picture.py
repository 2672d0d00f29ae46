"""The README's picture is of the page as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import Shown
from tests.browser.picture import PICTURE, digest, page, take, taken_of
from tests.pages import README

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver import Chrome


def test_the_readme_shows_the_page_as_it_is() -> None:
    assert f"]({PICTURE.relative_to(README.parent).as_posix()})" in README.read_text("utf-8")
    assert taken_of(PICTURE.read_bytes()) == digest(page()), "python -m tests.browser.picture"


@pytest.mark.browser
def test_a_picture_is_taken_by_a_browser_and_says_of_what(browser: Chrome, tmp_path: Path) -> None:
    text = page()
    (tmp_path / "sweep.html").write_text(text, "utf-8")
    shown = Shown(browser, tmp_path / "sweep.html")
    taken = take(shown, text)
    assert shown.opened() == ["discourse"]
    assert taken_of(taken) == digest(text)
    shown.tell("Emulation.clearDeviceMetricsOverride")
    shown.tell("Emulation.setScrollbarsHidden", hidden=False)
