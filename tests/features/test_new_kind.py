"""A new kind of feature is a file and a line: it is declared, trained, saved, loaded and answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TRAIN = """
import json, sys
import tests.features.flag_kind  # before the config, whose schema is made of the kinds
import numpy as np
from towhee_recsys import load_bundle, load_config, train
from towhee_recsys.bundle import ItemEncoder
from towhee_recsys.bundle.paddle_model import paddle_model
from towhee_recsys.config import config_schema
from towhee_recsys.model.paddle.quiet import paddle

data, model, tower = sys.argv[1:]
features = {"item": [{"kind": "id", "column": "movie_id"}, {"kind": "flag", "column": "year", "least": 1990}]}
training = {"epochs": 2, "batch_size": 16, "device": "cpu"}
config = load_config(
    dataset={"name": "own", "path": data},
    features=features,
    model={"dir": model, "embedding_size": 8, "tower": tower},
    training=training,
)
train(config)
bundle = load_bundle(model)
records = [{"year": 1989}, {"year": 1990}, {}]
vectors = np.asarray(ItemEncoder(bundle)(records))
with paddle.no_grad():
    arrays = [paddle.to_tensor(array) for array in bundle.items.encode(records)]
    expected = paddle_model(bundle).item_tower(arrays).numpy()
print(json.dumps({
    "same": bool(np.allclose(vectors, expected, atol=1e-5)),
    "distinct": len(np.unique(vectors.round(5), axis=0)),
    "schema": "FlagFeature" in config_schema()["$defs"],
}))
"""


@pytest.mark.parametrize("tower", ["sum", "joined"])
def test_a_kind_of_one_s_own_is_trained_and_answers(tower, small_data, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TRAIN, str(small_data), str(tmp_path / "model"), tower],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"same": True, "distinct": 3, "schema": True}
