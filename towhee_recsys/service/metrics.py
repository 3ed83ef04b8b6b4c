"""What /metrics shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)


class Metrics:
    """The metrics of one app, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("recsys_requests", "Answered requests.", ["route", "status"], registry=self._registry)
        self._seconds = Histogram(
            "recsys_request_seconds",
            "Seconds from a request to its answer.",
            ["route"],
            registry=self._registry,
            buckets=_SECONDS,
        )
        self._batch = Histogram(
            "recsys_batch_size",
            "Requests in a call of a pipeline.",
            ["pipeline"],
            registry=self._registry,
            buckets=_SIZES,
        )
        self._model = Gauge("recsys_model", "1 for the model that answers.", ["model_id"], registry=self._registry)
        self._waiting = Gauge(
            "recsys_waiting_requests", "Requests that wait for a pipeline.", ["pipeline"], registry=self._registry
        )

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Counts an answer."""
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def batch(self, pipeline: str, size: int) -> None:
        """Counts a batch."""
        self._batch.labels(pipeline).observe(size)

    def watch(self, waiting: Mapping[str, Callable[[], float]]) -> None:
        """Shows how many requests wait for each pipeline."""
        for name, count in waiting.items():
            self._waiting.labels(name).set_function(count)

    def text(self, model_id: str) -> bytes:
        """All metrics in Prometheus' text format."""
        self._model.clear()
        self._model.labels(model_id).set(1)
        return generate_latest(self._registry)
