"""The vector index: item vectors in builds of a store, and the records of which model they are of."""

from towhee_recsys.stores.vectors.all_ids import all_ids
from towhee_recsys.stores.vectors.build import insert, release_build, resume_build, start_build
from towhee_recsys.stores.vectors.checks import finds_itself, must_be_whole
from towhee_recsys.stores.vectors.connections import address_of, check_uri, index_of, is_shared, open_index, open_store
from towhee_recsys.stores.vectors.copying import copy_live_build
from towhee_recsys.stores.vectors.filters import OPERATORS, Clause, Filter, Op, checked_clause, checked_filter
from towhee_recsys.stores.vectors.index import VectorIndex
from towhee_recsys.stores.vectors.index_types import EXACT, index_type, server_options
from towhee_recsys.stores.vectors.live_changes import delete_live, insert_live
from towhee_recsys.stores.vectors.maintenance import Build, builds, gc, rollback
from towhee_recsys.stores.vectors.milvus.connect import temporary_lite_store
from towhee_recsys.stores.vectors.protocol import MAX_TOP_K, Layout, VectorStore
from towhee_recsys.stores.vectors.publish import BuildPart, must_be_complete, publish
from towhee_recsys.stores.vectors.recall import RecallTarget
from towhee_recsys.stores.vectors.records import IndexRecord, Receipt
from towhee_recsys.stores.vectors.rows import Id, Rows, checked_ids, id_array, id_type_of, model_of
from towhee_recsys.stores.vectors.search import Hit, checked_top_k
from towhee_recsys.stores.vectors.versions import REBUILD

__all__ = [
    "EXACT",
    "MAX_TOP_K",
    "OPERATORS",
    "REBUILD",
    "Build",
    "BuildPart",
    "Clause",
    "Filter",
    "Hit",
    "Id",
    "IndexRecord",
    "Layout",
    "Op",
    "RecallTarget",
    "Receipt",
    "Rows",
    "VectorIndex",
    "VectorStore",
    "address_of",
    "all_ids",
    "builds",
    "check_uri",
    "checked_clause",
    "checked_filter",
    "checked_ids",
    "checked_top_k",
    "copy_live_build",
    "delete_live",
    "finds_itself",
    "gc",
    "id_array",
    "id_type_of",
    "index_of",
    "index_type",
    "insert",
    "insert_live",
    "is_shared",
    "model_of",
    "must_be_complete",
    "must_be_whole",
    "open_index",
    "open_store",
    "publish",
    "release_build",
    "resume_build",
    "rollback",
    "server_options",
    "start_build",
    "temporary_lite_store",
]
