"""`towhee-recsys serve` under load: one process on Milvus Lite and SQLite, and the load generator on the same cores.

The capacity is the number of answers a second where 64 connections send a request as soon as they have an answer. Then
requests are sent in an open loop, at random moments, at half, once and twice the capacity and at 500 a second: latency
counts from the moment at which a request was due, whether the service was ready for it or not. Every second request is
for a known user, who gets nothing that was seen; the others describe a user. Without batches, the service answers one
request after the other. Above the capacity, what waits too long is answered 503.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.case import Case
from benchmarks.rows import Limit, Row
from benchmarks.workload import sample_users
from tests.servers.service import ServiceProcess
from towhee_recsys.config import Config, load_config

PACKAGES = ("fastapi", "uvicorn", "uvloop", "httptools", "milvus-lite", "pymilvus", "towhee", "numpy")

CONNECTIONS, SECONDS, USERS = 64, 20, 2000
WANTED, P99, MODEST = 500, 50.0, 100

BOUND = """One core: the interpreter runs the event loop, the pipeline's steps and the encoding of answers in turns,
    while Milvus Lite searches on the other core, which the load generator shares."""

WHAT_BOUNDS = dict.fromkeys(("serving, capacity", f"serving, {WANTED}/s, p99"), BOUND)


def measure(case: Case) -> list[Row]:
    """The rows for Milvus Lite and SQLite."""
    return measured_rows("serving", case.indexed(), case)


def measured_rows(work: str, config: Config, case: Case) -> list[Row]:
    """The rows for an existing index, which no process has open."""
    bodies = [json.dumps({"user": user}) for user in sample_users(config, USERS)]
    seconds = 2 if case.quick else SECONDS
    with service(config, batch=1) as url:
        alone = capacity(url, bodies, seconds)
    with service(config) as url:
        ours = capacity(url, bodies, seconds)
        rows = [Row(f"{work}, capacity", "/s", ours, "one request at a time", alone, Limit("≥", WANTED, "ours"))]
        for name, rate in [(f"{WANTED}/s", WANTED), *((f"{part:g} × capacity", part * ours) for part in (0.5, 1, 2))]:
            rows += _rows(f"{work}, {name}", load(url, bodies, rate, seconds), limited=rate == WANTED)
        back = recovery(url, bodies, seconds)
        return [*rows, Row(f"{work}, back to p99 ≤ {P99:g} ms after twice the capacity", "s", back)]


@contextmanager
def service(config: Config, **settings: Any) -> Iterator[str]:
    """The address of a running service."""
    with TemporaryDirectory() as folder:
        changed = load_config(config, **{f"serve.{name}": value for name, value in settings.items()})
        process = ServiceProcess(changed, Path(folder), "--quiet")
        try:
            process.start()
            yield f"{process.url}/recommend"
        finally:
            process.close()


def capacity(url: str, bodies: Sequence[str], seconds: float) -> float:
    """Answers a second."""
    return float(_load(url, bodies, "--saturate", str(CONNECTIONS), "--seconds", str(seconds))["rate"])


def load(url: str, bodies: Sequence[str], rate: float, seconds: float) -> dict[str, Any]:
    """The latencies and statuses of an open loop."""
    return _load(url, bodies, "--rate", str(rate), "--seconds", str(seconds))


def recovery(url: str, bodies: Sequence[str], seconds: float) -> float:
    """Seconds until a second of modest load has its answers in time, in one run of so many, right after an overload.

    That is a second in which half of the requests or more are answered, 99 of 100 answers in time.
    """
    found = load(url, bodies, MODEST, seconds)
    moments, latencies = np.array(found["moments"]), np.array(found["latencies"])
    for second in range(int(seconds)):
        due = (moments >= second) & (moments < second + 1)
        if due.sum() >= MODEST * 0.5 and np.mean(latencies[due] <= P99) >= 0.99:
            return float(second)
    return float("inf")


def _rows(work: str, found: dict[str, Any], limited: bool) -> list[Row]:
    statuses, latencies = found["statuses"], found["latencies"] or [float("inf")]
    p50, p95, p99 = (float(each) for each in np.percentile(latencies, [50, 95, 99]))
    refused = 100 * (1 - statuses.get("200", 0) / sum(statuses.values()))
    limit = Limit("≤", P99, "ours") if limited else None
    detail = {"p50": p50, "p95": p95, "p99": p99, "statuses": statuses}
    return [
        Row(f"{work}, p50", "ms", p50),
        Row(f"{work}, p95", "ms", p95),
        Row(f"{work}, p99", "ms", p99, limit=limit, detail=detail),
        Row(f"{work}, not answered", "%", refused),
    ]


def _load(url: str, bodies: Sequence[str], *options: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.load", url, *options]
    done = subprocess.run(command, input="\n".join(bodies), capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))
