from __future__ import annotations

import json

import pandas as pd
import pytest

from towhee_recsys.config import load_config
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.compare import _must_have_same_data, compare
from towhee_recsys.metrics import paired_test


@pytest.fixture(scope="module")
def other(quick_config, tmp_path_factory):
    folder = tmp_path_factory.mktemp("other") / "model"
    return load_config(quick_config, overrides=["training.epochs=1", "seed=9"], **{"model.dir": str(folder)})


@pytest.fixture(scope="module")
def found(quick, quick_config, other):
    return compare([quick_config, other])


def test_the_json_form(found, quick, quick_config, other):
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert [*found] == ["protocol", "seed", "seeds", "ratings", "users", "removed", "models", "baselines"]
    assert [*found["models"]] == [quick_config.model.dir, other.model.dir]
    for figures in found["models"].values():
        assert [*figures] == ["model_id", "metrics", "intervals", "significance"]
    assert found["baselines"] == quick.baseline_metrics()


def test_all_are_measured_on_the_tasks_of_the_first(found, quick, quick_config, other):
    first, second = found["models"].values()
    assert first == quick.model_json("this model")
    assert found["seed"] == 42
    assert second["model_id"] != first["model_id"]


def test_the_others_are_tested_against_the_first(found, quick, quick_config):
    first, second = found["models"].values()
    test = second["significance"]["ndcg@10"]
    assert test["against"] == quick_config.model.dir
    assert test["difference"] == pytest.approx(second["metrics"]["ndcg@10"] - first["metrics"]["ndcg@10"])
    assert test.keys() - {"against"} <= paired_test([1, 2], [2, 2]).keys()


def test_what_cannot_be_compared(quick_config, other):
    def message(*configs):
        with pytest.raises(EvaluationError) as raised:
            compare(configs)
        return str(raised.value)

    assert message(quick_config) == "compare takes two configs or more; 1 given. Add another one."
    same = load_config(other, **{"model.dir": quick_config.model.dir + "/../model"})
    assert f"the same model.dir, {quick_config.model.dir}" in message(quick_config, same)
    elsewhere = load_config(other, overrides=["dataset.path=elsewhere", "dataset.encoding=utf-8"])
    elsewhere = load_config(elsewhere, **{"model.dir": "artifacts/elsewhere"})
    assert message(quick_config, elsewhere).startswith(
        f"{quick_config.model.dir} and artifacts/elsewhere are of different data: they differ in dataset.path, "
        "dataset.encoding."
    )


def test_data_frames_are_the_same_only_as_one_object(other):
    def config(folder, frame):
        declared = {"name": "shop", "interactions": {"user": "customer", "item": "sku"}}
        return load_config(dataset=declared, tables={"interactions": frame}, **{"model.dir": folder})

    orders = pd.DataFrame({"customer": ["c", "d"], "sku": ["x", "x"]})
    first, same, copied = config("a", orders), config("b", orders), config("c", orders.copy())
    _must_have_same_data("a", "b", {"a": first, "b": same})
    with pytest.raises(EvaluationError, match=r"they differ in dataset\.tables"):
        compare([first, copied])
