"""The bundle: one directory with the trained model and all it needs."""

from towhee_recsys.bundle.bundle import Bundle, load_bundle
from towhee_recsys.bundle.encoders import ItemEncoder, UserEncoder
from towhee_recsys.bundle.plane import item_plane
from towhee_recsys.bundle.popularity import popular_items
from towhee_recsys.bundle.save import Trained, replace_bundle, save_bundle

__all__ = [
    "Bundle",
    "ItemEncoder",
    "Trained",
    "UserEncoder",
    "item_plane",
    "load_bundle",
    "popular_items",
    "replace_bundle",
    "save_bundle",
]
