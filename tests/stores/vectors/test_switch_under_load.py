"""While builds are switched, queries see the old or the new one: never a mix of both, never an error."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import numpy as np
import pytest

from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import VectorIndex, insert, insert_live, publish, rollback, start_build

ROWS = 30


@pytest.fixture
def catalogue(tmp_path):
    return open_catalogue(f"sqlite:///{tmp_path / 'movies.sqlite'}")


@pytest.fixture
def indexed(index, catalogue, units):
    """A whole indexing by a model: vectors that differ from model to model, facts with the name of their build."""

    def indexed(model):
        build = start_build(index, model * 16, 8)
        receipt = insert(index, build, range(ROWS), vectors_of(units, model))
        facts = [(key, {"movie_id": key, "title": build}) for key in range(ROWS)]
        catalogue.write(facts, build)
        return publish(index, [receipt], catalogue)

    return indexed


@pytest.fixture
def asking(index, catalogue, units):
    """While it is entered, threads search with models' vectors, as recommend pipelines do; yields the answers."""

    @contextmanager
    def asking(models):
        done, seen = Event(), []

        def ask(model):
            vectors = vectors_of(units, model)
            while not done.is_set():
                found = index.search(vectors, 3)
                ids = sorted({hit.id for hits in found for hit in hits})
                facts = catalogue.get(ids, found[0][0].build)
                if not any(facts):
                    continue  # two builds were published meanwhile, and this one was dropped: the pipeline asks again
                seen.append((model, found, {item and item["title"] for item in facts}))

        with ThreadPoolExecutor(4) as pool:
            threads = [pool.submit(ask, model) for model in models]
            try:
                yield seen
            finally:
                done.set()
            for each in threads:
                each.result()

    return asking


def vectors_of(units, model):
    return units(ROWS, seed=ord(model), model=model)


def must_be_whole(seen):
    """Each answer is from one build of the model of the query, every item finds itself, and its facts are of one build.

    Gives the builds that answered.
    """
    for model, found, named in seen:
        assert [hits[0].id for hits in found] == list(range(ROWS))
        assert [hits[0].score for hits in found] == pytest.approx(np.ones(ROWS), abs=1e-5)
        [build], [_] = {hit.build for hits in found for hit in hits}, named
        assert f"__{model * 16}_" in build
    return {found[0][0].build for _, found, _ in seen}


def test_a_model_is_indexed_again_and_again(index, indexed, asking):
    first = indexed("a")
    with asking("aaa") as seen:
        records = [first]
        for _ in range(4):
            time.sleep(0.1)
            records.append(indexed("a"))
    assert len(seen) > 10
    assert len(must_be_whole(seen) & {record.build for record in records}) > 1
    assert all(named == {found[0][0].build} for _, found, named in seen)


def test_the_model_is_changed_and_changed_back(index, catalogue, indexed, asking):
    first, second = indexed("a"), indexed("b")
    with asking("abab") as seen:
        rollback(index, catalogue)
        for model in "bab":
            time.sleep(0.1)
            last = indexed(model)
    builds = must_be_whole(seen)
    assert {first.build, second.build} <= builds
    assert {model for model, *_ in seen} == {"a", "b"}
    assert index.live() == last


def test_items_come_while_queries_are_answered(index, catalogue, indexed, asking, units):
    indexed("a")
    with asking("aa") as seen:
        for number in range(5):
            key = 100 + number
            facts = {"movie_id": key, "title": index.record.build}
            catalogue.write([(key, facts)], index.record.build)
            insert_live(index, [key], units(1, seed=key, model="a"))
    must_be_whole(seen)
    assert index.live().rows == ROWS + 5


def test_another_reader_sees_the_switch_within_a_second(index, indexed):
    if not index.store.shared:
        pytest.skip("this store is open in one process only")
    elsewhere = VectorIndex(index.store, index.collection)  # what another process would have of it
    for model in "aba":
        record = indexed(model)
        time.sleep(1)
        assert elsewhere.record == record
    assert rollback(index)
    time.sleep(1)
    assert elsewhere.record == index.record != record
