"""The site has the pages that lie outside of `docs/` too, and their links lead where they lead in the repository."""

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
"""Where the site has a page of the repository."""

_LINK = re.compile(r"(?<=\]\()(?P<path>[^)\s#:]+)(?=[)#])")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of elsewhere, and as they are the files that some page links to."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    for file in files.documentation_pages():
        source = _source_of(file.src_uri)
        for link in _LINK.finditer((ROOT / source).read_text("utf-8")):
            target = _target(link["path"], source)
            if (ROOT / target).is_file() and files.get_file_from_path(_place_of(target)) is None:
                files.append(File.generated(config, _place_of(target), abs_src_path=str(ROOT / target)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page's text, with each link to a file of the repository as the site has it."""
    del config, files
    source, folder = _source_of(page.file.src_uri), posixpath.dirname(page.file.src_uri)

    def site(link: re.Match[str]) -> str:
        target = _target(link["path"], source)
        return posixpath.relpath(_place_of(target), folder or ".") if (ROOT / target).is_file() else link["path"]

    return _LINK.sub(site, markdown)


def _source_of(page: str) -> str:
    """The file of the repository that a page of the site is made of."""
    return next((source for source, location in PAGES.items() if location == page), f"docs/{page}")


def _place_of(source: str) -> str:
    return PAGES.get(source, source.removeprefix("docs/"))


def _target(link: str, source: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
