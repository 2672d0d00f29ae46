"""The picture in the README is the page of the sample fleet. `python -m tests.browser.picture` takes it again."""

from __future__ import annotations

import base64
import hashlib
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.browser.chromium import Shown, started
from tests.pages import ROOT, TODAY

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


def page() -> str:
    """What `rollout-lint sweep recipes-sample --format html` prints."""
    command = [sys.executable, "-m", "rollout_lint", "sweep", "recipes-sample", "--format", "html"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": TODAY}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def digest(of: str) -> str:
    """What the picture says that it was taken of."""
    return hashlib.sha256(of.encode()).hexdigest()


def taken_of(picture: bytes) -> str:
    """The digest that stands in a picture's text chunk (PNG specification, 11.3.3.2 tEXt)."""
    start = picture.index(_KEY) + len(_KEY)
    return picture[start : start + 64].decode("ascii")


def take(shown: Shown, of: str) -> bytes:
    """The page as its readers see it, with one recipe open."""
    shown.tell("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
    shown.tell("Emulation.setScrollbarsHidden", hidden=True)
    shown.ask(_OPEN_ONE)
    shot = base64.b64decode(shown.tell("Page.captureScreenshot")["data"])
    assert shot.startswith(_SIGNATURE)
    return shot[:_HEADER] + _chunk(b"tEXt", _KEY + digest(of).encode()) + shot[_HEADER:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    text = page()
    browser = started()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "sweep.html"
        file.write_text(text, "utf-8")
        PICTURE.write_bytes(take(Shown(browser, file), text))
    browser.quit()
