"""The page as the service gives it, in a browser: its files, its answers, and what becomes of it without a service."""

from __future__ import annotations

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pandas as pd
import pytest

from tests.page.steps import CARDS, choose, facts, like, point_on_map, settle, titles
from towhee_recsys import index_pipeline, load_config, recommend_pipeline, similar_pipeline, train
from towhee_recsys.page import STATIC

pytestmark = pytest.mark.slow

FIRST = 2**60
HOSTILE = ["<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "\"'><b>bold</b>", "&amp; &lt;i&gt;"]


def test_recommendations_come_from_the_pipeline(open_page, shop_service, shop):
    page = open_page(shop_service.url)
    choose(page, "Country", "FR")
    expected = recommend_pipeline(shop)({"country": "FR"}).get()[0]
    assert titles(page) == [each["name"] for each in expected]
    assert facts(page, "brand") == [each["brand"] for each in expected]
    name = titles(page)[2]
    page.get_by_role("button", name=f"I like {name}", exact=True).click()
    settle(page)
    liked = expected[2]["sku"]
    again = recommend_pipeline(shop)({"country": "FR", "liked": [liked]}).get()[0]
    assert titles(page) == [each["name"] for each in again]


def test_items_are_found_as_you_type(open_page, shop_service):
    page = open_page(shop_service.url)
    like(page, "pinot")
    assert page.locator(".chip.any").inner_text().endswith("Pinot Noir")
    assert "wine" in facts(page, "category")


def test_a_known_user_is_recommended_to(open_page, shop_service, shop):
    page = open_page(shop_service.url)
    page.get_by_role("radio", name="A known user").check()
    page.get_by_label("Customer id").fill("c0007")
    settle(page)
    expected = recommend_pipeline(shop)({"customer_id": "c0007"}).get()[0]
    assert titles(page) == [each["name"] for each in expected]


def test_an_unknown_user_is_answered_and_can_be_corrected(open_page, shop_service):
    open_page.expected.append("422")
    page = open_page(shop_service.url)
    page.get_by_role("radio", name="A known user").check()
    page.get_by_label("Customer id").fill("nobody")
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "nobody" in alert.inner_text()
    page.get_by_label("Customer id").fill("c0007")
    settle(page)
    assert len(titles(page)) == 10


def test_the_map_is_of_all_items(open_page, shop_service):
    page = open_page(shop_service.url)
    x, y = point_on_map(page)
    page.mouse.move(x, y)
    assert page.locator(".tip b").inner_text()
    assert "150 items" in page.locator("canvas[role]").get_attribute("aria-label")


def test_without_the_service_the_page_says_so_and_recovers(open_page, shop, serve):
    service = serve(shop)
    page = open_page(service.url)
    before = titles(page)
    service.stop()
    open_page.expected += ["ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE"]
    page.get_by_label("Country", exact=True).select_option(label="FR")
    page.get_by_role("alert").wait_for()
    assert "The service does not answer" in page.get_by_role("alert").inner_text()
    service.start()
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(CARDS)
    assert titles(page) != before


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A shop whose titles, tags and user columns are HTML, and whose ids are too large for the numbers of a browser."""
    folder = tmp_path_factory.mktemp("hostile")
    count = 24
    items = pd.DataFrame(
        {
            "item": [FIRST + row for row in range(count)],
            "name": [f"{HOSTILE[row % 4]} {row}" for row in range(count)],
            "tags": [HOSTILE[row % 2] for row in range(count)],
        }
    )
    users = pd.DataFrame({"user": range(30), "town": [HOSTILE[row % 3] for row in range(30)]})
    pairs = [(user, FIRST + (user * 5 + step) % count) for user in range(30) for step in range(6)]
    config = load_config(
        dataset={
            "name": HOSTILE[0],
            "users": {"id": "user"},
            "items": {"id": "item", "title": "name", "filter": ["tags"]},
            "interactions": {"user": "user", "item": "item"},
        },
        features={
            "user": [{"kind": "category", "column": "town"}],
            "item": [{"kind": "id", "column": "item"}, {"kind": "category", "column": "tags"}],
        },
        model={"dir": str(folder / "model"), "embedding_size": 8},
        training={"epochs": 1, "device": "cpu"},
        milvus={"uri": str(folder / "items.db")},
        catalogue=f"sqlite:///{folder / 'items.sqlite'}",
        tables={"items": items, "users": users, "interactions": pd.DataFrame(pairs, columns=["user", "item"])},
    )
    train(config)
    index_pipeline(config)()
    return config


def test_no_text_of_the_data_becomes_html(open_page, hostile, serve):
    page = open_page(serve(hostile).url)
    choose(page, "Town", HOSTILE[0])
    shown = titles(page)
    assert all(any(title.startswith(text) for text in HOSTILE) for title in shown)
    like(page, "onerror")
    liked = page.locator(".chip.any").inner_text()[2:]
    assert liked not in titles(page)
    first = titles(page)[0]
    page.get_by_role("button", name=first, exact=True).click()
    page.get_by_role("dialog").locator(".card").first.wait_for()
    assert first not in page.get_by_role("dialog").locator(".title").all_inner_texts()
    page.keyboard.press("Escape")
    x, y = point_on_map(page)
    page.mouse.move(x, y)
    assert page.locator(".tip b").inner_text()[:5] in {text[:5] for text in HOSTILE}
    assert page.locator("img, b:not(.tip b), #app script, #app i:not(.legend i)").count() == 0


def test_a_file_of_hostile_data_is_safe_too(open_page, hostile, tmp_path):
    from towhee_recsys.page import export_page

    export_page(hostile, tmp_path / "page.html")
    page = open_page(tmp_path / "page.html")
    assert all(any(title.startswith(text) for text in HOSTILE) for title in titles(page))
    page.get_by_role("button", name=titles(page)[0], exact=True).click()
    page.get_by_role("dialog").locator(".card").first.wait_for()
    assert page.locator("img, #app script").count() == 0


def got(service, path, **headers):
    try:
        return urlopen(Request(service.url + path, headers=headers), timeout=20)
    except HTTPError as error:
        return error


def test_each_file_of_the_page_is_served_and_nothing_else(shop_service):
    for file in STATIC.rglob("*"):
        if file.is_file():
            answer = got(shop_service, f"/static/{file.relative_to(STATIC).as_posix()}")
            assert (answer.status, answer.headers["cache-control"]) == (200, "no-cache")
            assert answer.read() == file.read_bytes()
    answer = got(shop_service, "/static/app.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert got(shop_service, "/static/app.js", **{"If-None-Match": answer.headers["etag"]}).status == 304
    for path in ("/static/../describe.py", "/static/%2e%2e/describe.py", "/static/none.js", "/static/"):
        assert got(shop_service, path).status == 404


def test_a_new_build_is_described_after_a_publish(shop, serve, tmp_path):
    config = load_config(shop, milvus={"uri": str(tmp_path / "v.db")}, catalogue=f"sqlite:///{tmp_path / 'c.sqlite'}")
    index_pipeline(config)()
    service = serve(config)
    builds = set()
    for _ in range(2):
        page = json.load(got_json(service, "/page.json"))
        items = json.load(got_json(service, "/map.json"))
        assert len(items["ids"]) == len(items["x"]) == len(items["titles"]) == 150
        builds.add(page["build"])
        index_pipeline(config)()
    assert len(builds) == 2


def got_json(service, path):
    import gzip

    answer = got(service, path)
    assert answer.headers["content-encoding"] == "gzip"
    return gzip.GzipFile(fileobj=answer)


def test_filters_diversity_and_reasons_are_the_services(open_page, shop_service, shop):
    page = open_page(shop_service.url)
    choose(page, "Country", "FR")
    assert "Because your country is FR" in page.locator(CARDS).first.inner_text()
    page.get_by_role("button", name="organic: not filtered by").click()
    page.get_by_role("radio", name="yes").check()
    page.get_by_role("slider", name="Price, at most").fill("30")
    page.get_by_role("slider", name="Diversity").fill("0.5")
    settle(page)
    request = {
        "user": {"country": "FR"},
        "filter": {"tags": {"any": ["organic"]}, "in_stock": {"eq": True}, "price": {"lte": 30}},
        "diversity": 0.5,
    }
    expected = recommend_pipeline(shop)(request).get()[0]
    assert titles(page) == [each["name"] for each in expected]
    assert all(float(price) <= 30 for price in facts(page, "price"))


def test_reasons_sum_to_the_score(open_page, shop_service):
    page = open_page(shop_service.url)
    choose(page, "Country", "FR")
    like(page, "little kite")
    card = page.locator(CARDS).first
    card.get_by_role("button", name="why?").click()
    shares = [float(text) for text in card.locator(".share").all_inner_texts()]
    assert sum(shares) == pytest.approx(float(card.locator(".score").inner_text()), abs=0.005 * (len(shares) + 1))


def test_a_click_shows_what_the_service_finds_similar(open_page, shop_service, shop):
    page = open_page(shop_service.url)
    first = titles(page)[0]
    page.get_by_role("button", name=first, exact=True).click()
    dialog = page.get_by_role("dialog", name=first)
    dialog.locator(".card").first.wait_for()
    sku = page.locator(f"{CARDS}[data-key]").first.get_attribute("data-key")
    expected = similar_pipeline(shop)({"sku": sku}).get()[0]
    assert [text.strip() for text in dialog.locator(".title").all_inner_texts()] == [each["name"] for each in expected]


def test_thumbs_of_a_known_user_are_stored_and_move_the_list(open_page, indexed_config, serve, tmp_path):
    open_page.expected.append("422")
    config = load_config(indexed_config, feedback=f"sqlite:///{tmp_path / 'feedback.sqlite'}")
    page = open_page(serve(config).url)
    page.get_by_role("radio", name="A known user").check()
    page.get_by_label("User id").fill("x10007")
    page.get_by_role("alert").wait_for()
    assert "x10007" in page.get_by_role("alert").inner_text()  # no number, where all ids are
    page.get_by_label("User id").fill("10007")
    settle(page)
    before = titles(page)
    with page.expect_response("**/feedback") as stored:
        page.get_by_role("button", name=f"I like {before[0]}", exact=True).click()
    assert stored.value.status == 200
    settle(page)
    assert before[0] not in titles(page)
    with page.expect_response("**/feedback"):
        page.get_by_role("button", name=f"I do not like {before[1]}", exact=True).click()
    settle(page)
    shown = titles(page)
    assert not {before[0], before[1]} & set(shown)
    other = recommend_pipeline(config)({"user_id": 10007}).get()[0]
    assert [each["title"] for each in other] == shown
    page.reload()
    page.get_by_role("radio", name="A known user").check()
    page.get_by_label("User id").fill("10007")
    settle(page)
    assert titles(page) == shown


def test_a_filter_that_nothing_passes_says_what_each_part_leaves(open_page, shop_service):
    page = open_page(shop_service.url)
    page.get_by_role("button", name="dry: not filtered by").click()
    page.get_by_role("slider", name="Price, at most").fill("3")
    page.get_by_text("No item passes all of these filters.").wait_for()
    assert page.locator(".state li").all_inner_texts() == ["Tags one of dry: 9 items", "Price at most 3: 2 items"]


def test_a_token_is_asked_for_and_kept(open_page, shop, serve):
    open_page.expected.append("401")
    token = "a token of the test".replace(" ", "-")
    page = open_page(serve(load_config(shop, serve={"tokens": token})).url)
    page.get_by_text("This service needs a token").wait_for()
    page.get_by_label("Token").fill("a wrong token, that is too")
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("It does not accept the one that you gave.").wait_for()
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector(CARDS)
    page.reload()
    page.wait_for_selector(CARDS)
    assert len(titles(page)) == 10
