"""The bundle: one directory with the trained model and all it needs."""

from towhee_recsys.bundle.bundle import Bundle, load_bundle
from towhee_recsys.bundle.encoders import ItemEncoder, UserEncoder
from towhee_recsys.bundle.plane import item_plane
from towhee_recsys.bundle.popularity import popular_items
from towhee_recsys.bundle.save import Trained, replace_bundle, save_bundle
from towhee_recsys.bundle.towers import item_vectors
from towhee_recsys.bundle.user_parts import FeaturePart, UserParts
from towhee_recsys.bundle.variances import item_variances

__all__ = [
    "Bundle",
    "FeaturePart",
    "ItemEncoder",
    "Trained",
    "UserEncoder",
    "UserParts",
    "item_plane",
    "item_variances",
    "item_vectors",
    "load_bundle",
    "popular_items",
    "replace_bundle",
    "save_bundle",
]
