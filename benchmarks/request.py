"""One request, from a user to ten items with titles; Milvus Lite and SQLite, warm, in one thread.

Every second user is given by id, and gets nothing that the user has seen; the others are given by gender, age and
occupation. Compared with `MilvusClient.search` for ten items and the same user's vector, seen or not, on the same
connection; the two take turns request by request.
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
    "one request, p50": """Known users: half of the requests fetch about ninety hits, of which those that the user has
        seen are left out, and read the history, which takes 0.1 ms. Encoding and normalizing take 0.12 ms, the lookup
        0.1 ms, checks and predicted ratings 0.1 ms, and Towhee's operator pool, its queue and the calls between steps
        the rest. The search itself takes less than MilvusClient.search, which makes objects of each hit.""",
}


def measure(case: Case) -> list[Row]:
    """The median and the 99th percentile."""
    return measured_rows("one request", case.indexed(), case)


def measured_rows(work: str, config: Config, case: Case) -> list[Row]:
    """The rows for an existing index."""
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
