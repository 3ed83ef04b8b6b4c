"""Rollback to the previous build, its facts and its model, whatever was killed on the way."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from towhee_recsys import index_builds, index_pipeline, load_bundle, recommend_pipeline, rollback_index
from towhee_recsys.bundle import replace_bundle
from towhee_recsys.config import dump_config
from towhee_recsys.errors import IndexMismatchError, TrainingError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.training import restore_previous
from towhee_recsys.training.lock import training_lock


def state(config):
    """The model in place, and the live build, which must have its facts."""
    [live] = [each.build for each in index_builds(config) if each.live]
    assert open_catalogue(config.catalogue).count(live) == 326
    return load_bundle(config.model.dir).model_id, live


def test_model_facts_and_index_go_back_together(config, serve, models):
    first = serve(models[0])
    of_the_first = recommend_pipeline(config)({}).get()
    second = serve(models[1])
    running = recommend_pipeline(config)
    of_the_second = running({}).get()
    assert state(config) == (models[1].model_id, second)
    record = rollback_index(config)
    assert (record.build, record.model_id) == (first, models[0].model_id)
    assert state(config) == (models[0].model_id, first)
    assert recommend_pipeline(config)({}).get() == of_the_first
    assert running({}).get() == of_the_second, "who has loaded the other model goes on by its build"


def test_a_build_of_the_same_model_leaves_the_models_where_they_are(config, serve, models):
    serve(models[0])
    first = serve(models[1])
    index_pipeline(config)()
    assert rollback_index(config).build == first
    assert state(config)[0] == models[1].model_id


def test_stopped_between_model_and_index_all_answer_and_the_same_call_ends_it(config, serve, models):
    first = serve(models[0])
    of_the_first = recommend_pipeline(config)({}).get()
    serve(models[1])
    running = recommend_pipeline(config)
    of_the_second = running({}).get()
    restore_previous(config.model.dir, models[0].model_id)
    assert recommend_pipeline(config)({}).get() == of_the_first
    assert running({}).get() == of_the_second
    assert rollback_index(config).build == first
    assert state(config) == (models[0].model_id, first)
    assert recommend_pipeline(config)({}).get() == of_the_first


def test_without_its_model_nothing_is_touched(config, serve, models):
    first = serve(models[0])
    serve(models[1])
    shutil.rmtree(f"{config.model.dir}.previous")
    before = state(config)
    with pytest.raises(IndexMismatchError) as raised:
        rollback_index(config)
    message = str(raised.value)
    assert f"{first}, is of model {models[0].model_id}, which is in neither folder" in message
    assert f"(model.dir: {models[1].model_id}, model.dir.previous: none)" in message
    assert message.endswith(f"Put the folder of that model back into {config.model.dir}, or index again.")
    assert state(config) == before


def test_a_damaged_model_is_none(config, serve, models):
    serve(models[0])
    serve(models[1])
    weights = load_bundle(f"{config.model.dir}.previous").directory / "weights.npz"
    weights.write_bytes(b"damaged")
    with pytest.raises(IndexMismatchError, match=r"model\.dir\.previous: none\)"):
        rollback_index(config)
    assert weights.read_bytes() == b"damaged"


def test_while_a_training_holds_the_folder_nothing_is_touched(config, serve, models):
    serve(models[0])
    serve(models[1])
    before = state(config)
    with training_lock(config.model.dir), pytest.raises(TrainingError, match=r"another training into .* is running"):
        rollback_index(config)
    assert state(config) == before


def test_with_nothing_to_go_back_to(config, serve, models):
    serve(models[0])
    with pytest.raises(IndexMismatchError, match="keeps no build older than the live one"):
        rollback_index(config)
    assert state(config)[0] == models[0].model_id


def _copied(source, folder):
    shutil.copytree(source, folder, dirs_exist_ok=True)


@pytest.mark.slow
def test_killed_at_any_moment_it_answers_and_the_same_command_ends_it(config, models, tmp_path):
    """In processes of their own, for a Milvus Lite file is open in one at a time."""
    file, seconds = tmp_path / "config.yaml", random.Random(4)
    file.write_text(dump_config(config), encoding="utf-8")

    def command(*arguments):
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "towhee_recsys", *arguments, "-c", str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def done(*arguments):
        with command(*arguments) as process:
            out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    for _ in range(2):
        for model in models:
            replace_bundle(config.model.dir, partial(_copied, model.directory))
            done("index", "-q")
        began = time.monotonic()
        with command("index", "--rollback") as process:
            time.sleep(seconds.uniform(0.5, 4))
            process.send_signal(signal.SIGKILL)
            process.communicate()
        assert "Ids" in done("recommend", "-k", "3"), f"killed after {time.monotonic() - began} seconds"
        if json.loads(done("index", "--list", "--json"))["builds"][0]["model_id"] == models[1].model_id:
            done("index", "--rollback")
        assert models[0].model_id in done("recommend", "--json")
        assert "No check failed." in done("doctor")
