"""Listing the builds of a config's index with their models, and dropping old ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.config import Config, load_config
from towhee_recsys.lifecycle.parts import all_parts
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
        model_in: The folder with its model; None where that is not on this machine.
        recall: The recall of its searches, as measured when it was published; None where it was not measured.
        search: The least search settings, such as {"ef": 90}, with which it was measured.
    """

    build: str
    model_id: str | None
    rows: int
    published: str | None
    live: bool
    model_in: str | None
    recall: float | None = None
    search: Mapping[str, int] = field(default_factory=dict)


def index_builds(config: Config | str) -> list[IndexBuild]:
    """All builds: the live one, then the previous ones, newest first, then the unfinished ones.

    Raises:
        IndexMismatchError: the Milvus Lite file does not exist.
        StoreError: the index cannot be read.
    """
    config = load_config(config)
    models, found = PublishedModels(config.model.dir), builds(index_of(config.milvus, create=False))
    folders = [models.find(each.model_id) if each.model_id else None for each in found]
    return [
        IndexBuild(
            build=each.name,
            model_id=each.model_id,
            rows=each.rows,
            published=each.published,
            live=each.live,
            model_in=str(folder) if folder else None,
            recall=each.recall,
            search=each.search,
        )
        for each, folder in zip(found, folders, strict=True)
    ]


def gc_index(config: Config | str, keep: int = 2) -> list[str]:
    """Drops all builds except the last `keep` that have been live, with what belongs to them; returns their names.

    Unfinished builds are dropped, too.

    Raises:
        QueryError: `keep` is below 1.
        IndexMismatchError: the Milvus Lite file does not exist.
        StoreError: a store fails.
    """
    config = load_config(config)
    return gc(index_of(config.milvus, create=False), keep, all_parts(config))
