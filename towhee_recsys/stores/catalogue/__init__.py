"""The catalogue: what a person wants to know of an item, by its id."""

from towhee_recsys.stores.catalogue.catalogue import Catalogue, check_url, open_catalogue
from towhee_recsys.stores.catalogue.facts import Item

__all__ = ["Catalogue", "Item", "check_url", "open_catalogue"]
