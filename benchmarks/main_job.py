"""The main job on a config: train, index, measure, compare Milvus' scores with the model's cosines, count seen items.

python -m benchmarks.main_job [-c movielens_1m] [--set dataset.path=DIR]
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from benchmarks.case import config_parser
from towhee_recsys import evaluate, index_pipeline, load_config, read_dataset, recommend_pipeline, train
from towhee_recsys.bundle import Bundle, ItemEncoder, UserEncoder
from towhee_recsys.cli.example_users import example_users
from towhee_recsys.config import Config
from towhee_recsys.data.interactions import items_by_user
from towhee_recsys.model.embeddings import normalize


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the job and prints what it took and gave."""
    parser = config_parser(__doc__)
    given = parser.parse_args(arguments)
    config = load_config(given.config, overrides=given.set)
    start = time.perf_counter()
    bundle = train(config, fresh=True)
    trained = time.perf_counter()
    (index,) = index_pipeline(config)().get()
    indexed = time.perf_counter()
    print(f"train {trained - start:.1f} s ({bundle.quality['kept_epoch']} epochs to the best)")
    print(f"index {indexed - trained:.1f} s ({index.rows:,} items)")
    report(evaluate(config))
    print(f"largest difference between Milvus' score and the model's cosine: {difference(config, bundle):.2e}")
    for setting in (False, True):
        print(f"include_seen {str(setting).lower():5}: {seen(load_config(config, include_seen=setting))}")
    users = example_users(config, 3)
    for user, items in zip(users, recommend_pipeline(config)(users).get()[0], strict=True):
        print(user, "; ".join(item["title"] for item in items), sep="\n    ")


def report(figures: dict) -> None:
    """RMSE, MAE and NDCG@10 of the model and of the baselines, as far as each has them, side by side."""
    print(f"{figures['ratings']:,} held-out ratings, {figures['protocol']}, seed {figures['seed']}")
    for name, found in {"the model": figures["metrics"], **figures["baselines"]}.items():
        shown = [f"{metric} {found[metric]:.4f}" for metric in ("rmse", "mae", "ndcg@10") if metric in found]
        print(f"    {name:24} {'  '.join(shown)}")


def difference(config: Config, bundle: Bundle) -> float:
    """Over every item and three users: the largest |Milvus' score - cosine of the towers' vectors|."""
    items, item_id = read_dataset(config.dataset).item_ids.tolist(), config.dataset.items.id
    users = example_users(config, 3)
    vectors = np.asarray(normalize(ItemEncoder(bundle)([{item_id: key} for key in items])))
    cosines = np.asarray(normalize(UserEncoder(bundle)(users))) @ vectors.T
    everything = recommend_pipeline(load_config(config, top_k=len(items), include_seen=True))(users).get()[0]
    worst = 0.0
    for line, found in zip(cosines, everything, strict=True):
        expected = dict(zip(items, line.tolist(), strict=True))
        assert len(found) == len(items), f"{len(found)} of {len(items)} items came back"
        worst = max(worst, *(abs(item["score"] - expected[item[item_id]]) for item in found))
    return worst


def seen(config: Config) -> str:
    """How many of the items that all known users are recommended they have interacted with."""
    dataset, user_id, item_id = read_dataset(config.dataset), config.dataset.users.id, config.dataset.items.id
    known = {user: set(items) for user, items in items_by_user(dataset, dataset.interactions)}
    lists = recommend_pipeline(config)([{user_id: user} for user in known]).get()[0]
    found = [[item[item_id] in known[user] for item in items] for user, items in zip(known, lists, strict=True)]
    count, total = sum(map(sum, found)), sum(map(len, found))
    nothing = sum(all(each) for each in found)
    return f"{count:,} of {total:,} items have been seen ({count / total:.1%}); {nothing:,} users get nothing new"


if __name__ == "__main__":
    main()
