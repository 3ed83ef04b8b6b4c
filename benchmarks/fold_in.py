"""A new user's vector by five liked items, from the record to the unit vector, on one core; the items are random ones.

Without index and stores: that is what folding in adds to a request. Each run has five other items.
"""

from __future__ import annotations

import numpy as np

from benchmarks.case import Case
from benchmarks.rows import SECONDS, Limit, Row
from benchmarks.timing import interleaved
from towhee_recsys import load_bundle
from towhee_recsys.bundle import UserEncoder, popular_items
from towhee_recsys.model.embeddings import normalize

PACKAGES = ("numpy",)

LIKED = 5
MOST = 3.0
"""Milliseconds."""


def measure(case: Case) -> list[Row]:
    """The median."""
    from threadpoolctl import threadpool_limits

    bundle = load_bundle(case.trained().model.dir)
    encode, ids, draw = UserEncoder(bundle, "general"), list(popular_items(bundle)), np.random.default_rng(0)
    runs = case.runs(1000)
    liked = [[ids[row] for row in draw.choice(len(ids), LIKED, replace=False)] for _ in range(runs)]
    with threadpool_limits(1, user_api="blas"):
        seconds = interleaved({"ours": lambda run: normalize(encode({"liked": liked[run]}))}, runs, warm_up=20)["ours"]
    quartiles = (np.percentile(seconds, [25, 75]) * SECONDS["ms"]).tolist()
    median = float(np.median(seconds)) * SECONDS["ms"]
    return [Row("five liked items, one core", "ms", median, limit=Limit("≤", MOST, "ours"), spread={"ours": quartiles})]
