"""Layout of the sweep page: the first screen, text sizes, scrolling, and the keyboard focus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.conftest import SAMPLES
from tests.report.hostile_documents import hostile_fleet
from tests.report.sweep_documents import document, mitigated, not_at_risk, recipe, small_fleet, sweep_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium.webdriver.remote.webelement import WebElement

    from tests.browser.chromium import Page

    Show = Callable[[dict[str, Any]], Page]

pytestmark = pytest.mark.browser

SCREENS = pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)], ids=["desktop", "phone"])
SMALL_TEXTS = """
return [...document.body.querySelectorAll("*")]
  .filter((each) => [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .filter((each) => each.checkVisibility() && parseFloat(getComputedStyle(each).fontSize) < 12)
  .map((each) => `${each.tagName} ${each.className} ${each.textContent.slice(0, 40)}`);
"""
CUT_TEXTS = """
return [...document.body.querySelectorAll("*")]
  .filter((each) => each.checkVisibility() && !each.closest(".unseen, svg"))
  .filter((each) => !["visible", "auto", "scroll"].includes(getComputedStyle(each).overflowX)
    || getComputedStyle(each).textOverflow === "ellipsis")
  .filter((each) => each.scrollWidth > each.clientWidth + 1)
  .map((each) => `${each.tagName} ${each.className}`);
"""
FOCUS = """
const focused = document.activeElement;
if (!focused || focused === document.body) return null;
const box = focused.getBoundingClientRect();
const head = document.querySelector(".fleet > thead");
const bar = head.getBoundingClientRect();
const covers = getComputedStyle(head).position === "sticky" && !head.contains(focused)
  && box.bottom > bar.top && box.top < bar.bottom - 0.5;
return [`${focused.tagName} ${focused.className} ${focused.textContent.trim().slice(0, 30)}`, covers,
  box.top >= -0.5 && box.top < innerHeight];
"""
"""The focused element, if the sticky headings cover a part of it, and if its top is on the screen."""


def resize(page: Page, width: int, height: int) -> None:
    page.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
    page.load()


def open_all(page: Page) -> None:
    page.run("for (const each of document.querySelectorAll('.toggle[aria-expanded=false]')) each.click();")
    page.run("for (const each of document.querySelectorAll('details')) each.open = true;")


def find_all(page: Page, selector: str) -> list[WebElement]:
    return page.browser.find_elements(By.CSS_SELECTOR, selector)


def is_on_screen(page: Page, element: WebElement, height: int) -> bool:
    bottom: float = page.run("return arguments[0].getBoundingClientRect().bottom", element)
    return element.is_displayed() and 0 < bottom <= height


@SCREENS
def test_first_screen_has_fleet_headline_and_worst_recipes(show: Show, width: int, height: int) -> None:
    page = show(small_fleet())
    resize(page, width, height)
    for selector, text in (
        ("h1", "shop-fleet"),
        (".read", "1a2b3c4d5e6f"),
        (".read", "2026-11-24 23:05 UTC"),
        (".headline", "7 of 11 recipes need attention."),
    ):
        [element] = find_all(page, selector)
        assert text in element.text
        assert is_on_screen(page, element, height), selector
    names = [link for link in find_all(page, ".worst li > a") if is_on_screen(page, link, height)]
    assert [name.text for name in names] == ["broken", "pi-hole", "n8n", "gitlab", "nextcloud"]


@SCREENS
def test_first_screen_of_samples_has_every_recipe_at_risk(show: Show, width: int, height: int) -> None:
    page = show({**sweep_folder(SAMPLES)[0], "fleet": {"name": "recipes-sample", "commit": None, "ref": None}})
    resize(page, width, height)
    names = [link.text for link in find_all(page, ".worst li > a") if is_on_screen(page, link, height)]
    assert names == ["keycloak", "n8n", "drone"]


def test_worst_recipe_opens_from_the_list(show: Show) -> None:
    page = show(small_fleet())
    find_all(page, ".worst li > a")[1].click()
    assert page.opened() == ["pi-hole"]


def test_legend_is_one_line_and_meanings_are_folded(show: Show) -> None:
    page = show({**sweep_folder(SAMPLES)[0]})
    resize(page, 1280, 800)
    tops = {round(chip.rect["y"]) for chip in find_all(page, ".chip")}
    assert len(find_all(page, ".chip")) == 5
    assert len(tops) == 1
    [table] = find_all(page, ".ledger")
    assert not table.is_displayed()
    find_all(page, ".meanings > summary")[0].click()
    assert len([row for row in find_all(page, ".ledger tbody tr") if row.is_displayed()]) == 10


@SCREENS
@pytest.mark.parametrize("fleet", [small_fleet(), hostile_fleet()], ids=["small", "hostile"])
def test_page_has_no_small_or_cut_text(show: Show, fleet: dict[str, Any], width: int, height: int) -> None:
    page = show(fleet)
    resize(page, width, height)
    open_all(page)
    assert page.run(SMALL_TEXTS) == []
    assert page.run(CUT_TEXTS) == []


def test_wide_table_shows_its_scroll_bar_on_a_phone(show: Show) -> None:
    page = show(document(mitigated()))
    resize(page, 390, 844)
    open_all(page)
    [box] = [each for each in find_all(page, ".scroll") if each.tag_name == "div"]
    width, inner, bar = page.run(
        "const box = arguments[0]; return [box.clientWidth, box.scrollWidth, box.offsetHeight - box.clientHeight]", box
    )
    assert inner > width
    assert bar >= 8
    page.run("arguments[0].scrollLeft = 9999", box)
    last = find_all(page, ".policy tr:last-child td:last-child")[0]
    right: float = page.run("return arguments[0].getBoundingClientRect().right", last)
    assert right <= 390


def test_code_is_not_broken_at_hyphens(show: Show) -> None:
    page = show(sweep_folder(SAMPLES)[0])
    resize(page, 390, 844)
    open_all(page)
    broken = (
        "return [...document.querySelectorAll(':not(pre) > code')].filter((each) => each.getClientRects().length > 1)"
    )
    assert len(find_all(page, ".rule-text code")) > 5
    assert page.run(broken) == []


@pytest.mark.parametrize("key", [Keys.TAB, (Keys.SHIFT, Keys.TAB)], ids=["forward", "backward"])
@pytest.mark.parametrize("width", [1280, 800])
def test_focus_is_never_below_the_sticky_headings(show: Show, key: Any, width: int) -> None:
    """WCAG 2.2, success criterion 2.4.11 Focus Not Obscured (Minimum)."""
    page = show(
        document(*(recipe(f"k{number}") for number in range(12)), *(not_at_risk(f"r{n:02}") for n in range(30)))
    )
    resize(page, width, 500)
    if key != Keys.TAB:
        page.run("document.querySelector('tbody:last-of-type .toggle').focus()")
    seen = []
    for _ in range(60):
        page.browser.switch_to.active_element.send_keys(*key)
        focus = page.run(FOCUS)
        if focus is None:
            break
        seen.append(focus)
    assert len({name for name, _, _ in seen}) > 40
    assert [name for name, is_covered, is_visible in seen if is_covered or not is_visible] == []


def test_empty_filter_result_has_a_message_and_a_way_back(show: Show) -> None:
    page = show(small_fleet())
    [message], [field] = find_all(page, "#empty"), find_all(page, "#text")
    assert not message.is_displayed()
    field.send_keys("no such <b>recipe</b>")
    assert 'No recipe at the selected levels contains "no such <b>recipe</b>".' in message.text
    find_all(page, "#reset")[0].click()
    assert not message.is_displayed()
    assert len(page.names()) == 11
    assert field.get_attribute("value") == ""
    for box in find_all(page, ".chip"):
        box.click()
    assert "No recipe at the selected levels is shown." in message.text


@pytest.mark.parametrize("is_scripted", [True, False], ids=["script", "no-script"])
def test_rule_id_leads_to_the_text_of_the_rule(show: Show, is_scripted: bool) -> None:
    page = show(document(recipe()))
    page.send("Emulation.setScriptExecutionDisabled", value=not is_scripted)
    page.load()
    find_all(page, ".toggle" if is_scripted else "#r1 summary")[0].click()
    find_all(page, ".finding a.rule")[0].click()
    [text] = find_all(page, "#rule-RL001")
    assert text.is_displayed()
    assert page.browser.current_url.endswith("#rule-RL001")
    page.send("Emulation.setScriptExecutionDisabled", value=False)
    top: float = page.run("return arguments[0].getBoundingClientRect().top", text)
    assert 0 <= top < 900


def test_legend_is_readable_without_scripts(show: Show) -> None:
    page = show(small_fleet())
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    page.load()
    assert [" ".join(chip.text.split()) for chip in find_all(page, ".chip")][:2] == ["? not evaluated 1", "■ blocked 1"]
    assert find_all(page, ".terms")[0].is_displayed()
