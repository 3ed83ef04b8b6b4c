"""What the page reads of the build that answers, as JSON that is made once a build."""

from __future__ import annotations

import gzip
from typing import NamedTuple

from pydantic_core import to_json

from towhee_recsys.page import item_map, page_description, read_overview
from towhee_recsys.service.errors import DeadlineError
from towhee_recsys.service.recommender import Recommender
from towhee_recsys.stores.projection import open_projection
from towhee_recsys.support.forks import new_lock


class Made(NamedTuple):
    """The JSON of a build's page and map, compressed by gzip."""

    build: str
    page: bytes
    map: bytes


class PageAnswers:
    """The page and the map of a recommender's live build. Safe under threads."""

    def __init__(self, recommender: Recommender):
        self._recommender, self._lock = recommender, new_lock()
        self._projection = open_projection(recommender.config.catalogue)
        self._made: Made | None = None

    def __call__(self) -> Made:
        """Those of the build that answers; the first call after a publish reads the facts of its items.

        Raises:
            IndexMismatchError: there is no index, or its model is not here.
            StoreError: a store fails.
            DeadlineError: another call is making them, and takes long.
        """
        deadline = self._recommender.config.serve.deadline
        if not self._lock.acquire(timeout=deadline):  # another thread makes them: no more threads wait than need be
            raise DeadlineError(deadline)
        try:
            build = self._recommender.record.build
            if self._made is None or self._made.build != build:
                self._made = self._make(build)
            return self._made
        finally:
            self._lock.release()

    def _make(self, build: str) -> Made:
        bundle, config = self._recommender.bundle, self._recommender.config
        overview = read_overview(self._projection, self._recommender.catalogue, build)
        page = page_description(config, bundle, build, overview)
        return Made(build, _compressed(page), _compressed(item_map(overview, bundle.item_schema)))


def _compressed(content: dict[str, object]) -> bytes:
    return gzip.compress(to_json(content, inf_nan_mode="null"), 5)
