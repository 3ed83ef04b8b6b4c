"""A process that changes an index until it is killed; `tests/stores/vectors/test_index_kill.py` runs it.

For each line on stdin a child is forked, with all imports done, that does `turn(*line.split())`. Its exit is reported.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import traceback
from contextlib import closing
from itertools import count
from pathlib import Path

import numpy as np
import pymilvus  # noqa: F401  (each child would import it)

from tests.stores.vectors.helpers import rows
from tests.vectors import embeddings
from towhee_recsys.model.embeddings import Embeddings, ModelRef, normalize
from towhee_recsys.stores.catalogue import Catalogue, open_catalogue
from towhee_recsys.stores.keyed.sqlite import SqliteStore
from towhee_recsys.stores.vectors import (
    VectorIndex,
    builds,
    delete_live,
    gc,
    insert,
    insert_live,
    open_index,
    publish,
    resume_build,
    start_build,
)
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.rows import content_hash, hashes

ROWS, CHUNK = 60, 20
READS = {
    "describe_collection",
    "describe_index",
    "get",
    "has_collection",
    "list_collections",
    "list_indexes",
    "query",
    "search",
}


def say(*words: object) -> None:
    """A line, in one write: parent and child share stdout, and theirs must not mix."""
    os.write(sys.stdout.fileno(), (" ".join(map(str, words)) + "\n").encode())


def turn(what: str, number: str, death: str, uri: str, url: str) -> None:
    """What the last process left is checked, mended by a rerun and swept; then `what` is done until death comes."""
    index, catalogue = open_index(uri, "items"), open_catalogue(url)
    {"build": built, "change": changed, "resume": resumed}[what](index, catalogue, int(number), int(death))


def built(index: VectorIndex, catalogue: Catalogue, number: int, death: int) -> None:
    """Builds number after number, each of a model of its own."""
    if index.record:
        say("live", check(index, catalogue))
    else:
        say("live", 0)
    build(index, catalogue, number)
    gc(index, 1, [catalogue])
    assert check(index, catalogue) == number
    assert [each.live for each in builds(index)] == [True], builds(index)
    assert catalogue.versions("items") == [index.record.build]
    names = index.store.names()
    assert sorted(names) == sorted([index.record.build, "towhee_recsys_indexes"]), names
    build(index, catalogue, number + 1)
    say("ready")
    die_at(death)
    build(index, catalogue, number + 2)  # there is one to drop now
    say("done")


def build(index: VectorIndex, catalogue: Catalogue, number: int) -> None:
    """One build, as the index pipeline makes it."""
    model, vectors, receipts = f"{number:016x}", vectors_of(number), []
    build = resume_build(index, model, 8) or start_build(index, model, 8)
    for at in range(0, ROWS, CHUNK):
        receipts.append(insert(index, build, range(at, at + CHUNK), vectors[at : at + CHUNK]))
        facts = [(key, {"movie_id": key, "title": model}) for key in range(at, at + CHUNK)]
        catalogue.write(facts, build)
    publish(index, receipts, catalogue)


def check(index: VectorIndex, catalogue: Catalogue) -> int:
    """The number of the live build, which must be whole, found and known to the catalogue."""
    live = index.live()
    number = int(live.model_id, 16)
    assert live.rows == ROWS, live
    for row, hits in enumerate(index.search(vectors_of(number), 1)):
        assert hits[0].id == row, (row, hits)
        assert abs(hits[0].score - 1) < 1e-5, (row, hits)
    facts = catalogue.get(range(ROWS), live.build)
    assert {each and each["title"] for each in facts} == {live.model_id}, facts
    return number


def resumed(index: VectorIndex, catalogue: Catalogue, number: int, death: int) -> None:
    """Ends what the last process began, writing no row twice, and begins the same once more."""
    begun = {each.name: numbers_of_rows(index, each.name) for each in builds(index) if not each.published}
    build(index, catalogue, 7)
    assert check(index, catalogue) == 7
    before, after = begun.get(index.record.build, {}), numbers_of_rows(index, index.record.build)
    assert before.items() <= after.items(), (before, after)
    assert before or not any(begun.values()), begun
    assert index.record.content_hash == content_hash(hashes(rows(range(ROWS), vectors_of(7))))
    assert [each for each in builds(index) if not each.published] == []
    say("live", number)
    say("ready")
    die_at(death)
    build(index, catalogue, 7)
    say("done")


def numbers_of_rows(index: VectorIndex, build: str) -> dict[str, int]:
    """What Milvus Lite numbers the rows of a build by, for each item: a row that is written again has another one."""
    with closing(sqlite3.connect(f"file:{index.store.where}?mode=ro", uri=True)) as file:
        return dict(file.execute(f'SELECT CAST(milvus_id AS TEXT), id FROM "{build}"'))


def changed(index: VectorIndex, catalogue: Catalogue, number: int, death: int) -> None:
    """Changes the live build in place: rows come, are replaced and go; a journal records what was acknowledged.

    A change is written to the journal before it is made, and once more when it is acknowledged.
    """
    journal = Path(index.store.where).with_name("journal")
    if not index.record:
        put(index, [], 0)
    say("live", must_have(index, journal))
    say("ready")
    die_at(death)
    for turn in range(2 if death else 1000):
        third = [(key + number // 3 + turn // 2) % 3 for key in range(ROWS)]
        if turn % 2 == 0:  # one third of the rows is new, for it was deleted the last time, and one is replaced
            version, keys = 1000 * number + turn + 1, [key for key in range(ROWS) if third[key]]
        else:
            version, keys = 0, [key for key in range(ROWS) if third[key] == 1]
        for text in ("began", "done"):
            with journal.open("a") as file:
                file.write(json.dumps([text, keys, version]) + "\n")
            if text == "began":
                put(index, keys, version)
    say("done")


def put(index: VectorIndex, keys: list[int], version: int) -> None:
    """Inserts or replaces rows; version 0 deletes them."""
    if version or not keys:
        insert_live(index, keys, versioned(keys, version))
    else:
        delete_live(index, keys)


def must_have(index: VectorIndex, journal: Path) -> int:
    """Checks every row against the journal, repeats the change that was not acknowledged, and checks again.

    Gives how many changes were acknowledged.
    """
    lines = [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []
    acknowledged = {key: version for text, keys, version in lines if text == "done" for key in keys}
    *_, (text, keys, version) = lines or [("done", [], 0)]
    live = index.live()
    held = index.store.rows(live.build, range(ROWS))
    there = dict(zip(held.ids.tolist(), hashes(held).tolist(), strict=True))
    for key in range(ROWS):
        accepted = {acknowledged.get(key, 0)} | ({version} if text == "began" and key in keys else set())
        assert there.get(key) in {hash_of(key, each) for each in accepted}, (key, accepted)
    if text == "began":
        put(index, keys, version)
        with journal.open("a") as file:
            file.write(json.dumps(["done", keys, version]) + "\n")
        acknowledged |= dict.fromkeys(keys, version)
    final = [hash_of(key, version) for key, version in acknowledged.items() if version]
    live = index.live()
    assert (live.rows, live.content_hash) == (len(final), content_hash(final)), live
    gc(index, 1)
    names = index.store.names()
    assert sorted(names) == sorted([live.build, "towhee_recsys_indexes"]), names
    return sum(text == "done" for text, *_ in lines)


def versioned(keys: list[int], version: int) -> Embeddings:
    drawn = [np.random.default_rng([key, version]).normal(size=8) for key in keys]
    return normalize(embeddings(np.array(drawn).reshape(-1, 8), ModelRef("a" * 16)))


def hash_of(key: int, version: int) -> int | None:
    return int(hashes(rows([key], versioned([key], version)))[0]) if version else None


def vectors_of(number: int) -> Embeddings:
    drawn = np.random.default_rng(number).normal(size=(ROWS, 8))
    return normalize(embeddings(drawn, ModelRef(f"{number:016x}")))


def die_at(death: int) -> None:
    """Kills this process and its Milvus Lite before the `death`th writing to a store; 0 is never."""
    calls = count(1)

    def dying(method):
        def asking(self, *args, **more):
            if (*args, "")[1] not in READS and next(calls) == death:
                os.killpg(0, signal.SIGKILL)
            return method(self, *args, **more)

        return asking

    Milvus.call = dying(Milvus.call)
    for name in ("write", "drop", "delete"):
        setattr(SqliteStore, name, dying(getattr(SqliteStore, name)))


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.setsid()  # Milvus Lite's service is of this group: a kill can mean both
            say("child", os.getpid())
            try:
                turn(*line.split())
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        say("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
