"""The magazine: texts, reads that count less as they grow old, hidden articles, and new ones without any reads."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.worked_examples import assert_committed_as_written, command, config_file, generator, settings_in
from towhee_recsys import evaluate, index_pipeline, load_config, recommend_pipeline, similar_pipeline, train
from towhee_recsys.config import Config
from towhee_recsys.data import interactions_frame, read_dataset

RECOMMENDED = ["rank", "article_id", "title", "published", "section", "score"]
"""What a recommendation has, in the order of the declaration."""


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    return generator("articles")


@pytest.fixture(scope="session")
def written(generate: ModuleType) -> dict[str, Any]:
    """The articles by id, with the topics that the data do not name."""
    found, _ = generate.simulate(Random(generate.SEED))
    return {article.id: article for article in found}


@pytest.fixture(scope="session")
def readers(generate: ModuleType) -> list[Any]:
    _, found = generate.simulate(Random(generate.SEED))
    return list(found)


@pytest.fixture(scope="session")
def unread(generate: ModuleType, written: dict[str, Any]) -> set[str]:
    """The articles of the last days, which have no reads yet."""
    return {key for key, article in written.items() if article.day >= generate.DAYS - generate.UNREAD_DAYS}


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return settings_in("articles", tmp_path_factory.mktemp("articles"))


@pytest.fixture(scope="session")
def articles(settings: list[str]) -> Config:
    """The config of the articles, trained on all reads and indexed."""
    config = load_config(config_file("articles"), overrides=settings)
    train(config, final=True)
    index_pipeline(config)()
    return config


@pytest.fixture(scope="session")
def rankings(articles: Config, readers: list[Any]) -> list[list[dict[str, Any]]]:
    """All articles for each reader, best first."""
    recommend = recommend_pipeline(load_config(articles, top_k=360))
    [answers] = recommend([{"reader_id": reader.id, "include_seen": True} for reader in readers]).get()
    return [list(items) for items in answers]


def test_the_committed_files_are_what_the_script_writes(generate: ModuleType, tmp_path: Path) -> None:
    assert_committed_as_written("articles", generate, tmp_path)


def test_the_dataset(generate: ModuleType, settings: list[str], unread: set[str]) -> None:
    dataset = read_dataset(load_config(config_file("articles"), overrides=settings).dataset)
    assert (len(dataset.users), len(dataset.items)) == (generate.READERS, 360)
    assert not dataset.bad_rows
    assert dataset.schema.feedback.half_life == 7 * 86_400
    pairs = interactions_frame(dataset)
    assert len(unread) == 18
    assert not unread & set(pairs["item"])
    assert (pairs["value"] == -2).sum() > 100, "hidden"


def test_new_articles_are_ranked_by_what_their_texts_say(
    rankings: list[list[dict[str, Any]]], readers: list[Any], written: dict[str, Any], unread: set[str]
) -> None:
    """Nobody has read them; the first of them for a reader is of a section and of a topic that the reader likes."""
    first = [next(item["article_id"] for item in items if item["article_id"] in unread) for items in rankings]
    pairs = [(reader, written[key]) for reader, key in zip(readers, first, strict=True)]
    assert np.mean([reader.sections.get(article.section, 1) > 1 for reader, article in pairs]) > 0.8, "by chance 33%"
    assert np.mean([article.topic in reader.topics for reader, article in pairs]) > 0.45, "by chance 11%"


def test_new_articles_are_recommended(rankings: list[list[dict[str, Any]]], unread: set[str]) -> None:
    lists = [{item["article_id"] for item in items[:10]} for items in rankings]
    assert np.mean([bool(keys & unread) for keys in lists]) > 0.3


def test_similar_articles_are_of_the_topic_even_without_reads(
    articles: Config, written: dict[str, Any], unread: set[str]
) -> None:
    """Six sections have three topics each: by chance 17% are of the section, and 6% of the topic."""
    records: list[dict[str, Any]] = read_dataset(articles.dataset).items.to_dict("records")
    new = [record for record in records if record["article_id"] in unread]
    [answers] = similar_pipeline(articles)(new).get()
    pairs = [
        (written[record["article_id"]], written[item["article_id"]])
        for record, items in zip(new, answers, strict=True)
        for item in items
    ]
    assert np.mean([own.section == other.section for own, other in pairs]) > 0.8
    assert np.mean([own.topic == other.topic for own, other in pairs]) > 0.4


def test_hidden_articles_are_not_recommended(articles: Config, readers: list[Any]) -> None:
    pairs = interactions_frame(read_dataset(articles.dataset))
    hidden = set(map(tuple, pairs.loc[pairs["value"] < 0, ["user", "item"]].to_numpy().tolist()))
    [answers] = recommend_pipeline(articles)([{"reader_id": reader.id} for reader in readers]).get()
    listed = {(reader.id, item["article_id"]) for reader, items in zip(readers, answers, strict=True) for item in items}
    assert [list(item) for items in answers for item in items] == [RECOMMENDED] * 10 * len(readers)
    assert hidden
    assert not hidden & listed


def test_the_model_is_better_than_popularity_and_item_knn(articles: Config) -> None:
    measured = evaluate(articles, peers=["ials"] if find_spec("implicit") else [])
    assert measured["protocol"] == "temporal"
    reached, baselines = measured["metrics"]["ndcg@10"], measured["baselines"]
    assert reached > 1.2 * max(found["ndcg@10"] for found in baselines.values() if "ndcg@10" in found)


@pytest.mark.slow
def test_the_commands(articles: Config, settings: list[str], tmp_path: Path) -> None:
    """In processes of their own, so with an index of their own: a Milvus Lite file is open in one at a time."""
    stores = [f"milvus.uri={tmp_path / 'items.db'}", f"catalogue=sqlite:///{tmp_path / 'items.sqlite'}"]
    run = partial(command, "articles", settings=settings + stores)
    run("index")
    known = run("recommend", "-u", "r001", "-k", "4")
    assert [list(item) for item in known["recommendations"]] == [RECOMMENDED] * 4
    new = run("recommend", "--liked", "a359,a360", "-k", "3")
    assert not {"a359", "a360"} & {item["article_id"] for item in new["recommendations"]}
    similar = run("similar", "a360", "-k", "2")
    assert "a360" not in [item["article_id"] for item in similar["similar"]]
    assert "ndcg@10" in run("evaluate")["metrics"]
