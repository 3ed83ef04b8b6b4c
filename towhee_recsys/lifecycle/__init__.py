"""Bundle, index and catalogue of a config as one: listing and copying builds, deleting, rollback, gc, feedback."""

from towhee_recsys.lifecycle.builds import IndexBuild, gc_index, index_builds
from towhee_recsys.lifecycle.copying import copy_index
from towhee_recsys.lifecycle.deleting import delete_items
from towhee_recsys.lifecycle.feedback import (
    add_feedback,
    exported_feedback,
    forget_user,
    hidden_items,
    hide_items,
    show_items,
)
from towhee_recsys.lifecycle.rollback import rollback_index

__all__ = [
    "IndexBuild",
    "add_feedback",
    "copy_index",
    "delete_items",
    "exported_feedback",
    "forget_user",
    "gc_index",
    "hidden_items",
    "hide_items",
    "index_builds",
    "rollback_index",
    "show_items",
]
