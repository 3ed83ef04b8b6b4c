"""Listing the builds of a config's index with the locations of their models, and dropping old ones."""

from __future__ import annotations

from dataclasses import dataclass

from towhee_recsys.config import Config, load_config
from towhee_recsys.lifecycle.models import models_of
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import builds, gc, index_of


@dataclass(frozen=True)
class IndexBuild:
    """One build of an index.

    Attributes:
        build: Its name.
        model_id: The model that made its vectors; None if unknown.
        rows: The number of items.
        published: When it first went live, in UTC; None for an unfinished build.
        live: Whether it is the live build.
        model_in: Where its model is: `model.dir` or `model.dir.previous`; None for neither.
    """

    build: str
    model_id: str | None
    rows: int
    published: str | None
    live: bool
    model_in: str | None


def index_builds(config: Config | str) -> list[IndexBuild]:
    """All builds: the live one, then the previous ones, newest first, then the unfinished ones.

    Raises:
        StoreError: the index cannot be read.
    """
    config = load_config(config)
    locations = {model: location for location, model in reversed(models_of(config).items())}
    return [
        IndexBuild(each.name, each.model_id, each.rows, each.published, each.live, locations.get(each.model_id or ""))
        for each in builds(index_of(config.milvus))
    ]


def gc_index(config: Config | str, keep: int = 2) -> list[str]:
    """Drops all builds and their facts except the last `keep` that have been live; returns the names of the dropped.

    Unfinished builds are dropped, too. Models are not removed.

    Raises:
        QueryError: `keep` is below 1.
        StoreError: a store fails.
    """
    config = load_config(config)
    return gc(index_of(config.milvus), keep, open_catalogue(config.catalogue))
