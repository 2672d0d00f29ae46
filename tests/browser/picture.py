"""Picture of the sample fleet's page in the README. `python -m tests.browser.picture` renews it."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.browser.chromium import Page, start
from tests.conftest import SAMPLES
from tests.pages import ROOT, TODAY
from tests.repository import repository_at

PICTURE = ROOT / "docs" / "sweep.png"
WIDTH, HEIGHT = 1200, 1830

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = 8 + 25
_KEY = b"Page\0"
_OPEN_ONE = """
document.querySelector('input[value="not-at-risk"]').click();
[...document.querySelectorAll("button.toggle")].find((each) => each.textContent.trim() === "discourse").click();
document.activeElement.blur();
"""


def sample_page() -> str:
    """Return the output of `rollout-lint sweep recipes-sample --format html` in a repository with a fixed commit."""
    command = [sys.executable, "-m", "rollout_lint", "sweep", SAMPLES.name, "--format", "html"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": TODAY}
    with TemporaryDirectory() as folder:
        shutil.copytree(SAMPLES, Path(folder) / SAMPLES.name)
        repository_at(Path(folder)).commit()
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


def digest(html: str) -> str:
    """Return the digest of a page, which the picture contains."""
    return hashlib.sha256(html.encode()).hexdigest()


def digest_in(picture: bytes) -> str:
    """Return the digest in the text chunk of a picture (PNG specification, 11.3.3.2 tEXt)."""
    start = picture.index(_KEY) + len(_KEY)
    return picture[start : start + 64].decode("ascii")


def take(page: Page, html: str) -> bytes:
    """Take a picture of the page with one recipe open."""
    page.send("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
    page.send("Emulation.setScrollbarsHidden", hidden=True)
    page.run(_OPEN_ONE)
    image = base64.b64decode(page.send("Page.captureScreenshot")["data"])
    assert image.startswith(_SIGNATURE)
    return image[:_HEADER] + _chunk(b"tEXt", _KEY + digest(html).encode()) + image[_HEADER:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    text = sample_page()
    browser = start()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "sweep.html"
        file.write_text(text, "utf-8")
        PICTURE.write_bytes(take(Page(browser, file), text))
    browser.quit()
