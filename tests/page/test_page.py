"""The page in a browser, as a person uses it: the file of the shop, which asks no service."""

from __future__ import annotations

import json
import re

import pytest

from tests.page.steps import CARDS, choose, facts, like, point_on_map, settle, titles
from towhee_recsys import recommend_pipeline

pytestmark = pytest.mark.slow


@pytest.fixture
def page(open_page, shop_file):
    return open_page(shop_file)


def test_who_you_are_decides_what_is_recommended(page):
    assert page.get_by_role("heading", name="Popular").is_visible()
    popular = titles(page)
    assert len(popular) == 10
    choose(page, "Country", "FR")
    assert page.get_by_role("heading", name="Recommended to you").is_visible()
    french = titles(page)
    assert french != popular
    assert facts(page, "category").count("wine") > 4
    choose(page, "Country", "GB")
    assert facts(page, "category").count("tea") > 4
    choose(page, "Country", "Not given")
    assert titles(page) == popular


def test_a_card_has_title_facts_score_and_reason(page):
    choose(page, "Country", "IT")
    card = page.locator(CARDS).first
    assert card.locator(".title").inner_text()
    assert facts(page, "category")[0] == "coffee"
    assert re.fullmatch(r"-?\d\.\d\d", card.locator(".score").inner_text())
    assert "Because your country is IT" in card.inner_text()
    card.get_by_role("button", name="why?").click()
    shares = [float(text) for text in card.locator(".share").all_inner_texts()]
    assert abs(sum(shares) - float(card.locator(".score").inner_text())) < 0.02
    card.get_by_role("button", name="less").click()
    assert card.locator(".share").count() == 0


def test_liked_items_are_found_as_you_type_and_chosen_by_keys(page):
    box = page.get_by_role("combobox", name="Items you like")
    box.fill("riesl")
    options = page.locator("[role=option]")
    options.first.wait_for()
    assert all("Riesling" in text for text in options.all_inner_texts())
    box.press("ArrowDown")
    chosen = options.nth(1).inner_text().split("wine")[0].strip()
    assert options.nth(1).get_attribute("aria-selected") == "true"
    assert box.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    box.press("Enter")
    settle(page)
    assert box.input_value() == ""
    assert chosen not in titles(page)
    assert "wine" in facts(page, "category")
    assert f"you like {chosen}" in page.locator(CARDS).first.inner_text()
    page.get_by_role("button", name=f"Forget that you like {chosen}").click()
    settle(page)
    assert page.get_by_role("heading", name="Popular").is_visible()


def test_a_title_that_does_not_exist_is_answered(page):
    box = page.get_by_role("combobox", name="Items you like")
    box.fill("zzzz")
    page.get_by_text("No title is like this.").wait_for()
    box.press("Escape")
    assert page.locator("[role=listbox]").is_hidden()


def test_thumbs_move_the_list(page):
    choose(page, "Country", "JP")
    before = titles(page)
    page.get_by_role("button", name=f"I like {before[3]}", exact=True).click()
    settle(page)
    after = titles(page)
    assert before[3] not in after
    assert after != [title for title in before if title != before[3]][: len(after)]
    page.get_by_role("button", name=f"I do not like {after[0]}", exact=True).click()
    settle(page)
    assert after[0] not in titles(page)
    assert page.locator(".chips .chip.none", has_text=after[0]).count() == 1


def test_filters_keep_what_passes(page):
    choose(page, "Country", "DE")
    page.get_by_role("button", name="organic: not filtered by").click()
    settle(page)
    assert all("organic" in text for text in facts(page, "tags"))
    page.get_by_role("button", name="organic: wanted").click()
    settle(page)
    assert not any("organic" in text for text in facts(page, "tags"))
    page.get_by_role("radio", name="yes").check()
    settle(page)
    assert set(facts(page, "in_stock")) == {"in stock"}
    page.get_by_role("slider", name="Price, at most").fill("20")
    settle(page)
    assert all(float(price) <= 20 for price in facts(page, "price"))
    assert page.locator("summary .count").inner_text() == "3"
    page.get_by_role("button", name="Remove all filters").click()
    settle(page)
    assert page.locator("summary .count").count() == 0
    assert any("organic" in text for text in facts(page, "tags"))


def test_ends_of_a_range_do_not_cross(page):
    page.get_by_role("slider", name="Price, at most").fill("50")
    page.get_by_role("slider", name="Price, at least").fill("90")
    settle(page)
    assert page.locator(".range output").inner_text() == "50 – 50"


def test_a_filter_that_nothing_passes_says_so_and_can_be_removed(page):
    page.get_by_role("button", name=re.compile(r"\d+ more")).click()
    for tag in ("dry", "wireless"):
        page.get_by_role("button", name=f"{tag}: not filtered by").click()
    page.get_by_role("slider", name="Price, at most").fill("3")
    page.get_by_text("No item passes all of these filters.").wait_for()
    assert page.locator(".state li").all_inner_texts() == [
        "Tags one of dry, wireless: 15 items",
        "Price at most 3: 2 items",
    ]
    page.get_by_role("button", name="Remove the filters").click()
    settle(page)
    assert len(titles(page)) == 10


def test_diversity_varies_the_list(page):
    choose(page, "Country", "FR")
    before = facts(page, "category")
    page.get_by_role("slider", name="Diversity").fill("0.8")
    settle(page)
    assert len(set(facts(page, "category"))) > len(set(before))


def test_a_click_shows_what_is_similar(page):
    choose(page, "Country", "FR")
    first = titles(page)[0]
    page.get_by_role("button", name=first, exact=True).click()
    dialog = page.get_by_role("dialog", name=first)
    dialog.locator(".card").first.wait_for()
    similar = [text.strip() for text in dialog.locator(".title").all_inner_texts()]
    assert len(similar) == 10
    assert first not in similar
    dialog.get_by_role("button", name=similar[0], exact=True).click()
    page.get_by_role("dialog", name=similar[0]).wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0


def test_the_map_names_items_zooms_and_moves(page, shop):
    x, y = point_on_map(page)
    page.mouse.move(x, y)
    name = page.locator(".tip b").inner_text()
    canvas = page.locator("canvas[role]")
    before = canvas.screenshot()
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(100)
    assert canvas.screenshot() != before
    page.mouse.move(x, y)
    assert page.locator(".tip b").inner_text() == name
    page.mouse.down()
    page.mouse.move(x + 60, y + 40, steps=4)
    page.mouse.up()
    page.mouse.move(x + 60, y + 40)
    assert page.locator(".tip b").inner_text() == name
    page.mouse.click(x + 60, y + 40)
    page.get_by_role("dialog", name=name).wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Show all").click()
    page.mouse.move(x, y)
    assert page.locator(".tip b").inner_text() == name


def test_the_map_is_coloured_by_a_column(page):
    assert page.get_by_label("Colour by").input_value() == "category"
    legend = page.get_by_role("list", name="Legend")
    assert legend.get_by_role("button").count() == 10
    canvas = page.locator("canvas[role]")
    before = canvas.screenshot()
    legend.get_by_role("button", name="wine").click()
    assert legend.get_by_role("button", name="wine").get_attribute("aria-pressed") == "true"
    assert canvas.screenshot() != before
    page.get_by_label("Colour by").select_option("price")
    assert legend.get_by_role("button").count() == 5
    assert "up to" in legend.inner_text()


def test_the_map_works_by_keys(page):
    canvas = page.locator("canvas[role]")
    canvas.focus()
    for key in ("+", "+", "ArrowLeft", "ArrowDown"):
        canvas.press(key)
    name = page.locator(".tip b").inner_text()
    canvas.press("Enter")
    page.get_by_role("dialog", name=name).wait_for()
    page.keyboard.press("Escape")
    canvas.press("0")


def test_everything_is_reached_by_tab(page):
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName + ' ' + (document.activeElement.ariaLabel ?? '')"))
    names = " ".join(reached)
    for part in ("SELECT", "CANVAS", "I like", "Price, at least", "SUMMARY", "Zoom in"):
        assert part in names


def test_a_narrow_screen_needs_no_sideways_scrolling(open_page, shop_file):
    page = open_page(shop_file, width=360, height=700)
    choose(page, "Country", "FR")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("summary").get_by_text("Filters").is_visible()
    assert not page.get_by_role("slider", name="Diversity").is_visible()
    page.locator("summary").click()
    assert page.get_by_role("slider", name="Diversity").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("canvas[role]").scroll_into_view_if_needed()
    assert page.locator("canvas[role]").bounding_box()["width"] > 300


def test_it_is_dark_where_the_system_is(open_page, shop_file):
    colours = {}
    for scheme in ("light", "dark"):
        page = open_page(shop_file, color_scheme=scheme)
        colours[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = {scheme: sum(map(int, re.findall(r"\d+", colour)[:3])) for scheme, colour in colours.items()}
    assert brightness["light"] > 600
    assert brightness["dark"] < 150


def test_a_page_that_is_open_follows_the_scheme(page):
    before = page.locator("canvas[role]").screenshot()
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(200)
    assert page.locator("canvas[role]").screenshot() != before


def test_stars_where_there_is_a_scale(open_page, sample_file):
    page = open_page(sample_file)
    choose(page, "Gender", "female")
    stars = page.locator(CARDS).first.locator(".stars")
    label = re.fullmatch(r"(\d\.\d) of 5 ± (\d\.\d)", stars.get_attribute("aria-label"))
    assert page.locator(CARDS).first.locator(".side .score").inner_text() == f"{label[1]} ± {label[2]}"
    assert "two of three ratings are within" in stars.get_attribute("title")
    assert page.locator(CARDS).first.locator(".stars .empty").inner_text() == "★★★★★"


def test_the_file_is_alone(page, shop_file):
    """It has all that it needs, and its own policy forbids every connection."""
    assert re.findall(r'(?:src|href)="(?!data:)[^"]*"', shop_file.read_text(encoding="utf-8")) == []
    assert "This file recommends on its own" in page.locator("footer").inner_text()
    refused = page.evaluate("fetch('https://example.com').then(() => 'answered', () => 'refused')")
    assert refused == "refused"


@pytest.fixture(autouse=True)
def _refused_connections(request, open_page):
    if request.node.name == "test_the_file_is_alone":
        open_page.expected.append("https://example.com")


def test_its_lists_are_nearly_those_of_the_pipeline(page, shop):
    recommend = recommend_pipeline(shop)
    for country in ("DE", "IT"):
        choose(page, "Country", country)
        expected = recommend({"country": country}).get()[0]
        assert len({each["name"] for each in expected} & set(titles(page))) >= 9
        scores = [float(text) for text in page.locator(f"{CARDS} .score").all_inner_texts()]
        assert scores == pytest.approx([each["score"] for each in expected], abs=0.02)


def test_its_likes_are_nearly_those_of_the_pipeline(page, shop):
    like(page, "Nordic Speaker")
    [item] = json.loads(page.locator("#data").text_content())["items"][:1] or [None]
    assert item
    recommend = recommend_pipeline(shop)
    data = json.loads(page.locator("#data").text_content())
    [liked] = [each["sku"] for each in data["items"] if each["name"] == page.locator(".chip.any").inner_text()[2:]]
    expected = {each["name"] for each in recommend({"liked": [liked]}).get()[0]}
    assert len(expected & set(titles(page))) >= 7


def test_two_items_typed_one_after_the_other_are_both_liked(page):
    for title in ("Quiet Corkscrew", "Little Kite"):
        box = page.get_by_role("combobox", name="Items you like")
        box.fill(title)
        page.locator("[role=option]", has_text=title).wait_for()
        box.press("Enter")
    assert [text[2:] for text in page.locator(".chip.any").all_inner_texts()] == ["Quiet Corkscrew", "Little Kite"]
