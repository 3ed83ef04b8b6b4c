"""What belongs to each build of a config's index, under its name."""

from __future__ import annotations

from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.config import Config
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.projection import open_projection
from towhee_recsys.stores.vectors import BuildPart


def other_parts(config: Config) -> list[BuildPart]:
    """The parts besides vectors and facts: the histories and the models.

    Raises:
        StoreError: a store cannot be opened.
    """
    return [open_history(config.history_url), PublishedModels(config.model.dir)]


def all_parts(config: Config) -> list[BuildPart]:
    """The parts besides vectors, the facts first; among them the map of items, which a build can be without.

    Raises:
        StoreError: a store cannot be opened.
    """
    return [open_catalogue(config.catalogue), *other_parts(config), open_projection(config.catalogue)]
