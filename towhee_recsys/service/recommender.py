"""The pipelines of a config behind queues, and the stores that the other routes read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import Any, TypeVar

from towhee_recsys.bundle import Bundle, load_bundle
from towhee_recsys.config import Config
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.evaluation.gates import must_serve
from towhee_recsys.lifecycle.published import PublishedModel
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.pipelines import Pipeline, load_pipeline
from towhee_recsys.service.batching import Batcher
from towhee_recsys.service.errors import DeadlineError, OverloadedError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import REBUILD, IndexRecord, index_of, must_be_whole

_Result = TypeVar("_Result")

MODEL_THREADS = 1
"""Calls of a pipeline at the same time: while one waits for the index, the event loop has the interpreter."""

STORE_THREADS = 4
"""Other calls of stores at the same time."""


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

    def __init__(self, config: Config, on_batch: Callable[[str, int], object] = lambda name, size: None):
        self.config = config
        self.published, self.index = PublishedModel(config), index_of(config.milvus, create=False)
        self.catalogue, self.history = open_catalogue(config.catalogue), open_history(config.history_url)
        self._pipelines = {
            name: load_pipeline(name, config, check=self._must_serve) for name in ("recommend", "similar")
        }
        self.batchers = {
            name: Batcher(self._answers(pipeline), config.serve, MODEL_THREADS, partial(on_batch, name))
            for name, pipeline in self._pipelines.items()
        }
        self._threads, self._running = ThreadPoolExecutor(STORE_THREADS, "stores"), 0

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

    async def call(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        """What `function` gives, called in a thread: for what reads or writes stores.

        Raises:
            OverloadedError: too many such calls wait already.
            DeadlineError: there is no answer in time; the call goes on.
        """
        settings = self.config.serve
        if self._running >= settings.queue:
            raise OverloadedError(self._running)
        future = asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)
        self._running += 1
        future.add_done_callback(self._ended)
        try:
            return await asyncio.wait_for(asyncio.shield(future), settings.deadline)
        except asyncio.TimeoutError:
            raise DeadlineError(settings.deadline) from None

    def reload(self) -> None:
        """Changes over to the build that is live now, or raises why its model cannot serve; the old one then does."""
        for pipeline in self._pipelines.values():
            pipeline.reload()

    def check(self) -> IndexRecord:
        """The record of the live build, after checking that model, index, catalogue and history belong together.

        Raises:
            IndexMismatchError: one of them lacks something, or another model answers.
            StoreError: a store fails.
        """
        live = self.published.must_be_live()
        if not live.pending:
            must_be_whole(self.index.store, live, REBUILD)
        self.index.must_match(live, ModelRef(self.model_id) if self.model_id else None, live.dim)
        if (items := self.catalogue.count(live.build)) < live.rows:
            raise IndexMismatchError(
                f"{self.catalogue} has {items:,} of the {live.rows:,} items of {live.build}. {REBUILD}"
            )
        if not self.history.exists(live.build):
            raise IndexMismatchError(f"{self.history} has nothing of {live.build}. {REBUILD}")
        return live

    def close(self) -> None:
        """Ends the threads."""
        for batcher in self.batchers.values():
            batcher.close()
        self._threads.shutdown(wait=False)

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

    def _record(self, pipeline: Pipeline) -> IndexRecord:
        model_id = pipeline.model_id
        live = self.published.must_be_live() if model_id is None else self.published.live()
        if live is not None and live.model_id == model_id:
            return live
        return self.index.answering(ModelRef(model_id) if model_id else None, self._dim)

    @cached_property
    def _dim(self) -> int:
        return self.published.must_be_live().dim

    def _ended(self, future: asyncio.Future[Any]) -> None:
        self._running -= 1
        if not future.cancelled():
            future.exception()  # of a call that nobody waits for any more
