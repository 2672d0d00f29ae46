"""Documentation pages: sessions, commands, links and files."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
from rollout_lint.syntax.parser import parse

from tests.conftest import ROOT, SAMPLES
from tests.packaging.integrations import ADDRESS, FOLDER, REVISION, Published, document_of
from tests.packaging.recipes import RISKY, SAFE
from tests.packaging.test_action import ACTION
from tests.pages import CONTRIBUTING, PAGES, README, Block, blocks, commands, environment, refreshed, write_files
from tests.rules.own_rule import NAME, OWN_RULE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run
    from tests.packaging.conftest import RunIn

CI = ROOT / "docs" / "ci.md"
PLATFORM = ROOT / "docs" / "platform.md"
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)

_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_ANCHOR = re.compile(r'<a id="([^"]+)"></a>')


@pytest.mark.packaging
@EVERY_PAGE
def test_page_sessions_are_current(page: Path) -> None:
    shown = [block for block in blocks(page) if block.language == "console"]
    assert len(commands(page)) == sum(block.text.count("\n$ ") + 1 for block in shown)
    assert refreshed(page) == page.read_text("utf-8"), "python -m tests.pages"


def scripts(page: Path) -> list[str]:
    """Return the commands without output, except those of README and CONTRIBUTING, which `.ci/run` runs."""
    if page in (README, CONTRIBUTING):
        return []
    return [block.text for block in blocks(page) if block.language == "sh" and block.name is None]


@pytest.mark.packaging
@pytest.mark.parametrize("page", [page for page in PAGES if scripts(page)], ids=lambda page: page.name)
def test_page_commands_run(page: Path, tmp_path: Path) -> None:
    write_files(page, tmp_path)
    shutil.copytree(SAMPLES, tmp_path / SAMPLES.name)
    for script in scripts(page):
        command = ["bash", "-euo", "pipefail", "-c", script]
        ran = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")


@EVERY_PAGE
def test_page_links_are_valid(page: Path) -> None:
    links = list(_LINK.finditer(_CODE.sub("", page.read_text("utf-8"))))
    assert [link[0] for link in links if not _is_valid_link(page, link["path"], link["anchor"])] == []


def _is_valid_link(page: Path, path: str, anchor: str | None) -> bool:
    target = page.parent / path if path else page
    return target.exists() and (anchor is None or anchor in anchors(target))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page: those that a forge generates for headings, and written ones."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = _HEADING.findall(_ANCHOR.sub("", text))
    generated = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return generated | set(_ANCHOR.findall(text))


@EVERY_PAGE
def test_page_blocks_are_valid(page: Path, tmp_path: Path) -> None:
    assert [block.text for block in blocks(page) if not _is_valid_block(block, tmp_path)] == []


def _is_valid_block(block: Block, folder: Path) -> bool:
    match block.language:
        case "yaml":
            return not parse(block.text.encode(), "a.yml").problems
        case "toml":
            return bool(tomllib.loads(block.text))
        case "json" if block.name is not None and block.name.endswith(".jsonl"):
            return all(map(json.loads, block.text.splitlines()))
        case "json":
            return bool(json.loads(block.text))
        case "python":
            return bool(compile(block.text, "a.py", "exec"))
        case "sh":
            script = folder / "script.sh"
            script.write_text(block.text)
            return subprocess.run(["bash", "-n", script], check=False).returncode == 0
        case language:
            return language in ("console", "text")


def test_ci_page_shows_integration_files() -> None:
    texts = [block.text for block in blocks(CI)]
    files = {file for file in FOLDER.iterdir() if file.name != "pre-commit.yml"}
    assert {file.name for file in files if file.read_text() not in texts} == set()


def hooks(page: Path) -> list[str]:
    """Return the pre-commit configs of a page."""
    return [block.text for block in blocks(page) if block.text.startswith("repos:")]


def test_three_pages_show_a_pre_commit_hook() -> None:
    assert [page.name for page in PAGES if hooks(page)] == ["README.md", "ci.md", "maintainer.md"]


@pytest.mark.packaging
@pytest.mark.parametrize("page", [page for page in PAGES if hooks(page)], ids=lambda page: page.name)
def test_page_hook_runs_in_pre_commit(page: Path, published: Published, run_in: RunIn, tmp_path: Path) -> None:
    [hook] = hooks(page)
    (tmp_path / ".pre-commit-config.yaml").write_text(published.fill(hook))
    run_in(tmp_path, "git", "init", "--quiet")
    for text, code in ((RISKY, 1), (SAFE, 0)):
        (tmp_path / "compose.yml").write_text(text)
        run_in(tmp_path, "git", "add", "--all")
        output = run_in(tmp_path, "pre-commit", "run", "--all-files", expected=code)
        assert ("RL001" in output) is bool(code)


def test_ci_page_documents_every_action_input() -> None:
    rows = [f"| `{name}` | {each['description']} |" for name, each in document_of(ACTION)["inputs"].items()]
    assert "\n".join(rows) in CI.read_text("utf-8")


@EVERY_PAGE
def test_page_has_a_placeholder_for_the_revision(page: Path) -> None:
    revisions = re.findall(rf"(?:{re.escape(ADDRESS)}|/rollout-lint)(?:@|\n    rev: )(\w+)", page.read_text("utf-8"))
    assert set(revisions) <= {REVISION}


def test_platform_page_config_is_valid(run: Run, tmp_path: Path) -> None:
    [config] = [block.text for block in blocks(PLATFORM) if block.language == "toml"]
    (tmp_path / "rollout-lint.toml").write_text(config)
    (tmp_path / "our-rules").mkdir()
    (tmp_path / "our-rules" / NAME).write_text(OWN_RULE)
    image = "registry.example.com/team/app:7"
    (tmp_path / "compose.yml").write_text(f"services: {{app: {{image: '{image}'}}}}\n")
    ran = run("check", tmp_path, "--format", "json")
    assert [each["rule"] for each in ran.json["recipes"][0]["findings"]] == ["TT001"]
    [shown] = run("show", tmp_path, "--format", "json").json["variants"]
    assert shown["services"]["app"]["derived.has_healthcheck"]["value"] is True


def test_ci_runs_every_marked_suite_once() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
    slow = {marker.partition(":")[0] for marker in options["markers"]}
    expression = f"not ({' or '.join(marker.partition(':')[0] for marker in options['markers'])})"
    assert options["addopts"][-2:] == ["-m", expression]
    selected = re.findall(r"pytest .*-m (?:'(.+)'|(\w+))", (ROOT / ".ci" / "run").read_text("utf-8"))
    assert sorted(name for quoted, word in selected for name in (quoted or word).split(" or ")) == sorted(slow)


def test_readme_is_short_and_has_the_commands_of_ci() -> None:
    text = README.read_text("utf-8")
    assert len(text.splitlines()) <= 70
    ci = (ROOT / ".ci" / "run").read_text()
    [pattern] = re.findall(r"grep '(\^python3[^']+)' README\.md", ci)
    assert len(re.findall(pattern, text, re.MULTILINE)) == 2


@pytest.mark.packaging
def test_site_builds_without_warnings_and_external_files(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    quiet = environment() | {"NO_MKDOCS_2_WARNING": "1"}
    ran = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert "WARNING" not in ran.stderr
    pages = {page.parent.name for page in tmp_path.glob("*/index.html")}
    assert {page.stem for page in PAGES if page.parent == ROOT / "docs"} | {"rules", "evidence"} <= pages
    fetched = re.compile(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=\"?(https?:[^\"\s>]+)")
    assert [page for page in tmp_path.rglob("*.html") if fetched.search(page.read_text("utf-8"))] == []
