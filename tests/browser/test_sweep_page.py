"""Sweep page in a real browser: sort, filter, open, copy, print and attack."""

from __future__ import annotations

import base64
import io
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.report.hostile_documents import hostile_fleet
from tests.report.sweep_documents import PATCH, document, mitigated, not_at_risk, recipe, result, small_fleet

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium.webdriver.remote.webelement import WebElement

    from tests.browser.chromium import Page

    Show = Callable[[dict[str, Any]], Page]

pytestmark = pytest.mark.browser

AGE = 'th[data-kind="age"] button'
NAME = 'th[data-kind="name"] button'
OVERFLOWING = """
return [...document.querySelectorAll("body *")]
  .filter((element) => !element.closest(".scroll, .patch, .unseen, svg"))
  .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > arguments[0] + 0.5)
  .map((element) => `${element.tagName} ${element.className} ${element.textContent.slice(0, 40)}`);
"""
"""Elements beyond the right edge of the screen, except in boxes that scroll."""
RISK = 'th[data-kind="risk"] button'


def element(page: Page, selector: str) -> WebElement:
    return page.browser.find_element(By.CSS_SELECTOR, selector)


def toggle(page: Page, name: str) -> WebElement:
    return page.browser.find_element(By.XPATH, f"//button[@class='toggle' and normalize-space()='{name}']")


def filter_by(page: Page, text: str) -> None:
    """Replace the text of the filter."""
    element(page, "#text").send_keys(Keys.CONTROL, "a")
    element(page, "#text").send_keys(text or Keys.DELETE)


def sort_state(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.run(
        "return Object.fromEntries([...document.querySelectorAll('[aria-sort]')]"
        ".map((heading) => [heading.innerText.trim(), heading.getAttribute('aria-sort')]))"
    )
    return found


def test_page_sorts_by_risk_rank(show: Show) -> None:
    page = show(small_fleet())
    assert sort_state(page) == {"risk": "descending"}
    worst_first = page.names()
    assert worst_first[:3] == ["broken", "pi-hole", "n8n"]
    element(page, RISK).click()
    assert sort_state(page) == {"risk": "ascending"}
    assert page.names()[-1] == "broken"
    element(page, RISK).click()
    assert page.names() == worst_first


def test_page_sorts_by_column_in_both_directions(show: Show) -> None:
    page = show(document(not_at_risk("r10"), not_at_risk("r9"), recipe("Z"), recipe("a")))
    element(page, NAME).click()
    assert page.names() == ["a", "r9", "r10", "Z"]
    assert sort_state(page) == {"Recipe": "ascending"}
    element(page, NAME).click()
    assert page.names() == ["Z", "r10", "r9", "a"]
    assert sort_state(page) == {"Recipe": "descending"}


def test_page_sorts_ages_as_numbers_with_missing_last(show: Show) -> None:
    page = show(
        document(
            not_at_risk("old", 167),
            not_at_risk("none"),
            not_at_risk("new", 9),
            recipe("now", recent_upgrade=result(age=0)),
        )
    )
    element(page, AGE).click()
    assert page.names() == ["now", "new", "old", "none"]
    element(page, AGE).click()
    assert page.names() == ["old", "new", "now", "none"]


@pytest.mark.parametrize("key", [Keys.ENTER, Keys.SPACE])
def test_page_works_with_keyboard(show: Show, key: str) -> None:
    page = show(document(recipe("b"), recipe("a")))
    element(page, NAME).send_keys(key)
    element(page, NAME).send_keys(key)
    assert page.names() == ["b", "a"]
    toggle(page, "a").send_keys(key)
    assert page.opened() == ["a"]
    assert toggle(page, "a").get_attribute("aria-expanded") == "true"
    assert toggle(page, "b").get_attribute("aria-expanded") == "false"


def test_page_opens_and_closes_rows(show: Show) -> None:
    page = show(small_fleet())
    assert page.opened() == []
    toggle(page, "keycloak").click()
    assert page.opened() == ["keycloak"]
    element(page, ".open summary").click()
    WebDriverWait(page.browser, 10).until(lambda _: toggle(page, "keycloak").get_attribute("aria-expanded") == "false")
    assert page.opened() == []
    element(page, "tr.row td.risk").click()
    assert page.opened() == ["broken"]


def test_expand_all_opens_visible_rows(show: Show) -> None:
    page = show(small_fleet())
    filter_by(page, "keycloak")
    element(page, "#expand").click()
    assert page.opened() == ["keycloak"]
    assert element(page, "#expand").text == "Collapse all"
    filter_by(page, "")
    assert page.opened() == ["keycloak"]
    element(page, "#expand").click()
    assert page.opened() == []
    element(page, "#expand").click()
    assert len(page.opened()) == len(small_fleet()["recipes"])


def test_filter_announces_count(show: Show) -> None:
    page = show(small_fleet())
    status = element(page, "#shown")
    assert (status.get_attribute("aria-live"), status.text) == ("polite", "11 recipes, all shown")
    filter_by(page, "KEY")
    assert page.names() == ["keycloak"]
    assert status.text == "1 of 11 recipes shown"
    filter_by(page, "key nothing")
    assert page.names() == []
    assert status.text == "0 of 11 recipes shown"


def test_filter_matches_rules_services_and_roles(show: Show) -> None:
    page = show(document(mitigated(), not_at_risk("plain")))
    for text in ("rl001", "forum", "db"):
        filter_by(page, text)
        assert page.names() == ["discourse"], text


def test_filter_by_risk_level(show: Show) -> None:
    page = show(small_fleet())
    element(page, 'input[value="not-at-risk"]').click()
    assert "authentik" not in page.names()
    element(page, 'input[value="failing"]').send_keys(Keys.SPACE)
    assert element(page, "#shown").text == "8 of 11 recipes shown"


def test_address_keeps_sort_and_filter(show: Show) -> None:
    page = show(small_fleet())
    element(page, NAME).click()
    element(page, NAME).click()
    filter_by(page, "a&b=%")
    element(page, 'input[value="safe"]').click()
    fragment = page.run("return location.hash")
    page.load(fragment)
    assert element(page, "#text").get_attribute("value") == "a&b=%"
    assert not element(page, 'input[value="safe"]').is_selected()
    assert sort_state(page) == {"Recipe": "descending"}


@pytest.mark.parametrize("fragment", ["#sort=99", "#sort=-", "#without=x,,&find=%F0%28", "#%", "#r999", "#shown"])
def test_page_ignores_invalid_address(show: Show, fragment: str) -> None:
    page = show(small_fleet())
    page.load(fragment)
    assert element(page, "form.controls").is_displayed()
    assert log(page) == []


def test_changes_link_to_recipe(show: Show) -> None:
    page = show(small_fleet())
    element(page, ".changes a").click()
    WebDriverWait(page.browser, 10).until(lambda _: page.opened() == ["n8n"])


@pytest.mark.parametrize("setup", ["", "Object.defineProperty(navigator, 'clipboard', {value: undefined});"])
def test_copy_button_copies_patch(show: Show, setup: str) -> None:
    page = show(document(recipe()))
    page.run(setup or "return 0;")
    toggle(page, "keycloak").click()
    button = element(page, ".copy")
    button.click()
    WebDriverWait(page.browser, 10).until(lambda _: button.text == "Copied")
    assert "copied" in element(page, "#shown").text
    page.run("const area = document.createElement('textarea'); area.id = 'pasted'; document.body.append(area);")
    element(page, "#pasted").send_keys(Keys.CONTROL, "v")
    assert element(page, "#pasted").get_property("value") == PATCH


def test_copy_button_selects_patch_without_clipboard(show: Show) -> None:
    page = show(document(recipe()))
    page.run("Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false;")
    toggle(page, "keycloak").click()
    element(page, ".copy").click()
    WebDriverWait(page.browser, 10).until(lambda _: element(page, ".copy").text == "Selected")
    assert page.run("return getSelection().toString()").strip() == PATCH.strip()


def log(page: Page) -> list[Any]:
    found: list[Any] = page.browser.get_log("browser")  # type: ignore[no-untyped-call]
    return found


def test_page_escapes_hostile_texts(show: Show) -> None:
    page = show(hostile_fleet())
    element(page, "#expand").click()
    page.run("for (const each of document.querySelectorAll('details')) each.open = true;")
    with pytest.raises(NoAlertPresentException):
        page.browser.switch_to.alert  # noqa: B018
    assert page.run("return [window.attacked, window.violations]") == [None, []]
    assert page.run("return performance.getEntriesByType('resource').map((each) => each.name)") == []
    assert page.run("return document.querySelectorAll('img, iframe, object, main script, main style').length") == 0
    assert log(page) == []


def test_page_blocks_foreign_script(show: Show) -> None:
    page = show(document(recipe()))
    page.run("const own = document.createElement('script'); own.text = 'attacked = 1'; document.body.append(own);")
    assert page.run("return window.attacked") is None
    assert page.run("return window.violations") == ["script-src-elem"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_texts_have_enough_contrast(show: Show, scheme: str) -> None:
    page = show(small_fleet())
    page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    element(page, "#expand").click()
    page.run("for (const each of document.querySelectorAll('details')) each.open = true;")
    paper = page.run("return getComputedStyle(document.documentElement).backgroundColor")
    assert (int(paper[4:].split(",")[0]) > 128) == (scheme == "light")
    found = page.run(Path(__file__).with_name("contrast.js").read_text("utf-8"))
    assert len(found) > 200
    assert [each for each in found if each[0] < 4.5] == []


@pytest.mark.parametrize("fleet", [small_fleet(), hostile_fleet()], ids=["small", "nasty"])
def test_page_fits_narrow_screen(show: Show, fleet: dict[str, Any]) -> None:
    page = show(fleet)
    for width in (360, 700, 1000):
        page.send("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        page.run("for (const each of document.querySelectorAll('.toggle[aria-expanded=false]')) each.click();")
        page.run("for (const each of document.querySelectorAll('details')) each.open = true;")
        assert page.run("return document.documentElement.scrollWidth") <= width
        assert page.run(OVERFLOWING, width) == []


def unligatured(text: str) -> str:
    """Return the text of a PDF on one line without the ligatures of its font."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def test_printed_page_has_headings_and_no_controls(show: Show) -> None:
    page = show(document(*(not_at_risk(f"recipe-{number}") for number in range(150)), *small_fleet()["recipes"]))
    printed = page.send("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)
    sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(base64.b64decode(printed["data"]))).pages]
    assert len(sheets) > 2
    with_rows = [sheet for sheet in sheets if "recipe-" in sheet or "keycloak" in sheet]
    assert [sheet for sheet in with_rows if "failure_action" not in sheet] == []
    text = "\n".join(sheets)
    assert "Expand all" not in text
    assert all(f"recipe-{number}" in text for number in range(150))
    assert "A failed start-first update is rolled back silently (RL001, app)." in unligatured(text)


def test_page_is_readable_without_scripts(show: Show) -> None:
    page = show(small_fleet())
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    page.load()
    controls = page.browser.find_elements(By.CSS_SELECTOR, "button, input")
    assert controls
    assert not [control for control in controls if control.is_displayed()]
    summary = element(page, "#r4 summary")
    assert summary.is_displayed()
    assert not element(page, "#r4 .panel").is_displayed()
    summary.click()
    assert element(page, "#r4 .panel").is_displayed()
    assert "Copy" not in element(page, "#r4").text


def test_filter_handles_5000_recipes(show: Show) -> None:
    page = show(
        document(
            *(not_at_risk(f"r{number:04}", number % 300) for number in range(4990)),
            *(recipe(f"k{number}") for number in range(10)),
        )
    )
    filter_by(page, "r123")
    assert element(page, "#shown").text == "10 of 5000 recipes shown"
    filter_by(page, "rl001")
    assert len(page.names()) == 10
    element(page, RISK).click()
    assert page.names()[0] == "k0"


def test_empty_page_has_no_controls(show: Show) -> None:
    page = show(document())
    assert page.browser.find_elements(By.CSS_SELECTOR, "button, input") == []
    assert log(page) == []
