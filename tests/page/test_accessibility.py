"""No rule of axe-core is violated, in either scheme, with a list, a dialog, filters and on a narrow screen."""

from __future__ import annotations

import pytest

from tests.page.steps import choose, like, settle, titles

pytestmark = pytest.mark.slow


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(each["id"], each["help"], [node["html"][:150] for node in each["nodes"]][:3]) for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_in_use(open_page, shop_file, scheme):
    page = open_page(shop_file, color_scheme=scheme, reduced_motion="reduce")
    choose(page, "Country", "FR")
    like(page, "speaker")
    page.get_by_role("button", name="organic: not filtered by").click()
    page.get_by_role("button", name="gift: not filtered by").click()
    page.get_by_role("button", name="gift: wanted").click()
    settle(page)
    page.get_by_role("button", name="why?").first.click()
    page.get_by_role("combobox", name="Items you like").fill("tea")
    page.wait_for_selector("[role=option]")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_dialog(open_page, sample_file, scheme):
    page = open_page(sample_file, color_scheme=scheme, reduced_motion="reduce")
    choose(page, "Gender", "female")
    page.get_by_role("button", name=titles(page)[0], exact=True).click()
    page.get_by_role("dialog").locator(".card").first.wait_for()
    assert violations(page) == []


def test_a_narrow_screen_and_nothing_found(open_page, shop_file):
    page = open_page(shop_file, width=360, height=700, reduced_motion="reduce")
    assert violations(page) == []
    page.locator("summary").click()
    page.get_by_role("slider", name="Price, at most").fill("2")
    page.get_by_role("radio", name="no").check()
    page.get_by_text("No item passes all of these filters.").wait_for()
    assert violations(page) == []
