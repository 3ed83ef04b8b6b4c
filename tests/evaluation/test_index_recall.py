from __future__ import annotations

from dataclasses import replace

import pytest

from towhee_recsys.config import load_config
from towhee_recsys.data import read_dataset
from towhee_recsys.errors import StoreError
from towhee_recsys.evaluation import index_recall as module
from towhee_recsys.evaluation.index_recall import index_recall
from towhee_recsys.stores.vectors import index_of


@pytest.fixture(scope="module")
def dataset(indexed_config):
    return read_dataset(indexed_config.dataset)


def test_an_exact_index_loses_nothing(indexed_config, sample_bundle, dataset):
    assert index_recall(indexed_config, sample_bundle, dataset) == 1


def test_items_that_were_added_to_the_index_are_left_out(indexed_config, sample_bundle, dataset):
    part = replace(dataset, items=dataset.items.iloc[40:])
    assert len(part.item_ids) == len(dataset.item_ids) - 40
    assert index_recall(indexed_config, sample_bundle, part) == 1


def test_what_milvus_does_not_find_is_counted(indexed_config, sample_bundle, dataset, monkeypatch):
    index = index_of(indexed_config.milvus)
    search = index.search

    def farther(vectors, top_k, **more):
        return [[*hits[:3], *hits[top_k:]] for hits in search(vectors, 2 * top_k, **more)]

    monkeypatch.setattr(index, "search", farther)
    found = index_recall(indexed_config, sample_bundle, dataset)
    assert found == pytest.approx(0.3, abs=1e-3)  # the eleventh may be as near as the tenth


def test_the_index_of_another_model_is_not_asked(indexed_config, small_bundle, dataset):
    assert index_recall(indexed_config, small_bundle, dataset) is None


def test_no_file_is_made(indexed_config, sample_bundle, dataset, tmp_path):
    file = tmp_path / "none.db"
    assert index_recall(load_config(indexed_config, **{"milvus.uri": str(file)}), sample_bundle, dataset) is None
    assert list(tmp_path.iterdir()) == []


def test_without_recall_and_with_a_warning_where_another_process_has_the_file_open(
    indexed_config, sample_bundle, dataset, monkeypatch, caplog
):
    def taken(milvus, create):
        raise StoreError("another process has it open")

    monkeypatch.setattr(module, "index_of", taken)
    assert index_recall(indexed_config, sample_bundle, dataset) is None
    assert caplog.messages == ["without the recall of the index: another process has it open"]
