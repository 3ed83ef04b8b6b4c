"""Model, index, facts and histories are published as one set; pipelines follow, or keep what they have."""

from __future__ import annotations

import shutil
import threading

import pytest

from towhee_recsys import index_pipeline, load_bundle, load_config, load_pipeline, recommend_pipeline
from towhee_recsys.bundle import replace_bundle
from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.errors import BundleError, IndexMismatchError, RecsysError, StoreError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.projection import open_projection
from towhee_recsys.stores.vectors import index_of

USER = {"user_id": 10001}


@pytest.fixture
def put(config):
    """Puts a model into `model.dir`, as a training does."""

    def put(model):
        replace_bundle(config.model.dir, lambda folder: shutil.copytree(model.directory, folder, dirs_exist_ok=True))

    return put


def answer(recommend, user=USER):
    return recommend(user).get()


def test_what_was_published_serves_until_the_next_indexing_whatever_is_trained(config, serve, put, models):
    serve(models[0])
    running = recommend_pipeline(config)
    of_the_first = answer(running)
    put(models[1])
    assert answer(running) == answer(recommend_pipeline(config)) == of_the_first
    shutil.rmtree(config.model.dir)
    assert answer(running) == answer(recommend_pipeline(config)) == of_the_first
    serve(models[1])
    assert answer(running) == answer(recommend_pipeline(config)) != of_the_first


def test_an_indexing_that_fails_changes_nothing(config, serve, put, models):
    serve(models[0])
    of_the_first = answer(recommend_pipeline(config))
    put(models[1])
    elsewhere = load_config(config, history="redis://127.0.0.1:1/0?timeout=1")
    with pytest.raises(RecsysError, match="the server cannot be reached"):
        index_pipeline(elsewhere)()
    assert answer(recommend_pipeline(config)) == of_the_first


def test_a_model_that_was_trained_again_during_the_indexing_is_not_published(config, serve, put, models):
    serve(models[0])
    put(models[1])
    indexing = index_pipeline(config)
    put(models[0])
    with pytest.raises(BundleError, match=rf"is {models[0].model_id}, but the vectors are of {models[1].model_id}"):
        indexing()
    assert index_of(config.milvus).live().model_id == models[0].model_id


def test_each_part_has_the_kept_builds_and_no_others(config, serve, models):
    builds = [serve(models[number % 2]) for number in range(4)]
    parts = open_catalogue(config.catalogue), open_history(config.history_url), open_projection(config.catalogue)
    assert [each.versions("items") for each in parts] == [sorted(builds[-2:])] * 3
    models_there = PublishedModels(config.model.dir)
    assert sorted(each.name for each in (models_there.folder / "builds").iterdir()) == sorted(builds[-2:])
    assert {each.name for each in models_there.folder.iterdir()} == {"builds", *(model.model_id for model in models)}


def test_a_pipeline_that_does_not_follow_keeps_its_model_as_long_as_its_build_is_kept(config, serve, models):
    serve(models[0])
    fixed = recommend_pipeline(load_config(config, follow=False))
    of_the_first = answer(fixed)
    serve(models[1])
    assert answer(fixed) == of_the_first
    serve(models[1])
    with pytest.raises(IndexMismatchError, match=f"is of model {models[1].model_id}"):
        answer(fixed)


def test_a_model_that_cannot_be_used_here_is_not_followed(config, serve, models, tmp_path, caplog):
    """As on another machine, which shares the index, and has a copy of the first model alone."""
    serve(models[0])
    shutil.copytree(config.model.dir, tmp_path / "elsewhere")
    running = recommend_pipeline(load_config(config, model={"dir": str(tmp_path / "elsewhere")}))
    of_the_first = answer(running)
    serve(models[1])
    assert [answer(running), answer(running)] == [of_the_first] * 2
    assert caplog.text.count("cannot be used here") == 1
    with pytest.raises(IndexMismatchError, match=f"{models[1].model_id}, which is not here"):
        recommend_pipeline(load_config(config, model={"dir": str(tmp_path / "elsewhere")}))


def test_a_model_that_arrives_later_is_followed_then(config, serve, models, tmp_path):
    serve(models[0])
    elsewhere = load_config(config, model={"dir": str(tmp_path / "elsewhere")})
    shutil.copytree(config.model.dir, elsewhere.model.dir)
    running = recommend_pipeline(elsewhere)
    serve(models[1])
    answer(running)
    copies = PublishedModels(elsewhere.model.dir).folder
    shutil.copytree(config.model.dir, copies / models[1].model_id)
    serve(models[1])  # now the build of the first model is gone
    assert answer(running) == answer(recommend_pipeline(config))


def test_the_same_model_is_published_again_and_again_under_a_running_pipeline(config, serve, models):
    build = serve(models[0])
    running = recommend_pipeline(config)
    for _ in range(3):
        build = serve(models[0])
    items = answer(running, {"age": 25, "liked": [5103]})[0]  # it reads the items' vectors now, for the first time
    assert len(items) == config.top_k
    assert index_of(config.milvus).live().build == build


def test_a_pipeline_that_begins_an_index_uses_the_trained_model(config, put, models, tmp_path):
    put(models[0])
    (tmp_path / "begin.yaml").write_text(
        """
input: item
steps:
  - {map: item -> vector, op: item_encoder, args: {model_dir: "${model.dir}"}}
  - {map: vector -> vector, op: normalize}
  - map: (item, vector) -> receipt
    op: milvus_insert
    args: {uri: "${milvus.uri}", collection: "${milvus.collection}", access: "${milvus.access}"}
output: receipt
""",
        encoding="utf-8",
    )
    receipt = load_pipeline(tmp_path / "begin.yaml", config)({"movie_id": 5001}).get()[0]
    assert receipt.model_id == models[0].model_id


def test_old_builds_that_cannot_be_dropped_do_not_make_a_publish_fail(config, serve, models, caplog):
    for model in (*models, models[0]):
        serve(model)
    index = index_of(config.milvus)
    drop = index.store.drop
    try:
        index.store.drop = lambda name: (_ for _ in ()).throw(StoreError("no more"))
        build = serve(models[1])
    finally:
        index.store.drop = drop
    assert index.live().build == build
    assert "`towhee-recsys index --gc` drops them: no more" in caplog.text
    answer(recommend_pipeline(config))


def test_a_pipeline_of_the_user_s_own_follows_too(config, serve, models, tmp_path):
    serve(models[0])
    (tmp_path / "own.yaml").write_text(
        """
input: user
steps:
  - {map: user -> vector, op: user_encoder, args: {model_dir: "${model.dir}"}}
  - {map: vector -> vector, op: normalize}
  - map: vector -> hits
    op: milvus_search
    args: {uri: "${milvus.uri}", collection: "${milvus.collection}", access: "${milvus.access}"}
output: hits
""",
        encoding="utf-8",
    )
    own = load_pipeline(tmp_path / "own.yaml", config)
    first = own({}).get()[0]
    second = serve(models[1])
    assert {hit.build for hit in own({}).get()[0]} == {second} != {hit.build for hit in first}


def test_answers_through_ten_retrainings(config, serve, models):
    """Each answer is that of one of the models, as a whole; none fails."""
    expected = []
    for model in models:
        serve(model)
        expected.append(answer(recommend_pipeline(config)))
    running, ended, answers = recommend_pipeline(config), threading.Event(), []

    def ask():
        while not ended.is_set():
            try:
                answers.append(answer(running))
            except Exception as error:
                answers.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(10):
        serve(models[number % 2])
    ended.set()
    for thread in threads:
        thread.join()
    assert [each for each in answers if each not in expected] == []
    assert len(answers) > 10
    assert answer(running) == expected[1]
    assert load_bundle(config.model.dir).model_id == models[1].model_id
