"""The shop: text ids, events instead of ratings and tastes that are known, from the files to recommendations."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest
from towhee import register

from tests.worked_examples import assert_committed_as_written, command, config_file, generator, settings_in
from towhee_recsys import (
    evaluate,
    index_pipeline,
    load_config,
    load_pipeline,
    recommend_pipeline,
    similar_pipeline,
    train,
)
from towhee_recsys.config import Config
from towhee_recsys.data import interactions_frame, read_dataset

RECOMMENDED = ["rank", "sku", "name", "category", "brand", "price", "in_stock", "tags", "score"]
"""What a recommendation has, in the order of the declaration."""


@register(name="tests/in_stock_only")
class InStockOnly:
    """Items that are in stock: an operator of a user's own, over the records that `lookup` gives."""

    def __call__(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [item for item in items if item["in_stock"]]


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    return generator("shop")


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return settings_in("shop", tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def shop(settings: list[str]) -> Config:
    """The config of the shop, trained and indexed."""
    config = load_config(config_file("shop"), overrides=settings)
    train(config)
    index_pipeline(config)()
    return config


def test_the_committed_files_are_what_the_script_writes(generate: ModuleType, tmp_path: Path) -> None:
    assert_committed_as_written("shop", generate, tmp_path)


def test_the_dataset(generate: ModuleType, settings: list[str]) -> None:
    dataset = read_dataset(load_config(config_file("shop"), overrides=settings).dataset)
    assert (len(dataset.users), len(dataset.items)) == (generate.CUSTOMERS, 150)
    assert not dataset.bad_rows
    assert dataset.item_schema.id_type == "text"
    assert dataset.item_schema.facts == {
        "name": "text", "category": "text", "price": "number", "tags": "texts", "brand": "text", "in_stock": "boolean"
    }  # fmt: skip
    assert dataset.item_schema.filters == {"price": "number", "tags": "texts", "in_stock": "boolean"}
    assert dataset.schema.feedback.scale is None
    assert dataset.interactions.values.min() > 0
    assert not interactions_frame(dataset).duplicated(["user", "item"]).any()


def test_an_unknown_customer_is_recommended_what_such_customers_choose(shop: Config, generate: ModuleType) -> None:
    recommend = recommend_pipeline(shop)
    askers = [(country, age) for country in generate.COUNTRY_TASTE for age in generate.AGE_TASTE]
    answers = recommend.batch([{"country": country, "age_group": age} for country, age in askers])
    hits = 0
    for (country, age), answer in zip(askers, answers, strict=True):
        items = answer.get()[0]
        assert [list(item) for item in items] == [RECOMMENDED] * 10
        tastes = sorted(generate.CATEGORIES, key=lambda name: -generate.planted_taste(country, age, name))
        hits += sum(item["category"] in tastes[:2] for item in items)
    assert hits >= 0.7 * 10 * len(askers), "two of ten categories; by chance 20%"


def test_a_known_customer(shop: Config) -> None:
    [items] = recommend_pipeline(shop)({"customer_id": "c0001"}).get()
    assert [item["rank"] for item in items] == list(range(1, 11))
    assert all(isinstance(item["sku"], str) and isinstance(item["in_stock"], bool) for item in items)
    assert [item["score"] for item in items] == sorted((item["score"] for item in items), reverse=True)


def test_similar_products_are_of_the_category_far_above_chance(shop: Config) -> None:
    products = read_dataset(shop.dataset).items.to_dict("records")
    answers = [answer.get()[0] for answer in similar_pipeline(shop).batch(products)]
    same = 0
    for product, items in zip(products, answers, strict=True):
        assert len(items) == 10
        assert product["sku"] not in [item["sku"] for item in items]
        same += sum(item["category"] == product["category"] for item in items)
    assert same / (10 * len(products)) >= 0.3, "by chance 9.4%"


def test_a_pipeline_with_an_operator_of_ones_own(shop: Config, tmp_path: Path) -> None:
    file = tmp_path / "in_stock.yaml"
    file.write_text(
        dedent("""\
        input: user
        steps:
          - {map: user -> vector, op: user_encoder, args: {model_dir: "${model.dir}"}}
          - {map: vector -> vector, op: normalize}
          - map: vector -> hits
            op: milvus_search
            args: {uri: "${milvus.uri}", collection: "${milvus.collection}", top_k: 40}
          - {map: hits -> items, op: lookup, args: {catalogue: "${catalogue}"}}
          - {map: items -> items, op: tests/in_stock_only}
        output: items
        """),
        encoding="utf-8",
    )
    [items] = load_pipeline(file, shop)({"country": "IT", "age_group": "60+"}).get()
    assert 0 < len(items) < 40
    assert all(item["in_stock"] for item in items)


def test_the_measures_are_those_of_lists_and_the_model_is_better_than_popularity(shop: Config) -> None:
    measured = evaluate(shop)
    assert not {"rmse", "mae"} & measured["metrics"].keys()
    assert measured["metrics"]["ndcg@10"] > measured["baselines"]["popularity"]["ndcg@10"]


@pytest.mark.slow
def test_the_commands(shop: Config, settings: list[str], tmp_path: Path) -> None:
    """In processes of their own, so with an index of their own: a Milvus Lite file is open in one at a time."""
    stores = [f"milvus.uri={tmp_path / 'products.db'}", f"catalogue=sqlite:///{tmp_path / 'products.sqlite'}"]
    run = partial(command, "shop", settings=settings + stores)
    run("index")
    answer = run("recommend", "--with", "country=GB", "--with", "age_group=60+", "-k", "3")
    assert answer["user"] == {"country": "GB", "age_group": "60+"}
    assert [list(item) for item in answer["recommendations"]] == [RECOMMENDED] * 3
    known = run("recommend", "-u", "c0001", "-k", "4")
    assert len(known["recommendations"]) == 4
    similar = run("similar", "TEA-001", "-k", "2")
    assert "TEA-001" not in [item["sku"] for item in similar["similar"]]
    assert "ndcg@10" in run("evaluate")["metrics"]
