"""Interactions that come split into files."""

from __future__ import annotations

import numpy as np
import pytest

from tests.data.table.conftest import EXPLICIT, Tables
from towhee_recsys import load_config
from towhee_recsys.data import ensure_dataset, interactions_frame, iter_items, read_dataset, records
from towhee_recsys.errors import ConfigError, DatasetError, EvaluationError
from towhee_recsys.protocols import make_task

HEADER = "customer,sku,stars,at\n"
FILES = {
    "path": HEADER + "c2,10,5,1\nc1,9,4,2\nc2,9,3,3\n",
    "validation": HEADER + "c3,11,4,4\n",
    "test": HEADER + "c1,10,2,5\nc3,A,5,6\n",
}


def declared(tables: Tables, files=FILES, **more):
    names = {name: tables.write(f"{name}.csv", text) for name, text in files.items()}
    return tables.declared(interactions={**EXPLICIT, **names, **more.pop("interactions", {})}, **more)


def test_users_and_items_are_those_of_all_files(tables):
    dataset = read_dataset(declared(tables))
    assert dataset.user_ids.tolist() == ["c1", "c2", "c3"]
    assert dataset.item_ids.tolist() == ["10", "11", "9", "A"], "texts, as one of all is"
    assert [list(record.values()) for record in records(interactions_frame(dataset))] == [
        ["c2", "10", 5.0, 1],
        ["c1", "9", 4.0, 2],
        ["c2", "9", 3.0, 3],
        ["c3", "11", 4.0, 4],
        ["c1", "10", 2.0, 5],
        ["c3", "A", 5.0, 6],
    ]
    assert dataset.interactions.parts.tolist() == [0, 0, 0, 1, 2, 2]
    assert (dataset.interactions.users.dtype, dataset.interactions.parts.dtype) == (np.int32, np.int8)
    assert [record["sku"] for chunk in iter_items(dataset.schema) for record in chunk] == ["10", "11", "9", "A"]


def test_users_and_items_of_tables(tables):
    users = {"path": tables.write("u.csv", "customer\nc3\nc1\nc2\n")}
    items = {"path": tables.write("i.csv", "sku\nA\n9\n10\n11\n")}
    dataset = read_dataset(declared(tables, users=users, items=items))
    assert dataset.interactions.users.tolist() == [2, 1, 2, 0, 1, 0]
    assert dataset.interactions.items.tolist() == [2, 1, 1, 3, 2, 0]


def test_cleaning_keeps_the_parts(tables):
    dataset = read_dataset(declared(tables, interactions={"between": {"value": [3, None]}}))
    assert (dataset.interactions.parts.tolist(), dataset.removed) == ([0, 0, 0, 1, 2], {"between.value": 1})


def test_the_protocol_holds_out_exactly_the_test(tables):
    dataset = read_dataset(declared(tables))
    for seed in (1, 2):
        task = make_task("pre-split", dataset, seed=seed, validation=0.5)
        assert sorted(task.train.times.tolist()) == [1, 2, 3]
        assert (task.validation.times.tolist(), task.test.times.tolist()) == ([4], [5, 6])


def test_without_a_file_to_choose_by_it_is_a_share_of_training(tables):
    dataset = read_dataset(declared(tables, {name: FILES[name] for name in ("path", "test")}))
    task = make_task("pre-split", dataset, seed=1, validation=0.3)
    assert (len(task.train), len(task.validation), len(task.test)) == (2, 1, 2)


def test_the_fingerprint_is_over_all_files(tables):
    first = read_dataset(declared(tables)).fingerprint
    changed = FILES | {"test": FILES["test"].replace("c1,10,2", "c1,10,3")}
    assert read_dataset(declared(tables, changed)).fingerprint != first


def test_a_pair_in_two_parts(tables, must_say, caplog):
    files = FILES | {"test": HEADER + "c1,10,2,5\nc2,9,3,6\n"}
    with pytest.raises(DatasetError) as caught:
        read_dataset(declared(tables, files))
    must_say(str(caught.value), "test.csv", "user 'c2' and item 9", "earlier part", "dataset.strict")
    dataset = read_dataset(declared(tables, files, strict=False))
    assert dataset.interactions.parts.tolist() == [0, 0, 0, 1, 2]
    assert dataset.bad_rows == {"test.csv: in an earlier part": 1}
    [warning] = dataset.warnings
    must_say(warning, "test.csv", "skipped", "1 x in an earlier part")
    assert caplog.messages == [warning]


def test_a_file_that_is_not_there(tables, must_say):
    schema = declared(tables)
    (tables.folder / "test.csv").unlink()
    with pytest.raises(DatasetError) as caught:
        ensure_dataset(schema)
    must_say(str(caught.value), "test.csv does not exist", "Set dataset.interactions.test to the file")


def test_data_that_do_not_come_split(tables, must_say):
    with pytest.raises(EvaluationError) as caught:
        make_task("pre-split", tables.read(), seed=1, validation=0)
    must_say(str(caught.value), "pre-split", "dataset.interactions.test", "another protocol")


@pytest.mark.parametrize(
    ("section", "facts"),
    [
        ({"path": "a.csv", "validation": "b.csv"}, ["validation is given without test"]),
        ({"sql": {"url": "sqlite:///x", "query": "SELECT 1"}, "test": "b.csv"}, ["test is given with sql"]),
    ],
)
def test_declarations_that_are_refused(must_say, section, facts):
    with pytest.raises(ConfigError) as caught:
        load_config(dataset={"interactions": {"user": "u", "item": "i", **section}})
    must_say(str(caught.value), "dataset.interactions", *facts)
