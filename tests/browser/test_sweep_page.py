"""The page of a sweep in a real browser: sorted, filtered, opened, copied from, printed, attacked."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.report.hostile_documents import nasty_fleet
from tests.report.sweep_documents import PATCH, document, quiet, recipe, repaired, result, small_fleet

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium.webdriver.remote.webelement import WebElement

    from tests.browser.chromium import Shown

    Show = Callable[[dict[str, Any]], Shown]

pytestmark = pytest.mark.browser

AGE = 'th[data-kind="age"] button'
NAME = 'th[data-kind="name"] button'
BEYOND = """
return [...document.querySelectorAll("body *")]
  .filter((element) => !element.closest(".scroll, .patch, .unseen, svg"))
  .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > arguments[0] + 0.5)
  .map((element) => `${element.tagName} ${element.className} ${element.textContent.slice(0, 40)}`);
"""
"""What reaches beyond the screen, save in a box that scrolls by itself."""
RISK = 'th[data-kind="risk"] button'


def element(page: Shown, selector: str) -> WebElement:
    return page.browser.find_element(By.CSS_SELECTOR, selector)


def toggle(page: Shown, name: str) -> WebElement:
    return page.browser.find_element(By.XPATH, f"//button[@class='toggle' and normalize-space()='{name}']")


def find(page: Shown, text: str) -> None:
    """Type this into the filter, in place of what was there."""
    element(page, "#text").send_keys(Keys.CONTROL, "a")
    element(page, "#text").send_keys(text or Keys.DELETE)


def sorted_as(page: Shown) -> dict[str, str]:
    found: dict[str, str] = page.ask(
        "return Object.fromEntries([...document.querySelectorAll('[aria-sort]')]"
        ".map((heading) => [heading.innerText.trim(), heading.getAttribute('aria-sort')]))"
    )
    return found


def test_the_worst_comes_first_and_the_risk_sorts_by_its_rank(show: Show) -> None:
    page = show(small_fleet())
    assert sorted_as(page) == {"risk": "descending"}
    worst_first = page.names()
    assert worst_first[:3] == ["broken", "pi-hole", "n8n"]
    element(page, RISK).click()
    assert sorted_as(page) == {"risk": "ascending"}
    assert page.names()[-1] == "broken"
    element(page, RISK).click()
    assert page.names() == worst_first


def test_a_click_sorts_by_a_column_and_another_turns_it_round(show: Show) -> None:
    page = show(document(quiet("r10"), quiet("r9"), recipe("Z"), recipe("a")))
    element(page, NAME).click()
    assert page.names() == ["a", "r9", "r10", "Z"]
    assert sorted_as(page) == {"Recipe": "ascending"}
    element(page, NAME).click()
    assert page.names() == ["Z", "r10", "r9", "a"]
    assert sorted_as(page) == {"Recipe": "descending"}


def test_an_age_sorts_as_a_number_and_none_is_last_either_way(show: Show) -> None:
    page = show(
        document(quiet("old", 167), quiet("none"), quiet("new", 9), recipe("now", recent_upgrade=result(age=0)))
    )
    element(page, AGE).click()
    assert page.names() == ["now", "new", "old", "none"]
    element(page, AGE).click()
    assert page.names() == ["old", "new", "now", "none"]


@pytest.mark.parametrize("key", [Keys.ENTER, Keys.SPACE])
def test_the_keyboard_sorts_and_opens(show: Show, key: str) -> None:
    page = show(document(recipe("b"), recipe("a")))
    element(page, NAME).send_keys(key)
    element(page, NAME).send_keys(key)
    assert page.names() == ["b", "a"]
    toggle(page, "a").send_keys(key)
    assert page.opened() == ["a"]
    assert toggle(page, "a").get_attribute("aria-expanded") == "true"
    assert toggle(page, "b").get_attribute("aria-expanded") == "false"


def test_rows_open_and_close(show: Show) -> None:
    page = show(small_fleet())
    assert page.opened() == []
    toggle(page, "keycloak").click()
    assert page.opened() == ["keycloak"]
    element(page, ".open summary").click()
    WebDriverWait(page.browser, 10).until(lambda _: toggle(page, "keycloak").get_attribute("aria-expanded") == "false")
    assert page.opened() == []
    element(page, "tr.row td.risk").click()
    assert page.opened() == ["broken"]


def test_expand_all_opens_what_is_shown(show: Show) -> None:
    page = show(small_fleet())
    find(page, "keycloak")
    element(page, "#expand").click()
    assert page.opened() == ["keycloak"]
    assert element(page, "#expand").text == "Collapse all"
    find(page, "")
    assert page.opened() == ["keycloak"]
    element(page, "#expand").click()
    assert page.opened() == []
    element(page, "#expand").click()
    assert len(page.opened()) == len(small_fleet()["recipes"])


def test_a_text_filters_and_the_count_is_announced(show: Show) -> None:
    page = show(small_fleet())
    status = element(page, "#shown")
    assert (status.get_attribute("aria-live"), status.text) == ("polite", "11 recipes, all shown")
    find(page, "KEY")
    assert page.names() == ["keycloak"]
    assert status.text == "1 of 11 recipes shown"
    find(page, "key nothing")
    assert page.names() == []
    assert status.text == "0 of 11 recipes shown"


def test_the_filter_knows_rules_services_and_roles(show: Show) -> None:
    page = show(document(repaired(), quiet("plain")))
    for text in ("rl001", "forum", "db"):
        find(page, text)
        assert page.names() == ["discourse"], text


def test_levels_filter(show: Show) -> None:
    page = show(small_fleet())
    element(page, 'input[value="not-at-risk"]').click()
    assert "authentik" not in page.names()
    element(page, 'input[value="failing"]').send_keys(Keys.SPACE)
    assert element(page, "#shown").text == "8 of 11 recipes shown"


def test_sort_and_filter_are_kept_in_the_address(show: Show) -> None:
    page = show(small_fleet())
    element(page, NAME).click()
    element(page, NAME).click()
    find(page, "a&b=%")
    element(page, 'input[value="safe"]').click()
    fragment = page.ask("return location.hash")
    page.load(fragment)
    assert element(page, "#text").get_attribute("value") == "a&b=%"
    assert not element(page, 'input[value="safe"]').is_selected()
    assert sorted_as(page) == {"Recipe": "descending"}


@pytest.mark.parametrize("fragment", ["#sort=99", "#sort=-", "#without=x,,&find=%F0%28", "#%", "#r999", "#shown"])
def test_an_odd_address_does_no_harm(show: Show, fragment: str) -> None:
    page = show(small_fleet())
    page.load(fragment)
    assert element(page, "form.controls").is_displayed()
    assert log(page) == []


def test_what_changed_leads_to_the_recipe(show: Show) -> None:
    page = show(small_fleet())
    element(page, ".changes a").click()
    WebDriverWait(page.browser, 10).until(lambda _: page.opened() == ["n8n"])


@pytest.mark.parametrize("without", ["", "Object.defineProperty(navigator, 'clipboard', {value: undefined});"])
def test_the_patch_is_copied_from_a_file(show: Show, without: str) -> None:
    page = show(document(recipe()))
    page.ask(without or "return 0;")
    toggle(page, "keycloak").click()
    button = element(page, ".copy")
    button.click()
    WebDriverWait(page.browser, 10).until(lambda _: button.text == "Copied")
    assert "copied" in element(page, "#shown").text
    page.ask("const area = document.createElement('textarea'); area.id = 'pasted'; document.body.append(area);")
    element(page, "#pasted").send_keys(Keys.CONTROL, "v")
    assert element(page, "#pasted").get_property("value") == PATCH


def test_where_nothing_can_be_copied_the_patch_is_selected(show: Show) -> None:
    page = show(document(recipe()))
    page.ask("Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false;")
    toggle(page, "keycloak").click()
    element(page, ".copy").click()
    WebDriverWait(page.browser, 10).until(lambda _: element(page, ".copy").text == "Selected")
    assert page.ask("return getSelection().toString()").strip() == PATCH.strip()


def log(page: Shown) -> list[Any]:
    found: list[Any] = page.browser.get_log("browser")  # type: ignore[no-untyped-call]
    return found


def test_an_attack_in_every_text_stays_a_text(show: Show) -> None:
    page = show(nasty_fleet())
    element(page, "#expand").click()
    page.ask("for (const each of document.querySelectorAll('details')) each.open = true;")
    with pytest.raises(NoAlertPresentException):
        page.browser.switch_to.alert  # noqa: B018
    assert page.ask("return [window.attacked, window.violations]") == [None, []]
    assert page.ask("return performance.getEntriesByType('resource').map((each) => each.name)") == []
    assert page.ask("return document.querySelectorAll('img, iframe, object, main script, main style').length") == 0
    assert log(page) == []


def test_a_script_that_is_not_the_pages_own_is_refused(show: Show) -> None:
    page = show(document(recipe()))
    page.ask("const own = document.createElement('script'); own.text = 'attacked = 1'; document.body.append(own);")
    assert page.ask("return window.attacked") is None
    assert page.ask("return window.violations") == ["script-src-elem"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_against_its_background(show: Show, scheme: str) -> None:
    page = show(small_fleet())
    page.tell("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    element(page, "#expand").click()
    page.ask("for (const each of document.querySelectorAll('details')) each.open = true;")
    paper = page.ask("return getComputedStyle(document.documentElement).backgroundColor")
    assert (int(paper[4:].split(",")[0]) > 128) == (scheme == "light")
    found = page.ask(Path(__file__).with_name("contrast.js").read_text("utf-8"))
    assert len(found) > 200
    assert [each for each in found if each[0] < 4.5] == []


@pytest.mark.parametrize("of", [small_fleet(), nasty_fleet()], ids=["small", "nasty"])
def test_a_narrow_screen_never_scrolls_sideways(show: Show, of: dict[str, Any]) -> None:
    page = show(of)
    for width in (360, 700, 1000):
        page.tell("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        page.ask("for (const each of document.querySelectorAll('.toggle[aria-expanded=false]')) each.click();")
        page.ask("for (const each of document.querySelectorAll('details')) each.open = true;")
        assert page.ask("return document.documentElement.scrollWidth") <= width
        assert page.ask(BEYOND, width) == []


def test_it_prints_without_controls_and_with_the_headings_on_each_sheet(show: Show) -> None:
    page = show(document(*(quiet(f"recipe-{number}") for number in range(150)), *small_fleet()["recipes"]))
    printed = page.tell("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)
    sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(base64.b64decode(printed["data"]))).pages]
    assert len(sheets) > 2
    with_rows = [sheet for sheet in sheets if "recipe-" in sheet or "keycloak" in sheet]
    assert [sheet for sheet in with_rows if "failure_action" not in sheet] == []
    text = "\n".join(sheets)
    assert "Expand all" not in text
    assert all(f"recipe-{number}" in text for number in range(150))
    assert "nothing was updated" in " ".join(text.split())


def test_without_scripts_everything_can_be_read_and_nothing_is_dead(show: Show) -> None:
    page = show(small_fleet())
    page.tell("Emulation.setScriptExecutionDisabled", value=True)
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


def test_five_thousand_recipes_are_filtered(show: Show) -> None:
    page = show(
        document(
            *(quiet(f"r{number:04}", number % 300) for number in range(4990)),
            *(recipe(f"k{number}") for number in range(10)),
        )
    )
    find(page, "r123")
    assert element(page, "#shown").text == "10 of 5000 recipes shown"
    find(page, "rl001")
    assert len(page.names()) == 10
    element(page, RISK).click()
    assert page.names()[0] == "k0"


def test_an_empty_page_has_no_controls(show: Show) -> None:
    page = show(document())
    assert page.browser.find_elements(By.CSS_SELECTOR, "button, input") == []
    assert log(page) == []
