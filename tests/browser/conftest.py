"""One browser for all tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import chromium
from tests.browser.chromium import Shown
from tests.report.sweep_documents import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome


@pytest.fixture(scope="session")
def browser() -> Iterator[Chrome]:
    """The browser, started once."""
    chromium.require()
    started = chromium.started()
    yield started
    started.quit()


@pytest.fixture
def show(browser: Chrome, tmp_path: Path) -> Iterator[Callable[[dict[str, Any]], Shown]]:
    """Write the page of a document and open it as a file; afterwards the browser is as it was."""

    def open_page(of: dict[str, Any]) -> Shown:
        file = tmp_path / "sweep.html"
        file.write_text(page(of), encoding="utf-8")
        return Shown(browser, file)

    yield open_page
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    browser.get_log("browser")  # type: ignore[no-untyped-call]
