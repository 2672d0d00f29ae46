"""Chromium that shows the page of a sweep without a network."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MODE = "ROLLOUT_LINT_BROWSER"
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""


def require() -> None:
    """Skip the test without a browser. Fail it if ROLLOUT_LINT_BROWSER is `required`."""
    missing_programs = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    if missing_programs and os.environ.get(MODE) == "required":
        pytest.fail(f"needs {' and '.join(missing_programs)}")
    if missing_programs:
        pytest.skip(f"needs {' and '.join(missing_programs)}")


def start() -> Chrome:
    """Start a headless browser with the installed driver, so that Selenium downloads nothing."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--window-size=1280,900", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
    return browser


class Page:
    """Page in the browser."""

    def __init__(self, browser: Chrome, file: Path) -> None:
        self.browser = browser
        self.file = file
        self.load()

    def load(self, fragment: str = "") -> None:
        """Reload the page at a fragment."""
        self.browser.get("about:blank")
        self.browser.get(f"{self.file.as_uri()}{fragment}")

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page and return its result."""
        return self.browser.execute_script(script, *arguments)

    def send(self, command: str, **parameters: Any) -> Mapping[str, Any]:
        """Send a DevTools command and return its result."""
        answer: Mapping[str, Any] = self.browser.execute_cdp_cmd(command, parameters)
        return answer

    def names(self) -> list[str]:
        """Return the recipes with a visible row, in order."""
        found: list[str] = self.run(
            "return [...document.querySelectorAll('tbody.recipe')].filter((body) => !body.hidden)"
            ".map((body) => body.querySelector('.name').textContent.trim())"
        )
        return found

    def opened(self) -> list[str]:
        """Return the recipes with visible details."""
        found: list[str] = self.run(
            "return [...document.querySelectorAll('tbody.recipe')]"
            ".filter((body) => body.querySelector('.panel').checkVisibility({contentVisibilityAuto: false})"
            " && body.querySelector('details').open)"
            ".map((body) => body.querySelector('.name').textContent.trim())"
        )
        return found
