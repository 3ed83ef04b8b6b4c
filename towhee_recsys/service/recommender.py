"""The pipelines of a config behind queues, and the stores that the other routes read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

from towhee_recsys.bundle import Bundle, load_bundle
from towhee_recsys.config import Config
from towhee_recsys.evaluation.gates import must_serve
from towhee_recsys.lifecycle import add_feedback
from towhee_recsys.lifecycle.feedback import feedback_of
from towhee_recsys.lifecycle.published import PublishedModel
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.pipelines import Pipeline, load_pipeline
from towhee_recsys.requests import CatalogueTitles
from towhee_recsys.service.batching import Batcher
from towhee_recsys.service.threads import StoreThreads
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import IndexRecord, index_of


class Answer:
    """What a pipeline gave for one request, and the build of the index that gave it."""

    __slots__ = ("build", "items", "model_id")

    def __init__(self, items: list[dict[str, Any]], record: IndexRecord):
        self.items, self.build, self.model_id = items, record.build, record.model_id


class Recommender:
    """A config's recommender as the routes use it.

    Attributes:
        pipelines: `recommend` and `similar`.
        batchers: Put requests for them, and feedback, into batches; by name.
        call: Calls a function in a thread: `await recommender.call(function, *arguments)`.

    Raises:
        IndexMismatchError: there is no index, or its model is not here.
        RecsysError: a pipeline cannot be built.
    """

    def __init__(self, config: Config, on_batch: Callable[[str, int, int], object] = lambda *batch: None):
        self.config = config
        self.published, self.index = PublishedModel(config), index_of(config.milvus, create=False)
        self.catalogue, self.history = open_catalogue(config.catalogue), open_history(config.history_url)
        self.feedback = feedback_of(config)
        self.pipelines = {
            name: load_pipeline(name, config, check=self._must_serve) for name in ("recommend", "similar")
        }
        calls: dict[str, Callable[[list[Any]], Sequence[Any]]] = {
            name: self._answers(each) for name, each in self.pipelines.items()
        }
        calls["feedback"] = self._add_feedback
        self.batchers = {name: Batcher(call, config.serve, partial(on_batch, name)) for name, call in calls.items()}
        self.titles = CatalogueTitles(self.catalogue, config.dataset.items.title or config.dataset.items.id)
        self.call = StoreThreads(config.serve)

    @property
    def model_id(self) -> str | None:
        """The id of the model that answers."""
        return self.pipelines["recommend"].model_id

    @property
    def record(self) -> IndexRecord:
        """The record of the build that answers."""
        return self._record(self.pipelines["recommend"])

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
        """The items similar to those of a request.

        Raises:
            RecsysError: as `recommend`.
        """
        return await self.batchers["similar"](request)

    async def add_feedback(self, events: list[Any]) -> int:
        """Records interactions, all or none, and returns how many.

        Raises:
            RecsysError: as `recommend`.
        """
        return await self.batchers["feedback"](events)

    def reload(self) -> None:
        """Changes over to the build that is live now.

        Raises:
            RecsysError: its model cannot serve; the old one serves on.
        """
        for pipeline in self.pipelines.values():
            pipeline.reload()

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
            while True:
                record = self._record(pipeline)
                [lists] = pipeline(requests).get()
                if record == self._record(pipeline):  # else another build may have answered a part of it
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
