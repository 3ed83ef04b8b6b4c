"""Towhee operators, one per file. Importing this package registers them under `towhee_recsys/...`.

Each is built from plain keyword arguments, takes one record or a list of them, and can be called by several threads.
"""

from towhee_recsys.operators.towhee_fixes import patch_towhee

patch_towhee()

from towhee_recsys.operators.catalogue_insert import CatalogueInsert  # noqa: E402
from towhee_recsys.operators.diversify import Diversify  # noqa: E402
from towhee_recsys.operators.exclude_hidden import ExcludeHidden  # noqa: E402
from towhee_recsys.operators.exclude_seen import ExcludeSeen  # noqa: E402
from towhee_recsys.operators.explain import Explain  # noqa: E402
from towhee_recsys.operators.history_insert import HistoryInsert  # noqa: E402
from towhee_recsys.operators.item_encoder import ItemEncoderOperator  # noqa: E402
from towhee_recsys.operators.item_id import ItemId  # noqa: E402
from towhee_recsys.operators.liked_items import LikedItems  # noqa: E402
from towhee_recsys.operators.live_index import LiveIndex  # noqa: E402
from towhee_recsys.operators.lookup import Lookup  # noqa: E402
from towhee_recsys.operators.mean_vector import MeanVector  # noqa: E402
from towhee_recsys.operators.milvus_insert import MilvusInsert  # noqa: E402
from towhee_recsys.operators.milvus_search import MilvusSearch  # noqa: E402
from towhee_recsys.operators.movie_encoder import MovieEncoderOperator  # noqa: E402
from towhee_recsys.operators.normalize import Normalize  # noqa: E402
from towhee_recsys.operators.popular_items import PopularItems  # noqa: E402
from towhee_recsys.operators.project import Project  # noqa: E402
from towhee_recsys.operators.projection_insert import ProjectionInsert  # noqa: E402
from towhee_recsys.operators.publish import Publish  # noqa: E402
from towhee_recsys.operators.read_feedback import ReadFeedback  # noqa: E402
from towhee_recsys.operators.read_items import ReadItems  # noqa: E402
from towhee_recsys.operators.read_movielens import ReadMovielens  # noqa: E402
from towhee_recsys.operators.read_request import ReadRequest  # noqa: E402
from towhee_recsys.operators.read_similar_request import ReadSimilarRequest  # noqa: E402
from towhee_recsys.operators.user_encoder import UserEncoderOperator  # noqa: E402

__all__ = [
    "CatalogueInsert",
    "Diversify",
    "ExcludeHidden",
    "ExcludeSeen",
    "Explain",
    "HistoryInsert",
    "ItemEncoderOperator",
    "ItemId",
    "LikedItems",
    "LiveIndex",
    "Lookup",
    "MeanVector",
    "MilvusInsert",
    "MilvusSearch",
    "MovieEncoderOperator",
    "Normalize",
    "PopularItems",
    "Project",
    "ProjectionInsert",
    "Publish",
    "ReadFeedback",
    "ReadItems",
    "ReadMovielens",
    "ReadRequest",
    "ReadSimilarRequest",
    "UserEncoderOperator",
]
