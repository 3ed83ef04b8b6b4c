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
    """The config of the articles, trained and indexed."""
    config = load_config(config_file("articles"), overrides=settings)
    train(config)
    index_pipeline(config)()
    return config


@pytest.fixture(scope="session")
def rankings(articles: Config, readers: list[Any]) -> list[list[dict[str, Any]]]:
    """All articles for each reader, best first."""
    recommend = recommend_pipeline(load_config(articles, top_k=300))
    [answers] = recommend([{"reader_id": reader.id, "include_seen": True} for reader in readers]).get()
    return [list(items) for items in answers]


def test_the_committed_files_are_what_the_script_writes(generate: ModuleType, tmp_path: Path) -> None:
    assert_committed_as_written("articles", generate, tmp_path)


def test_the_dataset(generate: ModuleType, settings: list[str], unread: set[str]) -> None:
    dataset = read_dataset(load_config(config_file("articles"), overrides=settings).dataset)
    assert (len(dataset.users), len(dataset.items)) == (generate.READERS, 300)
    assert not dataset.bad_rows
    assert dataset.schema.feedback.half_life == 7 * 86_400
    pairs = interactions_frame(dataset)
    assert unread == set(dataset.item_ids.tolist()) - set(pairs["item"])
    assert len(unread) == 15
    assert (pairs["value"] == -2).sum() > 100, "hidden"


def test_new_articles_are_ranked_by_what_their_texts_say(
    rankings: list[list[dict[str, Any]]], readers: list[Any], written: dict[str, Any], unread: set[str]
) -> None:
    """Nobody has read them: the first of them for a reader is of a section that the reader likes, and of the topic."""
    sections, topics = [], []
    for reader, items in zip(readers, rankings, strict=True):
        new = [written[item["article_id"]] for item in items if item["article_id"] in unread]
        assert len(new) == len(unread)
        sections += [(reader.sections.get(new[0].section, 1) > 1, np.mean([reader.sections.get(each.section, 1) > 1 for each in new]))]
        topics += [(new[0].topic in reader.topics, np.mean([each.topic in reader.topics for each in new]))]
    print(np.mean(sections, axis=0), np.mean(topics, axis=0))


def test_new_articles_are_in_lists(rankings: list[list[dict[str, Any]]], unread: set[str]) -> None:
    print(np.mean([any(item["article_id"] in unread for item in items[:10]) for items in rankings]))


def test_similar_articles_are_of_the_topic_even_without_reads(
    articles: Config, written: dict[str, Any], unread: set[str]
) -> None:
    records = read_dataset(articles.dataset).items.to_dict("records")
    [answers] = similar_pipeline(articles)(records).get()
    for keys in (unread, set(written) - unread):
        of_topic, of_section = [], []
        for record, items in zip(records, answers, strict=True):
            own = written[record["article_id"]]
            if own.id in keys:
                of_topic += [written[item["article_id"]].topic == own.topic for item in items]
                of_section += [written[item["article_id"]].section == own.section for item in items]
        print(np.mean(of_topic), np.mean(of_section))


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
    new = run("recommend", "--liked", "a299,a300", "-k", "3")
    assert not {"a299", "a300"} & {item["article_id"] for item in new["recommendations"]}
    similar = run("similar", "a300", "-k", "2")
    assert "a300" not in [item["article_id"] for item in similar["similar"]]
    assert "ndcg@10" in run("evaluate")["metrics"]
