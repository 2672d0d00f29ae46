"""Shared browser for all tests of this folder."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from tests.report.sweep_documents import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

    from tests.browser.chromium import Page

# The plain run does not install the extra "slow", which has selenium.
collect_ignore_glob = [] if find_spec("selenium") else ["test_*.py"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Chrome]:
    """Browser that starts once."""
    from tests.browser import chromium

    chromium.require()
    started = chromium.start()
    yield started
    started.quit()


@pytest.fixture
def show(browser: Chrome, tmp_path: Path) -> Iterator[Callable[[dict[str, Any]], Page]]:
    """Write the page of a document and open it as a file. Reset the browser after the test."""

    from tests.browser.chromium import Page

    def open_page(fleet: dict[str, Any]) -> Page:
        file = tmp_path / "sweep.html"
        file.write_text(page(fleet), encoding="utf-8")
        return Page(browser, file)

    yield open_page
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    browser.get_log("browser")  # type: ignore[no-untyped-call]
