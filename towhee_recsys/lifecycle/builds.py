"""The builds of a config's index, each with the place of its model; and those that can go."""

from __future__ import annotations

from dataclasses import dataclass

from towhee_recsys.config import Config, load_config
from towhee_recsys.lifecycle.parts import index_of, models_of
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import builds, gc


@dataclass(frozen=True)
class IndexBuild:
    """One build of an index.

    `published` is when it first went live, in UTC; None is one that was not finished. `model_in` says where its model
    is, `model.dir` or `model.dir.previous`; None is neither.
    """

    build: str
    model_id: str | None
    rows: int
    published: str | None
    live: bool
    model_in: str | None


def index_builds(config: Config | str) -> list[IndexBuild]:
    """All builds: the live one, then those that were live, the last first, then the unfinished. Raises StoreError."""
    config = load_config(config)
    places = {model: place for place, model in reversed(models_of(config).items())}
    return [
        IndexBuild(each.name, each.model_id, each.rows, each.published, each.live, places.get(each.model_id or ""))
        for each in builds(index_of(config))
    ]


def gc_index(config: Config | str, keep: int = 2) -> list[str]:
    """Drops all builds and their facts but the `keep` that were live last, and gives the names of what has gone.

    What was not finished goes, too. Models stay where they are. Raises QueryError for a `keep` below 1, StoreError.
    """
    config = load_config(config)
    return gc(index_of(config), keep, open_catalogue(config.catalogue))
