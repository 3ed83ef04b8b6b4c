"""The catalogue: the facts of each item, by its id."""

from towhee_recsys.stores.catalogue.catalogue import Catalogue, open_catalogue
from towhee_recsys.stores.catalogue.facts import Facts, Id, facts_of, facts_without_schema

__all__ = ["Catalogue", "Facts", "Id", "facts_of", "facts_without_schema", "open_catalogue"]
