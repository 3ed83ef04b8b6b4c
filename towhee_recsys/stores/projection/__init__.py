"""The projection: where the items of a build are on a map."""

from towhee_recsys.stores.projection.projection import MOST_PLACES, Projection, open_projection

__all__ = ["MOST_PLACES", "Projection", "open_projection"]
