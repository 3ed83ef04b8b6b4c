"""The doctor finds what is wrong, reports the fix, and changes nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from towhee_recsys import add_feedback, add_items, hide_items, index_pipeline, load_config
from towhee_recsys.bundle import replace_bundle
from towhee_recsys.bundle.manifest import FORMAT_VERSION
from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.errors import QueryError
from towhee_recsys.lifecycle import delete_items
from towhee_recsys.lifecycle.doctor.examine import CHECKS
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import start_build

AGAIN = "Index again with `towhee-recsys index -c CONFIG`."


def states(found):
    return {each.check: each.state for each in found.values() if each.state != "ok"}


def test_all_is_well(indexed, index, found):
    seen, record = found(indexed), index.live()
    assert (list(seen), states(seen)) == (list(CHECKS), {})
    assert [each.text for each in seen.values()] == [
        "the given settings: nothing wrong",
        f"movies.dat, users.dat, ratings.dat in {indexed.dataset.path}",
        f"model {record.model_id} in {Path(indexed.model.dir).resolve()}: 6 files as they were saved, "
        f"format {FORMAT_VERSION}, PaddlePaddle {version('paddlepaddle')}",
        f"{indexed.milvus.uri} answers",
        f"{indexed.catalogue} answers",
        f"326 items in {record.build}, 8 numbers each, IP, FLAT",
        f"model {record.model_id} in {Path(indexed.model.dir).resolve()}.published/{record.model_id}",
        seen["vectors"].text,
        "326 items, 20 of them read",
        f"60 users in {indexed.catalogue}",
        f"of 0 users, 0 hidden items, in {indexed.catalogue}",
        "the trained model serves",
        "1, all finished",
        "none unfinished",
        "none unfinished",
    ]
    assert seen["vectors"].text.startswith("20 items have the vectors of the model (to ")


def test_columns_that_the_model_was_trained_without(indexed, found, caplog):
    changed = load_config(indexed, dataset={"items": {"filter": ["year", "genres", "title"]}})
    finding = found(changed)["model"]
    assert (finding.state, "dataset.items.filter" in finding.text) == ("warning", True)
    index_pipeline(changed)
    assert "dataset.items.filter changed" in caplog.text


def test_items_that_were_added_are_encoded_by_their_facts(indexed, found, tmp_path):
    (tmp_path / "new.dat").write_bytes(b"9001::Brand New (2025)::Comedy\n")
    add_items(indexed, tmp_path / "new.dat")
    assert found(indexed, items=1000)["vectors"].text.startswith("327 items have the vectors of the model")


def test_added_items_whose_facts_lack_a_column_of_a_feature_are_not_encoded_again(indexed, index, found, tmp_path):
    (tmp_path / "new.dat").write_bytes(b"9001::Brand New (2025)::Comedy\n")
    add_items(indexed, tmp_path / "new.dat")
    catalogue, build = open_catalogue(indexed.catalogue), index.live().build
    [facts] = catalogue.get([9001], build)
    catalogue.write([(9001, {name: value for name, value in facts.items() if name != "genres"})], build)
    seen = found(indexed, items=1000)
    assert states(seen) == {}
    assert seen["vectors"].text.startswith("326 items have the vectors of the model")


def test_with_nothing_there_nothing_is_made(small_config, found, tmp_path):
    stores = {"milvus": {"uri": str(tmp_path / "movies.db")}, "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}
    seen = found(load_config(small_config(), dataset={"path": str(tmp_path / "data")}, **stores))
    waits = ("index", "index of model", "vectors", "facts", "history", "publishing", "builds", "changes")
    waiting = dict.fromkeys(waits, "not checked")
    assert states(seen) == dict.fromkeys(("dataset", "model", "milvus", "catalogue"), "failed") | waiting
    assert seen["dataset"].text == (
        f"{tmp_path / 'data'} lacks movies.dat, users.dat, ratings.dat (there is no such folder); "
        "give the folder with --set dataset.path=DIR."
    )
    assert "there is no trained model" in seen["model"].text
    assert seen["milvus"].text == (
        f"there is no Milvus Lite file '{tmp_path / 'movies.db'}'. Create it with `towhee-recsys index -c CONFIG`, "
        "or name another in milvus.uri."
    )
    assert seen["catalogue"].text == (
        f"there is no catalogue 'sqlite:///{tmp_path / 'movies.sqlite'}'. "
        "Fill it with `towhee-recsys index -c CONFIG`, or name another in `catalogue`."
    )
    assert seen["vectors"].text == "needs index of model"
    assert list(tmp_path.iterdir()) == []


def test_a_config_with_mistakes_is_one_line_and_nothing_else_can_be_checked(found, tmp_path):
    (tmp_path / "own.yaml").write_text("extends: sample\ntop_k: 0\nseeed: 1\n", encoding="utf-8")
    seen = found(tmp_path / "own.yaml")
    assert {each.state for each in seen.values()} == {"failed", "not checked"}
    assert seen["config"].text.count(";") >= 1
    assert "top_k" in seen["config"].text
    assert "Did you mean 'seed'?" in seen["config"].text
    assert seen["training"].text == "needs config"


def test_what_the_config_requires_of_a_model_is_read(found):
    assert "require" in found("sample", overrides=["require.nonsense=>= 1"])["config"].text


def test_a_download_that_is_still_to_come_is_no_failure(found, tmp_path):
    options = [f"dataset.path={tmp_path / 'ml-1m'}", f"model.dir={tmp_path / 'model'}"]
    seen = found("movielens_1m", overrides=options)["dataset"]
    assert seen.state == "warning"
    assert seen.text == (
        f"{tmp_path / 'ml-1m'} does not have MovieLens 1M yet; `towhee-recsys train -c CONFIG` downloads it."
    )


def test_a_damaged_model_hides_nothing_of_the_stores(indexed, found):
    weights = Path(indexed.model.dir) / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\xff")
    seen = found(indexed)
    assert states(seen) == {"model": "failed", "publishing": "not checked"}, "the published copy serves"
    assert "weights.npz is not what was saved: its SHA-256 differs. Train again" in seen["model"].text


def test_a_model_of_another_version(indexed, found):
    manifest = Path(indexed.model.dir) / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format_version": 2}), encoding="utf-8")
    seen = found(indexed)["model"]
    assert seen.state == "failed"
    assert f"has format version 2; this towhee_recsys reads {FORMAT_VERSION}." in seen.text


def test_a_model_that_was_trained_since_does_not_serve_yet(indexed, found, sample_bundle, index):
    live, other = index.live(), sample_bundle.model_id
    replace_bundle(
        indexed.model.dir, lambda folder: shutil.copytree(sample_bundle.directory, folder, dirs_exist_ok=True)
    )
    seen = found(indexed)
    assert states(seen) == {"publishing": "warning"}
    text = seen["publishing"].text
    assert f"model {other} in {indexed.model.dir} does not serve, since the index is of {live.model_id}" in text
    assert text.endswith("`towhee-recsys index` publishes it.")


def test_an_index_whose_model_is_not_here(indexed, found, sample_bundle, index):
    live, other = index.live(), load_config(indexed, model={"dir": str(sample_bundle.directory)})
    seen = found(other)
    assert states(seen) == {"index of model": "failed", "vectors": "not checked", "publishing": "warning"}
    assert f"is of model {live.model_id}, which is not here" in seen["index of model"].text


def test_a_damaged_published_model(indexed, found, index):
    weights = PublishedModels(indexed.model.dir).folder / index.live().model_id / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\xff")
    seen = found(indexed)
    assert states(seen) == {"index of model": "failed", "vectors": "not checked"}
    assert "weights.npz is not what was saved" in seen["index of model"].text


def test_a_build_without_its_history(indexed, found, index):
    open_history(indexed.history_url).drop(index.live().build)
    seen = found(indexed)
    assert states(seen) == {"history": "failed"}
    assert seen["history"].text.endswith("Build it with `towhee-recsys index -c CONFIG`.")


def test_rows_that_somebody_removed(indexed, found, index):
    index.store.delete(index.live().build, [5001])
    seen = found(indexed)
    assert seen["index"].text.startswith(
        "the index 'items' has 325 rows, but 326 were written. Build it with `towhee-recsys"
    )
    assert seen["facts"].text == "needs index"


def test_vectors_that_somebody_changed(indexed, found, index):
    build = index.live().build
    held = index.store.rows(build, [5001, 5002])
    index.store.upsert(build, replace(held, vectors=np.eye(8, dtype=np.float32)[:2]))
    seen = found(indexed, items=1000)["vectors"]
    assert seen.state == "failed"
    assert seen.text.startswith(
        "2 of 326 items have vectors in the index that differ from the model's, such as item 500"
    )
    assert seen.text.endswith(AGAIN)


def test_facts_that_are_missing_or_broken(indexed, found, index):
    build, catalogue = index.live().build, open_catalogue(indexed.catalogue)
    catalogue.delete([5001], build)
    seen = found(indexed, items=1000)
    assert states(seen) == {"facts": "failed"}, "the model knows that item by its id"
    assert seen["facts"].text == (
        f"the catalogue has 325 of the 326 items of {build}; item 5001 is missing or broken. Such items are "
        f"not recommended. {AGAIN}"
    )


def test_a_catalogue_that_is_no_database(indexed, found, tmp_path):
    (tmp_path / "foreign.sqlite").write_bytes(b"no database at all, and long enough to be taken for one" * 9)
    seen = found(load_config(indexed, catalogue=f"sqlite:///{tmp_path / 'foreign.sqlite'}"))
    assert states(seen) == {"catalogue": "failed", "facts": "not checked", "history": "failed", "feedback": "failed"}
    assert "the file is not an SQLite database" in seen["catalogue"].text


def test_an_index_that_is_not_built_yet(indexed, found):
    seen = found(load_config(indexed, milvus={"collection": "others"}))
    assert (
        seen["index"].text == "collection 'others' holds no index yet. Build it with `towhee-recsys index -c CONFIG`."
    )


def test_an_index_without_items_is_a_warning(indexed, found, index):
    delete_items(indexed, index.store.ids(index.live().build).tolist())
    seen = found(indexed)
    assert states(seen) == {"index": "warning", "vectors": "warning"}
    assert "has no items, so nothing is recommended. Index with" in seen["index"].text
    assert "no items whose vectors could be checked" in seen["vectors"].text


def test_what_was_begun_and_not_ended_is_a_warning(indexed, found, index):
    live = index.live()
    build = start_build(index, "b" * 16, 8)
    index.store.write_record(replace(live, rows=325, pending=(5001,)).to_json())
    training = Path(f"{indexed.model.dir}.training")
    training.mkdir()
    (training / "checkpoint.npz").touch()
    seen = found(indexed)
    assert states(seen) == dict.fromkeys(("builds", "changes", "training"), "warning")
    assert seen["builds"].text.startswith(f"1 not finished: {build}. ")
    assert "`towhee-recsys index --gc`" in seen["builds"].text
    assert "addition or deletion of 1 items" in seen["changes"].text
    assert "the same command again" in seen["changes"].text
    assert f"{training.resolve() / 'checkpoint.npz'} exists" in seen["training"].text
    assert "`towhee-recsys train --fresh`" in seen["training"].text
    assert index.versions(newest=True).live.pending == (5001,), "the doctor changes nothing"


def test_feedback_is_counted_and_where_there_is_none_no_file_is_made(indexed, found, tmp_path):
    add_feedback(indexed, {"user_id": 10_001, "movie_id": 5001, "rating": 5})
    hide_items(indexed, [5002, 5003])
    assert found(indexed)["feedback"].text == f"of 1 users, 2 hidden items, in {indexed.catalogue}"
    other = tmp_path / "feedback.sqlite"
    seen = found(load_config(indexed, feedback=f"sqlite:///{other}"))
    assert (states(seen), other.exists()) == ({}, False)
    other.write_bytes(b"no database at all" * 100)
    seen = found(load_config(indexed, feedback=f"sqlite:///{other}"))
    assert states(seen) == {"feedback": "failed"}
    assert "name another file in `feedback`" in seen["feedback"].text


def test_a_history_that_is_missing(indexed, found, index, tmp_path):
    history = open_history(indexed.history_url)
    history.drop(index.live().build)
    seen = found(indexed)
    assert states(seen) == {"history": "failed"}
    assert all(part in seen["history"].text for part in (index.live().build, indexed.catalogue, "towhee-recsys index"))
    seen = found(load_config(indexed, history=f"sqlite:///{tmp_path / 'none.sqlite'}"))
    assert states(seen) == {"history": "failed"}
    assert not (tmp_path / "none.sqlite").exists()


@pytest.mark.parametrize("items", [0, -1, 10_001, 1.5, True, "5"])
def test_an_invalid_number_of_items(items, found):
    with pytest.raises(QueryError, match=r"is not acceptable: give a whole number from 1 to 10000\."):
        found("sample", items=items)
