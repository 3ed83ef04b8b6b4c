"""The catalogue: the facts of each item, by its id."""

from towhee_recsys.stores.catalogue.facts import Facts, Id, facts_of, facts_without_schema
from towhee_recsys.stores.catalogue.opening import check_url, open_catalogue
from towhee_recsys.stores.catalogue.protocol import Catalogue

__all__ = ["Catalogue", "Facts", "Id", "check_url", "facts_of", "facts_without_schema", "open_catalogue"]
