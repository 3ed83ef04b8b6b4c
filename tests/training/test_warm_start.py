"""Training that starts from the model in `model.dir`, on data that have grown since."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from towhee_recsys import evaluate, load_bundle, load_config, train
from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.data import read_dataset, records
from towhee_recsys.errors import BundleError, TrainingError
from towhee_recsys.features import Vocabulary
from towhee_recsys.features.text import TextColumn, TextFeature
from towhee_recsys.metrics import rmse
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.model.paddle.fusion import build_model
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.training.examples import encode
from towhee_recsys.training.training_split import everything
from towhee_recsys.training.warm_start import kept_states, start_from

NEW_USER, NEW_ITEM = 10999, 5999


@pytest.fixture(scope="module")
def grown(small_data, tmp_path_factory) -> Path:
    """The small data with a user and an item more: the item's genre is new, and so are words of its title."""
    folder = tmp_path_factory.mktemp("grown")
    more = {
        "users.dat": f"{NEW_USER}::F::25::12::00000\n",
        "movies.dat": f"{NEW_ITEM}::Brand New Wording (2031)::Cooking|Drama\n",
        "ratings.dat": "".join(f"{user}::{NEW_ITEM}::5::999999999\n" for user in (*range(10001, 10031), NEW_USER)),
    }
    for name, lines in more.items():
        (folder / name).write_bytes((small_data / name).read_bytes() + lines.encode())
    return folder


def history(bundle) -> list[dict[str, float]]:
    return json.loads((bundle.directory / "history.json").read_text(encoding="utf-8"))


FEATURES = {
    "user": [{"kind": "id", "column": "user_id"}, {"kind": "category", "column": "age"}, {"kind": "history"}],
    "item": [
        {"kind": "number", "column": "year", "knots": 4},
        {"kind": "categories", "column": "genres"},
        {"kind": "text", "column": "title"},
        {"kind": "id", "column": "movie_id"},
    ],
}


@pytest.mark.parametrize("tower", ["sum", "joined"])
def test_before_any_step_known_records_have_the_vectors_of_the_parent(tower, small_config, grown):
    config = load_config(small_config(f"model.tower={tower}", "training.epochs=2"), features=FEATURES)
    parent = train(config, final=True)
    dataset = read_dataset(load_config(config, **{"dataset.path": str(grown)}).dataset)
    examples = encode(dataset, everything(dataset), config.features, kept_states(parent))
    model = build_model(examples.users, examples.items, config.model, config.objective, seed=1)
    start_from(parent, model, examples)
    with paddle.no_grad():
        items = model.item_tower([paddle.to_tensor(array) for array in examples.item_arrays]).numpy()
        people = [paddle.to_tensor(array) for array in examples.user_arrays]
        users, raters = model.user_tower(people).numpy(), model.rating_tower(people).numpy()
    known = [item for item in records(dataset.items) if item["movie_id"] != NEW_ITEM]
    assert items[:-1] == pytest.approx(np.asarray(ItemEncoder(parent)(known)), abs=1e-5)
    expected = UserEncoder(parent)([{"user_id": key} for key in range(10031, 10061)])  # they rated nothing new
    assert users[30:60] == pytest.approx(np.asarray(expected), abs=1e-5)
    assert raters[30:60] == pytest.approx(expected.rating, abs=1e-5)
    assert np.abs(items[-1]).max() > 0
    assert examples.items.columns[0].state == parent.items.columns[0].state
    assert str(NEW_ITEM) in examples.items.columns[3].vocabulary


def test_it_learns_what_is_new_and_keeps_what_it_knew(small_config, grown):
    config = small_config("training.epochs=12")
    parent = train(config, final=True)
    earlier = history(parent)
    rated = (*range(10001, 10031), NEW_USER)

    def predicted(bundle):
        item = np.asarray(normalize(ItemEncoder(bundle)({"movie_id": NEW_ITEM, "genres": ["Drama"]})))
        vectors = normalize(UserEncoder(bundle)([{"user_id": user, "age": 25} for user in rated]))
        return bundle.calibration.ratings(np.asarray(vectors.rating) @ item)

    before = predicted(parent)
    later = load_config(config, **{"dataset.path": str(grown)})
    child = train(later, final=True, warm_start=True)
    assert child.directory == parent.directory
    assert child.model_id != parent.model_id
    assert child.manifest.trained_on["continues"] == parent.model_id
    assert child.manifest.trained_on["protocol"] == "everything"
    assert [line["epoch"] for line in history(child)] == [1, 2, 3], "a quarter of twelve"
    assert history(child)[0]["learning_rate"] == pytest.approx(config.training.learning_rate / 3)
    assert child.calibration == parent.calibration
    assert child.manifest.rating_map == parent.manifest.rating_map
    assert child.quality == {"kept_epoch": 3}
    assert history(child)[0]["training_rmse"] < earlier[0]["training_rmse"] - 0.1
    assert rmse(predicted(child), np.full(31, 5.0)) < rmse(before, np.full(31, 5.0)) - 0.05


def test_it_has_no_validation_part_that_its_parent_may_have_seen(small_config, grown):
    config = small_config("training.patience=1")
    parent = train(config)
    child = train(load_config(config, **{"dataset.path": str(grown)}), warm_start=True)
    assert "validation_rmse" in parent.quality
    assert child.quality == {"kept_epoch": 1}, "a quarter of four"
    assert child.manifest.trained_on["protocol"] == config.protocol


def test_epochs_and_learning_rate_can_be_set(small_config):
    config = small_config("training.epochs=1")
    parent = train(config)
    own = load_config(config, **{"training.continue_epochs": 2, "training.continue_learning_rate": 0.003})
    child = train(own, warm_start=True)
    assert [(line["epoch"], line["learning_rate"]) for line in history(child)] == [(1, 0.003), (2, 0.003)]
    assert child.config.training.epochs == 1
    assert train(own, fresh=True).model_id == parent.model_id, "another training does not depend on them"


def test_without_a_model_it_says_how_to_train_one(small_config, tmp_path):
    with pytest.raises(BundleError, match=r"no trained model .* Train one"):
        train(small_config(), warm_start=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("overrides", "facts"),
    [
        (["model.embedding_size=16"], ["model.embedding_size: the model has 8, given 16."]),
        (["model.tower=joined"], ["model.tower: the model has sum, given joined."]),
        (["objective=rating"], ["objective: the model has both, given rating."]),
        (["model.rating_map.slope=2"], ["model.rating_map", "'slope': None", "'slope': 2"]),
        (["dataset.interactions.scale=[0, 5]"], ["dataset.interactions.scale: the model has [1.0, 5.0], given [0.0"]),
        (
            ["features.user=[{kind: id, column: user_id}]", "model.embedding_size=16"],
            [
                "- features.user[1]: the model has {'kind': 'category', 'column': 'gender'",
                "given nothing",
                "- model.emb",
            ],
        ),
    ],
    ids=["size", "tower", "objective", "rating map", "scale", "features"],
)
def test_what_would_change_the_meaning_of_the_weights_is_refused(
    overrides, facts, small_config, small_bundle, tmp_path
):
    shutil.copytree(small_bundle.directory, tmp_path / "model")
    with pytest.raises(TrainingError) as caught:
        train(small_config(*overrides), warm_start=True)
    common = [
        f"cannot continue from the model {small_bundle.model_id}",
        "Accepted: the settings of the model",
        "--continue",
    ]
    assert [fact for fact in (*facts, *common) if fact not in str(caught.value)] == []
    assert load_bundle(tmp_path / "model").model_id == small_bundle.model_id


def test_it_is_not_measured_on_a_test_part_that_its_parent_may_have_seen(small_config, caplog):
    config = small_config("training.epochs=1")
    parent = train(config)
    child = train(config, warm_start=True)
    measured = evaluate(config)
    assert measured["model_id"] == parent.model_id != child.model_id  # trained again, from nothing
    assert f"continues {parent.model_id}, which may have seen what it is tested on" in caplog.text
    assert Path(f"{config.model.dir}.{config.protocol}-{config.seed}").is_dir()


def test_rows_are_found_by_their_values():
    feature = TextFeature(column="title")
    old, new = (TextColumn(feature, {"values": Vocabulary(words).values}) for words in (["b", "c"], ["a", "b", "dd"]))
    assert new.rows_in(old).tolist() == [0, 1, -1, 2, -1]
    assert old.rows_in(new).tolist() == [0, 1, 3, -1]
