from __future__ import annotations

import json

import pytest

from towhee_recsys.bundle import load_bundle
from towhee_recsys.config import load_config, shown_settings, without_locations
from towhee_recsys.config.locations import folder_name

TABLES = {"interactions": {"path": "orders.csv", "user": "customer", "item": "product"}}


def locations(config):
    return config.model.dir, config.milvus.uri, config.catalogue, config.history_url


def in_folder(name):
    stores = f"artifacts/{name}/items.db", f"sqlite:///artifacts/{name}/items.sqlite"
    return (f"artifacts/{name}/model", *stores, stores[1])


def test_what_a_config_leaves_out_is_in_a_folder_of_its_dataset_s_name():
    assert locations(load_config(dataset={"name": "shop", **TABLES})) == in_folder("shop")
    assert locations(load_config(dataset={"name": "books", **TABLES})) == in_folder("books")
    assert locations(load_config(dataset=TABLES)) == in_folder("data")
    assert load_config(dataset={"name": "shop", **TABLES}).milvus.collection == "items"


def test_what_is_given_stays():
    given = {"model.dir": "m", "milvus.uri": "v.db", "catalogue": "sqlite:///c.sqlite", "history": "sqlite:///h.sqlite"}
    config = load_config(dataset={"name": "shop", **TABLES}, **given)
    assert locations(config) == tuple(given.values())
    assert locations(load_config(config, **{"dataset.name": "other"})) == tuple(given.values())


def test_a_reference_to_a_default_location_is_that_location():
    config = load_config({"dataset": {"name": "shop", **TABLES}, "history": "${catalogue}"})
    assert config.history == config.catalogue == "sqlite:///artifacts/shop/items.sqlite"


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("ml-1m", "ml-1m"),
        ("Bücher 2.0", "Bücher%202.0"),
        ("a/b", "a%2Fb"),
        ("a\\b", "a%5Cb"),
        ("..", "%2E."),
        (".hidden", "%2Ehidden"),
        ("a%2Fb", "a%252Fb"),
        ("shop?x=1#y", "shop%3Fx%3D1%23y"),
    ],
)
def test_any_name_is_one_folder(name, folder):
    assert folder_name(name) == folder
    config = load_config(dataset={"name": name, **TABLES})
    assert (config.dataset.name, locations(config)) == (name, in_folder(folder))


def test_a_name_from_the_environment_is_shown_as_it_is_written(write, monkeypatch):
    monkeypatch.setenv("SHOP", "s3cret")
    file = write("shop.yaml", f"dataset: {json.dumps({'name': '${env:SHOP}', **TABLES})}\n")
    assert load_config(file).model.dir == "artifacts/s3cret/model"
    shown = shown_settings(file)
    assert shown["model"]["dir"] == "artifacts/${env:SHOP}/model"
    assert "s3cret" not in str(shown)


def test_a_bundle_does_not_record_them(small_bundle):
    config = load_bundle(small_bundle.directory).config
    assert config == without_locations(config)
    assert (config.dataset.name, config.dataset.path) == ("own", None)
    assert str(small_bundle.directory) not in (small_bundle.directory / "config.yaml").read_text(encoding="utf-8")
