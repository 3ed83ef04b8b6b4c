"""One request, from a user to ten items with titles: by Milvus Lite and SQLite, warm, in one thread.

Every second user is known by id, the others are described by gender, age and occupation. Compared with
`MilvusClient.search` of the same user's vector, on the same connection, the two taking turns request by request.
"""

from __future__ import annotations

from benchmarks.case import Case
from benchmarks.rows import Limit, Row, compared, percentiles
from benchmarks.timing import interleaved
from benchmarks.workload import workload
from towhee_recsys.config import Config

PACKAGES = ("milvus-lite", "pymilvus", "towhee", "numpy", "paddlepaddle")

REQUESTS = 2000
P50, P99 = Limit("≤", 1.5), Limit("≤", 2.0)

WHAT_BOUNDS = {
    "one request, p50": """Of what a request takes beside the search, a quarter are the checks of the vectors, the
        hits and their stars, a quarter encoding and normalizing, an eighth the lookup, the rest Towhee's pool of
        operators and its queue, and calling from one to the next.""",
}


def measure(case: Case) -> list[Row]:
    """The median and the 99th percentile."""
    return rows_of("one request", case.indexed(), case)


def rows_of(work: str, config: Config, case: Case) -> list[Row]:
    """The rows for an index that is there."""
    requests = case.runs(REQUESTS)
    given = workload(config, requests)
    calls = {
        "ours": lambda run: given.recommend(given.users[run]).get(),
        "theirs": lambda run: given.search(given.vectors[run : run + 1]),
    }
    seconds = interleaved(calls, requests, warm_up=100)
    names = {"a request": "ours", "the search alone": "theirs"}
    shown = {"distribution": {name: percentiles(seconds[whose]) for name, whose in names.items()}}
    bare = "MilvusClient.search alone"
    return [
        compared(f"{work}, p50", seconds, bare, P50, detail=shown),
        compared(f"{work}, p99", seconds, bare, P99, percentile=99),
    ]
