"""MkDocs hooks: add pages from outside `docs/` and adapt their links."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "rules/README.md": "rules.md",
    "rules/EVIDENCE.md": "evidence.md",
    "recipes-sample/README.md": "samples.md",
}
"""Path on the site of each page outside `docs/`."""

_LINK = re.compile(r"(?<=\]\()(?P<path>[^)\s#:]+)(?=[)#])")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside `docs/`, and the files that pages link to."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    for file in files.documentation_pages():
        source = _repository_path(file.src_uri)
        for link in _LINK.finditer((ROOT / source).read_text("utf-8")):
            target = _target(link["path"], source)
            if (ROOT / target).is_file() and files.get_file_from_path(_site_path(target)) is None:
                files.append(File.generated(config, _site_path(target), abs_src_path=str(ROOT / target)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return the page with its links to repository files changed to the paths of the site."""
    del config, files
    source, folder = _repository_path(page.file.src_uri), posixpath.dirname(page.file.src_uri)

    def site(link: re.Match[str]) -> str:
        target = _target(link["path"], source)
        return posixpath.relpath(_site_path(target), folder or ".") if (ROOT / target).is_file() else link["path"]

    return _LINK.sub(site, markdown)


def _repository_path(page: str) -> str:
    """Return the repository path of a page of the site."""
    return next((source for source, location in PAGES.items() if location == page), f"docs/{page}")


def _site_path(source: str) -> str:
    return PAGES.get(source, source.removeprefix("docs/"))


def _target(link: str, source: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
