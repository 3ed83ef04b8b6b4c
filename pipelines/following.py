"""Steps that encode with the published model, and change over when another one is published."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from towhee_recsys.config import Config
from towhee_recsys.errors import IndexMismatchError, RecsysError
from towhee_recsys.lifecycle.published import PublishedModel
from towhee_recsys.pipelines.steps import Steps

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")


class FollowingSteps:
    """Steps that are built anew, between two calls, when a build of another model has gone live. Safe under threads.

    A call that began before ends with what it began with. Where the new model cannot be used here, what served before
    goes on serving for as long as the index keeps a build of it.

    Raises:
        IndexMismatchError: there is no index, or the model of its live build is not here.
        RecsysError: building the steps raised it.
    """

    def __init__(self, config: Config, build: Callable[[Config], Steps]):
        self._published, self._build = PublishedModel(config), build
        self._building = threading.Lock()
        self._refused: str | None = None
        self._model_id = self._published.model_id
        self.steps = build(self._published.config())

    def run(self, call: Callable[[Steps], _Result]) -> _Result:
        """What `call` gives for the steps of the published model; again where that was published during the call."""
        self._follow()
        steps, live = self.steps, self._published.build
        try:
            return call(steps)
        except IndexMismatchError:
            if self._published.newest_build() == live:
                raise
            self._follow()
            return call(self.steps)

    def _follow(self) -> None:
        """Builds the steps anew where the live build is of another model than they are."""
        if self._published.model_id == self._model_id:
            return
        with self._building:
            model_id, build = self._published.model_id, self._published.build
            if model_id in (None, self._model_id) or build == self._refused:
                return
            try:
                self.steps = self._build(self._published.config())
            except RecsysError as error:
                self._refused = build  # once a build: the next one may do
                log.warning("the model of %s, which is live now, cannot be used here: %s", build, error)
            else:
                self._model_id = model_id
                log.info("following %s, of model %s", build, model_id)
