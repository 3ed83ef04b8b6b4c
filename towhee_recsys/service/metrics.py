"""What /metrics shows: of all processes of a service."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which several processes keep their figures; the Prometheus client reads it."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)


class Metrics:
    """The metrics of one app."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._requests = Counter("recsys_requests", "Answered requests.", ["route", "status"], registry=registry)
        self._seconds = Histogram(
            "recsys_request_seconds", "From a request to its answer.", ["route"], registry=registry, buckets=_SECONDS
        )
        self._batch = Histogram(
            "recsys_batch_size", "Requests in a call of a pipeline.", ["pipeline"], registry=registry, buckets=_SIZES
        )
        self._waiting = Gauge(
            "recsys_waiting_requests",
            "Requests left waiting when the last batch began.",
            ["pipeline"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._model = Gauge(
            "recsys_model",
            "1 for the model that answers.",
            ["model_id"],
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._model_id = ""

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Counts an answer."""
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def batch(self, pipeline: str, size: int, waiting: int) -> None:
        """Counts a batch, and shows how many requests it left waiting."""
        self._batch.labels(pipeline).observe(size)
        self._waiting.labels(pipeline).set(waiting)

    def text(self, model_id: str) -> bytes:
        """All metrics in Prometheus' text format."""
        if self._model_id != model_id:
            self._model.labels(self._model_id).set(0)
            self._model.labels(model_id).set(1)
            self._model_id = model_id
        if SHARED not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return generate_latest(together)
