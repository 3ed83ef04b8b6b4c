"""Users and the bare search for them: what the benchmarks of requests share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys import load_bundle, read_dataset, recommend_pipeline
from towhee_recsys.bundle import UserEncoder
from towhee_recsys.config import Config
from towhee_recsys.data import records
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.pipelines import Pipeline
from towhee_recsys.stores.vectors import index_of
from towhee_recsys.stores.vectors.index_types import search_settings

Search = Callable[[np.ndarray], list[list[dict[str, Any]]]]


@dataclass(frozen=True)
class Workload:
    """Users, their unit vectors float32[n, dim], the pipeline that answers them, and the search by itself."""

    users: list[dict[str, Any]]
    vectors: np.ndarray
    recommend: Pipeline
    search: Search


def workload(config: Config, count: int) -> Workload:
    """The pipeline of an indexed config, and `count` users for it, known by id and described in turns.

    Raises:
        AssertionError: the pipeline, with seen items, and the bare search do not find the same items.
    """
    users = sample_users(config, count)
    vectors = np.asarray(normalize(UserEncoder(load_bundle(config.model.dir))(users)))
    found = Workload(users, vectors, recommend_pipeline(config), bare_search(config))
    item_id = config.dataset.items.id
    with_seen = [user | {"include_seen": True} for user in users[:100]]
    ours = [[item[item_id] for item in items] for items in found.recommend(with_seen).get()[0]]
    assert ours == [[hit.id for hit in hits] for hits in found.search(vectors[:100])]
    return found


def sample_users(config: Config, count: int) -> list[dict[str, Any]]:
    """Users of the dataset, drawn at random: every second by id alone, the others by all but their id."""
    table = read_dataset(config.dataset).users
    lines = records(table.iloc[np.random.default_rng(0).integers(len(table), size=count)])
    return [
        {key: value for key, value in line.items() if (key == config.dataset.users.id) == (number % 2 == 0)}
        for number, line in enumerate(lines)
    ]


def bare_search(config: Config) -> Search:
    """`MilvusClient.search` for queries float32[n, dim] in the live build, on the connection that the pipeline has."""
    index = index_of(config.milvus)
    build, client = index.live().build, index.store.milvus.client
    arguments = {
        "anns_field": "vector",
        "limit": config.top_k,
        "output_fields": ["id"],
        "search_params": {"metric_type": "IP", "params": search_settings(config.milvus.index, config.top_k)},
    }
    return lambda queries: client.search(build, data=queries, **arguments)
