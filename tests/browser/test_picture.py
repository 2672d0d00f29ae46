"""Picture in the README: it shows the current page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import Page
from tests.browser.picture import PICTURE, digest, digest_in, sample_page, take
from tests.pages import README

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver import Chrome

pytestmark = pytest.mark.browser


def test_readme_picture_is_current() -> None:
    assert f"]({PICTURE.relative_to(README.parent).as_posix()})" in README.read_text("utf-8")
    assert digest_in(PICTURE.read_bytes()) == digest(sample_page()), "python -m tests.browser.picture"


def test_picture_contains_digest_of_its_page(browser: Chrome, tmp_path: Path) -> None:
    text = sample_page()
    (tmp_path / "sweep.html").write_text(text, "utf-8")
    page = Page(browser, tmp_path / "sweep.html")
    taken = take(page, text)
    assert page.opened() == ["discourse"]
    assert digest_in(taken) == digest(text)
    page.send("Emulation.clearDeviceMetricsOverride")
    page.send("Emulation.setScrollbarsHidden", hidden=False)
