"""What the page is built from: the description, the map, and the page in one file."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.vectors import embeddings
from tests.worked_examples import config_file, settings_in
from towhee_recsys import load_config
from towhee_recsys.bundle import load_bundle
from towhee_recsys.cli.errors import exit_code_of
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.errors import IndexMismatchError, QueryError, RecsysError
from towhee_recsys.model.embeddings import ModelRef, normalize
from towhee_recsys.page import STATIC, Overview, export_page, item_map, page_description, read_overview
from towhee_recsys.page.inline import one_file
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.projection import open_projection
from towhee_recsys.stores.vectors import index_of, insert_live


def described(config):
    build = index_of(config.milvus).live().build
    overview = read_overview(open_projection(config.catalogue), open_catalogue(config.catalogue), build)
    return page_description(config, load_bundle(config.model.dir), build, overview)


def test_movielens_has_codes_with_names_and_stars(indexed_config):
    page = described(indexed_config)
    assert (page["title"], page["scale"]) == ("title", [1, 5])
    assert [each["column"] for each in page["users"]["columns"]] == ["gender", "age", "occupation"]
    assert page["users"]["columns"][0]["options"] == [
        {"value": "F", "label": "female"},
        {"value": "M", "label": "male"},
    ]
    assert page["users"]["columns"][1]["options"][2] == {"value": 25, "label": "25-34"}
    assert page["users"]["numeric"] is True
    year, genres = page["filters"]
    assert (year["type"], year["step"]) == ("number", 1)
    assert (genres["type"], genres["values"][0]) == ("texts", "Drama")
    assert page["feedback"] == {"user": "user_id", "item": "movie_id", "up": {"rating": 5}, "down": {"rating": 1}}


def test_the_shop_has_texts_and_events(shop):
    page = described(shop)
    assert (page["id"], page["scale"], page["users"]["numeric"]) == ("sku", None, False)
    ages = [each["label"] for each in page["users"]["columns"][1]["options"]]
    assert ages == ["18-29", "30-44", "45-59", "60+"]
    price, in_stock, tags = page["filters"]
    assert price["min"] <= 3 < 200 < price["max"]
    assert in_stock == {"column": "in_stock", "type": "boolean"}
    assert "organic" in tags["values"]
    assert page["feedback"] == {"user": "customer_id", "item": "sku", "up": {"action": "purchase"}, "down": None}


def test_what_requests_may_not_have_is_not_offered(shop):
    page = described(load_config(shop, requests={"allow": ["top_k", "filter"], "filter": ["price"]}))
    assert page["allow"] == ["top_k", "filter"]
    assert [each["column"] for each in page["filters"]] == ["price"]


def overview_of(**columns):
    count = len(next(iter(columns.values())))
    facts = [{name: values[row] for name, values in columns.items()} for row in range(count)]
    return Overview(list(range(count)), np.zeros((count, 2), np.int16), facts)


def test_columns_that_tell_items_apart_colour_the_map_the_best_first():
    count = 40
    overview = overview_of(
        name=[f"item {row}" for row in range(count)],
        about=[f"a long text {row}" for row in range(count)],
        price=[None, *map(float, range(1, count))],
        same=["x"] * count,
        tags=[[], ["a", "c"], [], ["a", "c"], ["b", "c"]] * 8,
        kind=["one", "two", None, "two"] * 10,
        new=[True, False] * 20,
    )
    types = {"about": "text", "price": "number", "same": "text", "tags": "texts", "kind": "text", "new": "boolean"}
    found = item_map(overview, ItemSchema("id", title="name", facts={"name": "text", **types}))
    assert [each["column"] for each in found["columns"]] == ["kind", "tags", "price", "new"]
    kind, tags, price, new = found["columns"]
    assert (kind["values"], kind["codes"][:4]) == (["two", "one"], [1, 0, -1, 0])
    assert (tags["values"], tags["codes"][:5]) == (["a", "b"], [-1, 0, -1, 0, 1])  # no item begins with "c"
    assert price["numbers"][:2] == [None, 1.0]
    assert new["values"] == ["no", "yes"]
    assert found["titles"][0] == "item 0"


def test_an_item_without_a_title_is_named_by_its_id():
    found = item_map(overview_of(name=["a", None]), ItemSchema("id", title="name", facts={"name": "text"}))
    assert found["titles"] == ["a", "1"]


def test_one_file_has_all_modules_and_data_that_cannot_end_its_element():
    html = one_file("local_main.js", {"title": "</script><script>alert(1)</script>"})
    assert html.count("<script") == html.count("</script>") == 2
    assert re.findall(r"^import ", html, re.MULTILINE) == []
    modules = re.findall(r'^modules\["([^"]+)"\] =', html, re.MULTILINE)
    assert {"vendor/htm-preact.js", "app.js", "local.js", "local_main.js"} < set(modules)
    assert len(modules) == len(set(modules))
    assert set(re.findall(r'modules\["([^"]+)"\];', html)) <= set(modules)


def test_every_module_is_of_one_sitting():
    lengths = {file.name: len(file.read_text().splitlines()) for file in STATIC.glob("*.js")}
    assert max(lengths.values()) <= 150, lengths


def test_the_command_writes_the_file(shop, tmp_path, capfd):
    from towhee_recsys.cli import commands

    settings = settings_in("shop", Path(shop.model.dir).parent)
    sets = [part for setting in settings for part in ("--set", setting)]
    file = tmp_path / "demo.html"
    command = ["export", "-c", str(config_file("shop")), *sets, "--html", str(file)]
    assert exit_code_of(commands, command) == 0
    assert f"{file}: 150 items" in capfd.readouterr().out
    assert file.stat().st_size < 300_000


def test_a_file_that_cannot_be_written_is_named(shop, tmp_path):
    with pytest.raises(RecsysError, match=r"none/demo\.html cannot be written"):
        export_page(shop, tmp_path / "none" / "demo.html")


def test_an_index_without_a_map_is_not_exported(shop, tmp_path):
    build = index_of(shop.milvus).live().build
    catalogue = f"sqlite:///{tmp_path / 'other.sqlite'}"
    facts = open_catalogue(shop.catalogue).get(["COF-001"], build)[0]
    open_catalogue(catalogue).write([("COF-001", facts)], build)
    with pytest.raises(IndexMismatchError, match=r"no map.*towhee-recsys index -c CONFIG"):
        export_page(load_config(shop, catalogue=catalogue), tmp_path / "demo.html")


def test_too_many_items_are_refused(shop, tmp_path):
    config = load_config(shop, milvus={"uri": str(tmp_path / "many.db")})
    model = ModelRef(load_bundle(shop.model.dir).model_id)
    vectors = np.random.default_rng(0).normal(size=(20_001, 32)).astype(np.float32)
    insert_live(index_of(config.milvus), [f"p{row}" for row in range(20_001)], normalize(embeddings(vectors, model)))
    with pytest.raises(QueryError, match=r"20,001 items.*at most 20,000.*towhee-recsys serve"):
        export_page(config, tmp_path / "demo.html")


def test_licences_are_beside_the_library():
    vendor = STATIC / "vendor"
    assert "Apache License" in (vendor / "LICENSE-htm.txt").read_text()
    assert "MIT" in (vendor / "LICENSE-preact.txt").read_text()
