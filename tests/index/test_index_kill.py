"""A process is killed while it builds an index: the old one answers on, or the new one does, and never a mix."""

from __future__ import annotations

import subprocess
import sys
import time
from random import Random

import pytest

pytestmark = pytest.mark.slow

ROUND = """
import sys
import numpy as np
from towhee_recsys.index import insert, open_index, publish, start_build
from towhee_recsys.model.vectors import Origin, normalize, with_origin

index, number = open_index(sys.argv[1], "movies"), int(sys.argv[2])

def vectors_of(model):
    return normalize(with_origin(np.random.default_rng(int(model, 16)).normal(size=(300, 16)), Origin(model)))

if index.record:
    live, vectors = index.live(), vectors_of(index.record.model_id)
    assert live.rows == 300, live
    for row, hits in enumerate(index.search(vectors, 1)):
        assert hits[0]["movie_id"] == row, (row, hits)
        assert abs(hits[0]["score"] - 1) < 1e-5, (row, hits)
print("live", index.record and int(index.record.model_id, 16), flush=True)

model = f"{number:016x}"
build, vectors = start_build(index, model, 16), vectors_of(model)
receipts = []
for at in range(0, 300, 10):
    receipts.append(insert(index, build, range(at, at + 10), vectors[at : at + 10]))
    print("inserted", flush=True)
record = publish(index, receipts)
others = [name for name in index.client.list_collections() if name not in (record.build, "towhee_recsys_indexes")]
print("published", number, "and left", others, flush=True)
"""

KILLS = {2: 12, 3: 30, 4: 30}
"""After how many inserts a build is killed: between two, and twice while it publishes."""


def test_an_index_survives_kills_at_any_moment(tmp_path):
    moments, last = Random(42), "None"
    for number in range(1, 6):
        command = [sys.executable, "-W", "ignore", "-c", ROUND, str(tmp_path / "movies.db"), str(number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            _, live = process.stdout.readline().split() or [None, process.stderr.read()]
            assert live in {last, str(number - 1)}
            if number in KILLS:
                assert [process.stdout.readline() for _ in range(KILLS[number])] == ["inserted\n"] * KILLS[number]
                time.sleep(moments.uniform(0, 0.03))
                process.kill()
            end = process.stdout.read().splitlines()[-1:]
        last = str(number) if end and end[0].startswith("published") else live
    assert end == ["published 5 and left []"]
