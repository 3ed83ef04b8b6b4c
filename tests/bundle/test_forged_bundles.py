"""Bundles whose files fit the manifest but not each other: refused on loading, or when an encoder is built."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.bundle.conftest import reseal
from towhee_recsys import load_bundle, train
from towhee_recsys.bundle import ItemEncoder, UserEncoder, popular_items
from towhee_recsys.bundle.paddle_model import paddle_model
from towhee_recsys.errors import BundleError

any_content = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["user", "item", "fitted", "columns", "values", "user_id"]), inner)
    ),
    max_leaves=10,
)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(BundleError) as raised:
        act()
    return str(raised.value)


def encoders(folder: Path) -> None:
    bundle = load_bundle(folder)
    UserEncoder(bundle)
    ItemEncoder(bundle)
    bundle.arrays("weights.npz")


def edit_features(folder: Path, side: str, column: str, values: list[str]) -> int:
    """Adds values to a vocabulary, and returns how many it has then."""
    path = folder / "features.json"
    features = json.loads(path.read_text(encoding="utf-8"))
    features[side]["fitted"][column]["values"] += values
    path.write_text(json.dumps(features), encoding="utf-8")
    return len(features[side]["fitted"][column]["values"])


@pytest.mark.parametrize(
    ("side", "column"), [("user", "user_id"), ("item", "movie_id"), ("item", "title"), ("item", "genres")]
)
def test_a_vocabulary_larger_than_the_weights(side, column, copy, seal):
    rows = edit_features(copy, side, column, ["one-more"]) + (2 if column == "title" else 1)
    seal()
    message = refused(lambda: encoders(copy))
    assert message.startswith(f"{copy / 'weights.npz'}: {side}_tower.inputs.")
    assert f"is float32[{rows - 1}, " in message
    assert f"; features.json and config.yaml ask for float32[{rows}, " in message
    assert message.endswith("]. Train again, or restore the folder.")


def test_a_vocabulary_smaller_than_what_is_known(copy, seal):
    path = copy / "features.json"
    features = json.loads(path.read_text(encoding="utf-8"))
    del features["user"]["fitted"]["user_id"]["values"][-9:]
    path.write_text(json.dumps(features), encoding="utf-8")
    seal()
    assert "weights.npz: user_tower.inputs.0.embedding.weight is " in refused(lambda: UserEncoder(load_bundle(copy)))


@pytest.mark.parametrize("line", ["extends: ../other.yaml", "extends: sample", "extends: /etc/hostname"])
def test_a_config_that_leads_out_of_the_folder(line, copy, seal):
    (copy.parent / "other.yaml").write_text("top_k: 3\n")
    with (copy / "config.yaml").open("a") as file:
        file.write(f"{line}\n")
    seal()
    message = refused(lambda: load_bundle(copy))
    assert f"{copy / 'config.yaml'} extends a file outside its folder" in message
    assert "Do not use" in message


def test_a_config_has_no_way_to_the_environment(copy, seal, monkeypatch):
    monkeypatch.setenv("SECRET", "12345")
    path = copy / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("name: own", 'name: "${env:SECRET}"'), encoding="utf-8")
    seal()
    assert load_bundle(copy).config.dataset.name == "${env:SECRET}"


def test_an_unreadable_config(copy, seal):
    (copy / "config.yaml").write_text("top_k: ten\n")
    seal()
    message = refused(lambda: load_bundle(copy))
    assert message.startswith(f"{copy / 'config.yaml'} is no config of a model: top_k: given 'ten'")
    assert message.endswith("Train again, or restore the folder.")


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff", b'{"user": 3, "item": {}}', b"[" * 100_000],
    ids=["empty", "no sides", "a list", "no text", "a number", "nested"],
)
def test_unreadable_vocabularies(content, copy, seal):
    (copy / "features.json").write_bytes(content)
    seal()
    assert refused(lambda: load_bundle(copy)).startswith(f"{copy / 'features.json'} has no vocabularies that fit ")


@any_content
@given(JSON)
def test_any_vocabularies(copy, seal, content):
    (copy / "features.json").write_text(json.dumps(content))
    seal()
    assert "has no vocabularies that fit" in refused(lambda: load_bundle(copy))


@pytest.mark.parametrize("changes", [{"mean": float("nan")}, {"deviation": 0}, {"mean": "1990"}], ids=str)
def test_numbers_that_are_no_numbers(changes, small_config, tmp_path):
    features = "[{kind: id, column: movie_id}, {kind: number, column: year}]"
    folder = train(small_config("training.epochs=1", f"features.item={features}")).directory
    path = folder / "features.json"
    fitted = json.loads(path.read_text(encoding="utf-8"))
    fitted["item"]["fitted"]["year"] |= changes
    path.write_text(json.dumps(fitted), encoding="utf-8")
    reseal(folder)
    assert "has no vocabularies that fit" in refused(lambda: load_bundle(folder))


@settings(any_content, max_examples=30)
@given(st.binary() | st.binary().map(b"PK\x03\x04".__add__), st.sampled_from(["known.npz", "weights.npz"]))
def test_any_bytes_in_place_of_arrays(copy, seal, content, name):
    whole = (copy / name).read_bytes()
    (copy / name).write_bytes(content)
    seal()
    assert f"{name} holds no plain arrays: " in refused(lambda: encoders(copy))
    (copy / name).write_bytes(whole)


@pytest.mark.parametrize(
    ("name", "array", "problem"),
    [
        ("user_tower.base_vector", None, "is missing; features.json and config.yaml ask for float32[6]"),
        (
            "rating_tower.biases.0.directions",
            np.zeros((1, 6)),
            "is float64[1, 6]; features.json and config.yaml ask for ",
        ),
        ("item_tower.inputs.2.convolution.bias", np.zeros(33, np.float32), "is float32[33]; features.json and config"),
        (
            "user_tower.inputs.1.embedding.weight",
            np.zeros((3, 6), np.int64),
            "is int64[3, 6]; features.json and config",
        ),
        ("item_tower.base_vector", np.full(6, np.nan, np.float32), "has numbers that are not finite"),
        ("rating_tower.base_vector", np.array([0, 0, 0, np.inf, 0, 0], np.float32), "has numbers that are not finite"),
    ],
)
def test_a_weight_that_is_not_as_it_must_be(name, array, problem, copy, seal):
    weights = load_bundle(copy).arrays("weights.npz")
    assert weights.pop(name) is not None
    np.savez(copy / "weights.npz", **(weights if array is None else weights | {name: array}))
    seal()
    for use in (encoders, lambda folder: paddle_model(load_bundle(folder))):
        message = refused(lambda use=use: use(copy))
        assert message.startswith(f"{copy / 'weights.npz'}: {name} {problem}")
        assert message.endswith(". Train again, or restore the folder.")


@pytest.mark.parametrize(
    ("line", "other"), [("tower: sum", "tower: joined"), ("window: 3", "window: 4"), ("filters: 32", "filters: 9")]
)
def test_a_config_of_another_model(line, other, copy, seal):
    text = (copy / "config.yaml").read_text(encoding="utf-8")
    assert line in text
    (copy / "config.yaml").write_text(text.replace(line, other), encoding="utf-8")
    seal()
    assert "; features.json and config.yaml ask for float32[" in refused(lambda: encoders(copy))


def test_arrays_of_another_model(copy, seal, small_bundle):
    stored = small_bundle.arrays("known.npz")
    for changes in ({"user.ids": np.arange(3)}, {"user.0": stored["user.0"][:-1]}, {"item.1": stored["item.2"]}):
        content = io.BytesIO()
        np.savez(content, **(stored | changes))
        (copy / "known.npz").write_bytes(content.getvalue())
        seal()
        assert refused(lambda: encoders(copy)).startswith(f"{copy / 'known.npz'} does not fit features.json.")


@pytest.mark.parametrize(
    "changes",
    [
        {"rating_map": None},
        {"rating_map": None, "calibration": None},
        {"rating_map": {"slope": float("nan"), "intercept": 3, "lowest": 1, "highest": 5}},
        {"items": None},
        {"items": {"id": "movie_id", "id_type": "uuid"}},
        {"items": {"id": "isbn", "id_type": "int"}},
        {"dataset": {"name": "own"}},
        {"trained_on": {}},
        {"trained_on": None},
        {"quality": {"kept_epoch": -1}},
        {"quality": {"kept_epoch": 1, "validation_rmse": "low"}},
        {"rating_map": {"slope": "1", "intercept": 3, "lowest": 1, "highest": 5}},
        {"quality": {}},
        {"quality": []},
        {"versions": None},
        {"versions": {}},
        {"dim": "8"},
        {"dim": None},
    ],
    ids=str,
)
def test_a_manifest_that_lacks_what_is_used_later(changes, copy, seal):
    seal(**changes)
    message = refused(lambda: load_bundle(copy))
    assert f"{copy / 'manifest.json'} is damaged" in message
    assert "Train again" in message


@any_content
@given(st.binary() | JSON.map(json.dumps).map(str.encode))
@example(b"[" * 100_000)
@example(b'{"format_version": 1e999}')
def test_any_bytes_in_place_of_the_manifest(copy, content):
    (copy / "manifest.json").write_bytes(content)
    assert "manifest.json" in refused(lambda: load_bundle(copy)) or b"format_version" in content


@any_content
@given(st.data())
def test_any_entry_of_the_manifest(copy, small_bundle, data):
    manifest = small_bundle.manifest.model_dump(mode="json")
    key = data.draw(st.sampled_from(sorted(manifest)))
    manifest[key] = data.draw(JSON)
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with suppress(BundleError):
        encoders(copy)


@pytest.mark.parametrize(
    ("forged", "fact"),
    [
        (None, "item.popularity is missing"),
        (np.zeros(3, np.float32), "item.popularity is float32[3]; float32[326] is expected"),
        (np.zeros(326), "item.popularity is float64[326]"),
        (np.full(326, np.nan, np.float32), "not finite, or below 0"),
        (np.full(326, -1, np.float32), "not finite, or below 0"),
    ],
)
def test_a_popularity_that_does_not_fit_the_items(forged, fact, copy, seal):
    with np.load(copy / "known.npz") as file:
        arrays = dict(file)
    arrays.pop("item.popularity")
    np.savez(copy / "known.npz", **arrays, **({} if forged is None else {"item.popularity": forged}))
    seal()
    message = refused(lambda: popular_items(load_bundle(copy)))
    assert message.startswith(f"{copy / 'known.npz'}: item.popularity")
    assert fact in message
    assert "Train again" in message


@pytest.mark.parametrize(
    ("array", "forged", "fact"),
    [
        ("user.compared", None, "is missing"),
        ("user.log_sums", None, "is missing"),
        ("user.log_sums", np.zeros(3, np.float32), "is float32[3]; float32[60] is expected"),
        ("user.log_sums", np.zeros(60), "is float64[60]; float32[60] is expected"),
        ("user.log_sums", np.full(60, np.nan, np.float32), "has numbers that are not finite"),
        ("user.compared", np.zeros((60, 1), np.int64), "is int64[60, 1]; int64[k] is expected"),
        ("user.compared", np.arange(60, dtype=np.int32), "is int32[60]; int64[k] is expected"),
        ("user.compared", np.arange(1, 61), "has rows that are not of the 60 known users"),
        ("user.compared", np.arange(-1, 59), "has rows that are not of the 60 known users"),
    ],
)
def test_compared_users_that_do_not_fit_the_known_ones(array, forged, fact, copy, seal):
    with np.load(copy / "known.npz") as file:
        arrays = dict(file)
    assert arrays.pop(array).shape == (60,)
    np.savez(copy / "known.npz", **arrays, **({} if forged is None else {array: forged}))
    seal()
    message = refused(lambda: UserEncoder(load_bundle(copy))({"liked": [5001]}))
    assert message.startswith(f"{copy / 'known.npz'}: {array} {fact}")
    assert message.endswith(". Train again, or restore the folder.")
