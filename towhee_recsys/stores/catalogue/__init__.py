"""The catalogue: what a person wants to know of a movie, by its id."""

from towhee_recsys.stores.catalogue.catalogue import Catalogue, check_url, open_catalogue
from towhee_recsys.stores.catalogue.facts import Movie

__all__ = ["Catalogue", "Movie", "check_url", "open_catalogue"]
