"""The benchmark of bulk answers: the scores alone are those of an exact search."""

from __future__ import annotations

import numpy as np

from benchmarks import bulk
from benchmarks.synthetic import vectors
from towhee_recsys.bulk.items import Items
from towhee_recsys.model.embeddings import Embeddings


def test_the_scores_alone_leave_nothing_out():
    items, users = next(vectors(200)), next(vectors(3, part=1))
    found = bulk.scores_alone(Items(np.arange(200), items), Embeddings(users))(0)
    expected = np.argsort(-(users @ items.T), axis=1)[:, : bulk.TOP_K]
    assert found.items.reshape(3, -1).tolist() == expected.tolist()
