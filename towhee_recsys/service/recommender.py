"""The pipelines of a config behind queues, and the stores that the other routes read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

from towhee_recsys.bundle import Bundle, load_bundle
from towhee_recsys.bundle.towers import loaded
from towhee_recsys.config import Config
from towhee_recsys.data.item_ids import item_id
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.evaluation.gates import must_serve
from towhee_recsys.lifecycle import add_feedback
from towhee_recsys.lifecycle.feedback import feedback_of
from towhee_recsys.lifecycle.published import PublishedModel
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.pipelines import Pipeline, load_pipeline, why_not
from towhee_recsys.requests import CatalogueTitles
from towhee_recsys.service.batching import Batcher
from towhee_recsys.service.errors import NotFoundError
from towhee_recsys.service.threads import StoreThreads
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import REBUILD, IndexRecord, index_of, must_be_whole


class Answer:
    """What a pipeline gave for one request, and the build of the index that gave it."""

    __slots__ = ("build", "items", "model_id")

    def __init__(self, items: list[dict[str, Any]], record: IndexRecord):
        self.items, self.build, self.model_id = items, record.build, record.model_id


class Recommender:
    """A config's recommender as the routes use it. Built once; all methods but `close` are coroutines or fast.

    Raises:
        IndexMismatchError: there is no index, or its model is not here.
        RecsysError: a pipeline cannot be built.
    """

    def __init__(self, config: Config, on_batch: Callable[[str, int, int], object] = lambda *batch: None):
        self.config = config
        self.published, self.index = PublishedModel(config), index_of(config.milvus, create=False)
        self.catalogue, self.history = open_catalogue(config.catalogue), open_history(config.history_url)
        self.feedback = feedback_of(config)
        self._pipelines = {
            name: load_pipeline(name, config, check=self._must_serve) for name in ("recommend", "similar")
        }
        calls: dict[str, Callable[[list[Any]], Sequence[Any]]] = {
            name: self._answers(each) for name, each in self._pipelines.items()
        }
        calls["feedback"] = self._add_feedback
        self.batchers = {name: Batcher(call, config.serve, partial(on_batch, name)) for name, call in calls.items()}
        self._titles = CatalogueTitles(self.catalogue, config.dataset.items.title or config.dataset.items.id)
        self.call = StoreThreads(config.serve)

    @property
    def model_id(self) -> str | None:
        """The id of the model that answers."""
        return self._pipelines["recommend"].model_id

    @property
    def record(self) -> IndexRecord:
        """The record of the build that answers."""
        return self._record(self._pipelines["recommend"])

    @property
    def bundle(self) -> Bundle:
        """The model that answers."""
        return load_bundle(self.published.folder(self.record))

    async def recommend(self, requests: list[Any]) -> list[Answer]:
        """The recommendations for each request.

        Raises:
            QueryError: a request is not acceptable.
            ServiceError: there is no answer in time, or too many requests wait.
            StoreError: a store fails.
        """
        return await self.batchers["recommend"].all(requests)

    async def similar(self, request: Any) -> Answer:
        """The items similar to those of a request; raises what `recommend` raises."""
        return await self.batchers["similar"](request)

    async def add_feedback(self, events: list[Any]) -> int:
        """Records interactions, all or none, and returns how many; raises what `recommend` raises."""
        return await self.batchers["feedback"](events)

    def facts(self, given: str) -> dict[str, Any]:
        """The facts of the item with an id, as text, in the build that answers.

        Raises:
            NotFoundError: the index has no such item.
            StoreError: a store fails.
        """
        record, column = self.record, self.config.dataset.items.id
        try:
            [facts] = self.catalogue.get([item_id(given, record.id_type, column)], record.build)
        except QueryError as error:
            raise NotFoundError(str(error)) from None
        if facts is None:
            raise NotFoundError(f"there is no item {given!r:.200} in the index. GET /items?query= finds some by title.")
        return dict(facts)

    def search(self, query: str, limit: int) -> list[dict[str, Any]]:
        """The facts of at most `limit` items with titles like `query`, the best match first; of ids without titles.

        Raises:
            StoreError: the catalogue cannot be read.
        """
        record = self.record
        ids = [key for key, _ in self._titles.of(record).search(query, limit)]
        return [dict(facts) for facts in self.catalogue.get(ids, record.build) if facts]

    def why_not(self, user: dict[str, Any], item: str) -> dict[str, Any]:
        """Why an item is not recommended to a user: see `why_not` in pipelines; raises what it raises."""
        return why_not(self.config, user, item, recommend=self._pipelines["recommend"])

    def knows_user(self, given: str) -> bool:
        """Whether the model that answers was trained on the user with an id, as text."""
        return given in loaded(self.bundle, "user").rows

    def reload(self) -> None:
        """Changes over to the build that is live now, or raises why its model cannot serve; the old one then does."""
        for pipeline in self._pipelines.values():
            pipeline.reload()

    def check(self) -> IndexRecord:
        """The record of the build that answers, after checking that it has all items, facts, a history and its model.

        It is the live build, or, where the model of that one cannot serve, the last of the model that does.

        Raises:
            IndexMismatchError: something is missing.
            StoreError: a store fails.
        """
        record = self.record
        if not record.pending:
            must_be_whole(self.index.store, record, REBUILD)
        if (items := self.catalogue.count(record.build)) < record.rows:
            lacking = f"{self.catalogue} has {items:,} of the {record.rows:,} items of {record.build}."
            raise IndexMismatchError(f"{lacking} {REBUILD}")
        if not self.history.exists(record.build):
            raise IndexMismatchError(f"{self.history} has nothing of {record.build}. {REBUILD}")
        self.feedback.hidden()
        return record

    def close(self) -> None:
        """Ends the threads."""
        for batcher in self.batchers.values():
            batcher.close()
        self.call.close()

    def _must_serve(self, config: Config) -> None:
        """Raises EvaluationError where the model in a config's model.dir is not as good as the config requires."""
        if config.require:
            must_serve(config, load_bundle(config.model.dir))

    def _answers(self, pipeline: Pipeline) -> Callable[[list[Any]], list[Answer]]:
        def answers(requests: list[Any]) -> list[Answer]:
            [lists] = pipeline(requests).get()
            record = self._record(pipeline)
            return [Answer(items, record) for items in lists]

        return answers

    def _add_feedback(self, requests: list[list[Any]]) -> list[int]:
        """Records the events of several requests in one transaction."""
        add_feedback(self.config, [event for events in requests for event in events])
        return [len(events) for events in requests]

    def _record(self, pipeline: Pipeline) -> IndexRecord:
        model_id = pipeline.model_id
        live = self.published.must_be_live() if model_id is None else self.published.live()
        if live is not None and live.model_id == model_id:
            return live
        return self.index.answering(ModelRef(model_id) if model_id else None, self._dim)

    @cached_property
    def _dim(self) -> int:
        return self.published.must_be_live().dim
