"""Rollback to the previous build, its facts, its histories and its model, in one step."""

from __future__ import annotations

import json
import random
import shutil
import sys
import time
from functools import partial

import pytest

from tests.forked_commands import ForkedCommands, kill
from towhee_recsys import index_builds, index_pipeline, load_bundle, recommend_pipeline, rollback_index
from towhee_recsys.bundle import replace_bundle
from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.config import dump_config
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import publish


def state(config):
    """The live build, which must have all its parts, and its model."""
    [live] = [each for each in index_builds(config) if each.live]
    assert open_catalogue(config.catalogue).count(live.build) == 326
    assert open_history(config.history_url).count(live.build) == 60
    assert load_bundle(live.model_in).model_id == live.model_id
    return live.model_id, live.build


def test_all_parts_go_back_together_and_running_pipelines_follow(config, serve, models):
    first = serve(models[0])
    of_the_first = recommend_pipeline(config)({}).get()
    second = serve(models[1])
    running = recommend_pipeline(config)
    of_the_second = running({}).get()
    assert state(config) == (models[1].model_id, second)
    record = rollback_index(config)
    assert (record.build, record.model_id) == (first, models[0].model_id)
    assert state(config) == (models[0].model_id, first)
    assert recommend_pipeline(config)({}).get() == running({}).get() == of_the_first != of_the_second
    assert load_bundle(config.model.dir).model_id == models[1].model_id, "the model that was trained last stays"


def test_a_build_of_the_same_model(config, serve, models):
    serve(models[0])
    first = serve(models[1])
    index_pipeline(config)()
    assert rollback_index(config).build == first
    assert state(config) == (models[1].model_id, first)


@pytest.mark.parametrize("part", ["model", "history", "catalogue"])
def test_without_one_of_its_parts_nothing_is_changed(config, serve, models, part):
    first = serve(models[0])
    serve(models[1])
    if part == "model":
        shutil.rmtree(PublishedModels(config.model.dir).folder / models[0].model_id)
    elif part == "history":
        open_history(config.history_url).drop(first)
    else:
        open_catalogue(config.catalogue).drop(first)
    before = state(config)
    with pytest.raises(IndexMismatchError, match=rf"{first}\. The live index is as it was"):
        rollback_index(config)
    assert state(config) == before


def test_with_nothing_to_go_back_to(config, serve, models):
    serve(models[0])
    with pytest.raises(IndexMismatchError, match="keeps no build older than the live one"):
        rollback_index(config)
    assert state(config)[0] == models[0].model_id


def test_a_clock_that_was_set_back_between_two_indexings_changes_no_order(config, serve, models, monkeypatch):
    first = serve(models[0])
    monkeypatch.setattr(sys.modules[publish.__module__], "now", lambda: "1999-01-01T00:00:00.000000+00:00")
    serve(models[1])
    assert rollback_index(config).build == first


def _copied(source, folder):
    shutil.copytree(source, folder, dirs_exist_ok=True)


@pytest.mark.slow
def test_killed_at_any_moment_it_answers_and_the_same_command_completes_it(config, models, tmp_path):
    """In processes of their own, for a Milvus Lite file is open in one at a time."""
    file, draw, commands = tmp_path / "config.yaml", random.Random(4), ForkedCommands(tmp_path)
    file.write_text(dump_config(config), encoding="utf-8")

    def done(*arguments):
        return commands.run(*arguments, "-c", str(file))

    undisturbed = None
    for _ in range(3):
        for model in models:
            replace_bundle(config.model.dir, partial(_copied, model.directory))
            done("index", "-q")
        moment = draw.uniform(0, undisturbed) if undisturbed else None
        process = commands.start("index", "--rollback", "-c", str(file))
        if moment:
            time.sleep(moment)
            kill(process, with_its_group=False)
        ended = commands.wait()
        undisturbed = undisturbed or ended.seconds
        assert "Ids" in done("recommend", "-k", "3").out, f"killed after {moment} seconds"
        if json.loads(done("index", "--list", "--json").out)["builds"][0]["model_id"] == models[1].model_id:
            done("index", "--rollback")
        assert models[0].model_id in done("recommend", "--json").out
        assert "No check failed." in done("doctor").out
    commands.close()
