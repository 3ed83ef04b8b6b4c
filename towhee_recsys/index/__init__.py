"""The vector index: movie vectors in Milvus, in builds, and the records of which model they are of."""

from towhee_recsys.index.build import publish
from towhee_recsys.index.claims import is_ours, release
from towhee_recsys.index.connection import check_uri
from towhee_recsys.index.filling import insert, resume_build, start_build
from towhee_recsys.index.hits import Hit, Hits, checked_top_k
from towhee_recsys.index.incremental import delete_live, insert_live
from towhee_recsys.index.maintenance import Build, builds, gc, rollback
from towhee_recsys.index.movie_index import REBUILD, MovieIndex, open_index
from towhee_recsys.index.record import IndexRecord, Receipt
from towhee_recsys.index.rows import model_of
from towhee_recsys.index.types import index_type

__all__ = [
    "REBUILD",
    "Build",
    "Hit",
    "Hits",
    "IndexRecord",
    "MovieIndex",
    "Receipt",
    "builds",
    "check_uri",
    "checked_top_k",
    "delete_live",
    "gc",
    "index_type",
    "insert",
    "insert_live",
    "is_ours",
    "model_of",
    "open_index",
    "publish",
    "release",
    "resume_build",
    "rollback",
    "start_build",
]
