"""The vector index: item vectors in Milvus, in builds, and the records of which model they are of."""

from towhee_recsys.stores.vectors.build import insert, resume_build, start_build
from towhee_recsys.stores.vectors.hits import Hit, Hits, checked_top_k
from towhee_recsys.stores.vectors.index import REBUILD, ItemIndex, open_index
from towhee_recsys.stores.vectors.live_changes import delete_live, insert_live
from towhee_recsys.stores.vectors.locks import is_ours, release
from towhee_recsys.stores.vectors.maintenance import Build, builds, gc, rollback
from towhee_recsys.stores.vectors.milvus.connect import check_uri
from towhee_recsys.stores.vectors.milvus.types import index_type
from towhee_recsys.stores.vectors.publish import publish
from towhee_recsys.stores.vectors.records import IndexRecord, Receipt
from towhee_recsys.stores.vectors.rows import model_of

__all__ = [
    "REBUILD",
    "Build",
    "Hit",
    "Hits",
    "IndexRecord",
    "ItemIndex",
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
