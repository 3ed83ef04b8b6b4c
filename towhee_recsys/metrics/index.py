"""The recall of the vector index."""

from __future__ import annotations

from towhee_recsys.metrics.metric import CUTOFFS, IndexMetric

INDEX_RECALL = IndexMetric(
    name="index_recall",
    title="Index recall",
    direction="higher",
    help="Share of the ten nearest items of exact search that the index finds; of the model that is indexed.",
    cutoffs=CUTOFFS[:1],
)
