"""Mixed load with bad requests and reloads: no unexpected error, and memory stays."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter

import pytest

SECONDS = float(os.environ.get("SOAK_SECONDS", "20"))
"""How long the load lasts; 600 with a reload each minute is what a release is tested with."""

TOKEN = "a-token-of-the-tests"
USERS = range(10001, 10600)
ITEMS = range(5001, 5300)

BAD = [
    ("/recommend", {"user": {"user_id": -1}}, 422),
    ("/recommend", {"user": {}, "top_k": "many"}, 422),
    ("/recommend", [], 422),
    ("/feedback", {"user_id": 1}, 422),
    ("/items/none", None, 404),
    ("/users/none", None, 404),
    ("/nowhere", None, 404),
]


def good(rng):
    """A request: the path and the body."""
    user, item = {"user_id": rng.choice(USERS)}, rng.choice(ITEMS)
    return rng.choice(
        [
            ("/recommend", {"user": user}),
            (
                "/recommend",
                {"user": {"gender": "F", "age": 25}, "top_k": rng.randint(1, 50), "diversity": rng.random()},
            ),
            ("/recommend", [{"user": user}, {"user": {"liked": [item]}}]),
            (f"/similar/{item}", None),
            ("/feedback", {**user, "movie_id": item, "rating": rng.randint(1, 5)}),
            (f"/items/{item}", None),
            ("/items?query=the", None),
            (f"/users/{user['user_id']}", None),
            ("/readyz", None),
        ]
    )


@pytest.mark.slow
def test_a_mixed_load_gets_the_answers_that_it_should_and_memory_stays(served):
    service = served(**{"serve.tokens": TOKEN})
    headers, end = {"authorization": f"Bearer {TOKEN}"}, time.monotonic() + SECONDS
    unexpected, answered = Counter(), Counter()

    def send(seed):
        rng = random.Random(seed)
        while time.monotonic() < end:
            (path, body), expected = good(rng), (200,)
            if rng.random() < 0.05:
                path, body, *expected = rng.choice(BAD)
            status, answer = service.send(path, body, **headers)
            answered[status] += 1
            if status not in expected:
                unexpected[path.split("?")[0], status, str(answer)[:300]] += 1

    senders = [threading.Thread(target=send, args=(seed,)) for seed in range(6)]
    for sender in senders:
        sender.start()
    time.sleep(SECONDS / 4)
    sizes = [memory(service.pid)]
    while time.monotonic() < end:
        status, _ = service.send("/admin/reload", {}, **headers)
        answered[status] += 1
        assert status == 200
        time.sleep(min(60, SECONDS / 4))
        sizes.append(memory(service.pid))
    for sender in senders:
        sender.join()
    assert unexpected == {}
    assert answered[200] > 10 * SECONDS
    assert answered[422] + answered[404] > 0
    assert sizes[-1] < sizes[0] + 50, sizes


def memory(process):
    """Its resident memory in MB."""
    with open(f"/proc/{process}/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
