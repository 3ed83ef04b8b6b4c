"""Bundle, index and catalogue of a config as one: listing builds, deleting items, rollback and gc."""

from towhee_recsys.lifecycle.builds import IndexBuild, gc_index, index_builds
from towhee_recsys.lifecycle.deleting import delete_items
from towhee_recsys.lifecycle.rollback import rollback_index

__all__ = ["IndexBuild", "delete_items", "gc_index", "index_builds", "rollback_index"]
