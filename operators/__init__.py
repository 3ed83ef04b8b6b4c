"""Towhee operators, one role a file. Importing this package registers them under `towhee_recsys/...`.

Each takes plain keyword arguments, one record or a list of them, and calls from several threads at once.
"""

from towhee_recsys.operators.towhee_fixes import patch_towhee

patch_towhee()

from towhee_recsys.operators.catalogue_insert import CatalogueInsert  # noqa: E402
from towhee_recsys.operators.live_index import LiveIndex  # noqa: E402
from towhee_recsys.operators.lookup import Lookup  # noqa: E402
from towhee_recsys.operators.milvus_insert import MilvusInsert  # noqa: E402
from towhee_recsys.operators.milvus_search import MilvusSearch  # noqa: E402
from towhee_recsys.operators.movie_encoder import MovieEncoderOperator  # noqa: E402
from towhee_recsys.operators.normalize import Normalize  # noqa: E402
from towhee_recsys.operators.publish import Publish  # noqa: E402
from towhee_recsys.operators.read_items import ReadItems  # noqa: E402
from towhee_recsys.operators.read_movielens import ReadMovielens  # noqa: E402
from towhee_recsys.operators.user_encoder import UserEncoderOperator  # noqa: E402

__all__ = [
    "CatalogueInsert",
    "LiveIndex",
    "Lookup",
    "MilvusInsert",
    "MilvusSearch",
    "MovieEncoderOperator",
    "Normalize",
    "Publish",
    "ReadItems",
    "ReadMovielens",
    "UserEncoderOperator",
]
