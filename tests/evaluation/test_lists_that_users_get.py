"""Evaluation measures the lists that the recommend pipeline gives."""

from __future__ import annotations

import numpy as np

from towhee_recsys import index_pipeline, load_config, recommend_pipeline
from towhee_recsys.data.interactions import Interactions, items_by_user
from towhee_recsys.evaluation.evaluate import MODEL
from towhee_recsys.stores.history import open_history


def test_the_pipeline_gives_the_lists_that_evaluate_measures(quick, quick_config, tmp_path):
    """The measured users have seen all but the test part, so the history is written from that."""
    task, ours, dataset = quick.tasks[0], quick.models[MODEL], quick.dataset
    [question] = task.questions
    measured = ours.runs[0].lists[question.name]
    stores = {"milvus.uri": str(tmp_path / "movies.db"), "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}
    config = load_config(
        quick_config, **stores, **{"model.dir": str(ours.bundles[0].directory), "top_k": measured.shape[1]}
    )
    [record] = index_pipeline(config)().get()
    history = open_history(config.history_url)
    history.drop(record.build)
    parts = [task.train, task.validation]
    users, items, values = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("users", "items", "values")
    )
    history.write(items_by_user(dataset, Interactions.of(users, items, values)), record.build)
    users = [{"user_id": user} for user in dataset.user_ids[question.users].tolist()]
    recommend = recommend_pipeline(config)
    diverse = quick.policies["diversity=0.4"].runs[0].lists[question.name]
    for asked, lists in ((users, measured), ([{"user": user, "diversity": 0.4} for user in users], diverse)):
        given = [[item["movie_id"] for item in items] for items in recommend(asked).get()[0]]
        assert len(given) > 40
        assert given == dataset.item_ids[lists].tolist()
    assert (diverse != measured).any()
