"""Records: what they say, and that those of another version are refused with the command that rebuilds."""

from __future__ import annotations

import json

import pytest

from tests.stores.vectors.helpers import nearest
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.vectors import IndexRecord, builds, delete_live, gc, insert_live, resume_build, rollback
from towhee_recsys.stores.vectors.protocol import Layout
from towhee_recsys.stores.vectors.records import FORMAT


@pytest.fixture
def old(index, units):
    """A live build with a record as version 1 wrote it."""
    build = f"{index.collection}__{'a' * 16}_000000"
    index.store.create(build, Layout(8))
    record = {"collection": index.collection, "build": build, "model_id": "a" * 16, "dim": 8, "metric": "IP", "rows": 0}
    index.store.write_record({**record, "content_hash": "0" * 16, "index": "FLAT", "published": "", "pending": []})
    index.store.make_live(index.collection, build)
    return build


def test_a_record_is_plain_data_and_back():
    record = IndexRecord(
        "items", "b", "m", 8, "IP", 3, "0f", pending=("a", "b"), id_type="text", fields={"tags": "texts"}
    )
    assert IndexRecord.from_json(json.loads(json.dumps(record.to_json()))) == record
    assert hash(record) == hash(IndexRecord.from_json(record.to_json()))


def test_an_index_of_another_version_is_refused(index, units, old):
    for call in (
        index.live,
        lambda: index.search(units(1), 1),
        lambda: insert_live(index, [1], units(1)),
        lambda: delete_live(index, [1]),
        lambda: rollback(index),
        lambda: gc(index),
    ):
        with pytest.raises(IndexMismatchError) as raised:
            call()
        message = str(raised.value)
        assert "was written by another version of towhee-recsys" in message
        assert f"{old} is not of format {FORMAT}" in message
        assert "`towhee-recsys index -c CONFIG`" in message
    assert index.store.exists(old)


def test_indexing_again_replaces_it(index, units, indexed, old):
    assert index.record is None
    assert resume_build(index, "a" * 16, 8) is None
    record = indexed(index, units(5))
    assert index.live() == record
    assert [each.name for each in builds(index)] == [record.build]
    assert not index.store.exists(old)
    assert nearest(index, units(5)) == list(range(5))
