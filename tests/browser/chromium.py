"""A real Chromium that shows the page of a sweep, without a network and without asking for one."""

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
    """Skip the test where there is no browser; fail it where ROLLOUT_LINT_BROWSER says that there must be one."""
    lacking = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    if lacking and os.environ.get(MODE) == "required":
        pytest.fail(f"needs {' and '.join(lacking)}")
    if lacking:
        pytest.skip(f"needs {' and '.join(lacking)}")


def started() -> Chrome:
    """A headless browser whose driver is the machine's own, so that nothing is looked for elsewhere."""
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


class Shown:
    """A page in the browser."""

    def __init__(self, browser: Chrome, file: Path) -> None:
        self.browser = browser
        self.file = file
        self.load()

    def load(self, fragment: str = "") -> None:
        """Open the page anew, at a fragment of it."""
        self.browser.get("about:blank")
        self.browser.get(f"{self.file.as_uri()}{fragment}")

    def ask(self, script: str, *arguments: Any) -> Any:
        """What the script returns in the page."""
        return self.browser.execute_script(script, *arguments)

    def tell(self, command: str, **what: Any) -> Mapping[str, Any]:
        """A command of the browser's own protocol."""
        answer: Mapping[str, Any] = self.browser.execute_cdp_cmd(command, what)
        return answer

    def names(self) -> list[str]:
        """The recipes whose row is shown, in their order."""
        found: list[str] = self.ask(
            "return [...document.querySelectorAll('tbody.recipe')].filter((body) => !body.hidden)"
            ".map((body) => body.querySelector('.name').textContent.trim())"
        )
        return found

    def opened(self) -> list[str]:
        """The recipes whose details can be seen."""
        found: list[str] = self.ask(
            "return [...document.querySelectorAll('tbody.recipe')]"
            ".filter((body) => body.querySelector('.panel').checkVisibility({contentVisibilityAuto: false})"
            " && body.querySelector('details').open)"
            ".map((body) => body.querySelector('.name').textContent.trim())"
        )
        return found
