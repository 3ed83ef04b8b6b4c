"""Steps that encode with the published model, and change over when another one is published."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from towhee_recsys.config import Config
from towhee_recsys.errors import IndexMismatchError, RecsysError
from towhee_recsys.lifecycle.published import PublishedModel
from towhee_recsys.pipelines.steps import Steps
from towhee_recsys.stores.vectors import IndexRecord
from towhee_recsys.support.forks import new_lock

log = logging.getLogger(__name__)

RETRY = 10.0
"""Seconds after which a model that could not be used is tried again."""

_Result = TypeVar("_Result")


class FollowingSteps:
    """Steps that are built anew, between two calls, when a build of another model has gone live. Safe under threads.

    A call that has begun keeps its steps, and other threads use the old steps while one thread builds the new ones. If
    the new model cannot be used here, the old one serves for as long as the index keeps a build of it, and the new one
    is tried again after a while. Where they do not `follow`, they change over only when `reload` is called.

    Attributes:
        steps: The current steps.
        model_id: The id of their model; None where the index does not know it.

    Raises:
        IndexMismatchError: there is no index, or the model of its live build is not here.
        RecsysError: building the steps raised it.
    """

    def __init__(self, config: Config, build: Callable[[Config], Steps], follow: bool = True):
        self._published, self._build, self._follows = PublishedModel(config), build, follow
        self._building, self._refused, self._retry_at = new_lock(), "", 0.0
        live = self._published.must_be_live()
        self.steps, self.model_id = build(self._published.config(live)), live.model_id

    def run(self, call: Callable[[Steps], _Result]) -> _Result:
        """What `call` gives for the steps of the published model.

        It is called again, unless the steps write, where another build was published during the call and what it read
        is gone.
        """
        if not self._follows:
            return call(self.steps)
        live = self._published.live()
        self._follow(live)
        steps = self.steps
        try:
            return call(steps)
        except IndexMismatchError:
            newest = self._published.live(newest=True)
            if newest is None or newest == live or steps.writes:
                raise
            self._retry_at = 0.0
            self._follow(newest)
            return call(self.steps)

    def reload(self) -> None:
        """Changes over to the build that is live now.

        Raises:
            IndexMismatchError: there is no index, or the model of its live build is not here.
            RecsysError: building the steps raised it; the old ones serve on.
        """
        live = self._published.must_be_live()
        with self._building:
            if live.model_id != self.model_id:
                self.steps, self.model_id = self._build(self._published.config(live)), live.model_id

    def _follow(self, live: IndexRecord | None) -> None:
        """Builds the steps anew where the live build is of another model than they are."""
        if live is None or live.model_id in (None, self.model_id) or not self._building.acquire(blocking=False):
            return
        try:
            if live.build != self._refused or time.monotonic() >= self._retry_at:
                self._change_over(live)
        finally:
            self._building.release()

    def _change_over(self, live: IndexRecord) -> None:
        try:
            self.steps, self.model_id = self._build(self._published.config(live)), live.model_id
        except RecsysError as error:
            level = logging.DEBUG if live.build == self._refused else logging.WARNING
            self._refused, self._retry_at = live.build, time.monotonic() + RETRY
            log.log(level, "the model of %s, which is live now, cannot be used here: %s", live.build, error)
        else:
            log.info("following %s, of model %s", live.build, live.model_id)
