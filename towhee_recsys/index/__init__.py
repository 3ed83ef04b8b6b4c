"""The vector index: movie vectors in Milvus, and the record of which model they are of."""

from towhee_recsys.index.build import insert, insert_live, model_of, publish, start_build
from towhee_recsys.index.connection import check_uri
from towhee_recsys.index.movie_index import REBUILD, Hit, Hits, MovieIndex, checked_top_k, open_index
from towhee_recsys.index.record import IndexRecord, Receipt

__all__ = [
    "REBUILD",
    "Hit",
    "Hits",
    "IndexRecord",
    "MovieIndex",
    "Receipt",
    "check_uri",
    "checked_top_k",
    "insert",
    "insert_live",
    "model_of",
    "open_index",
    "publish",
    "start_build",
]
