"""Loading a bundle that is unchanged, has been replaced, or is being replaced at this moment."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from towhee_recsys import load_bundle, train
from towhee_recsys.bundle import ItemEncoder, UserEncoder, popular_items
from towhee_recsys.errors import BundleError
from towhee_recsys.support.files import sha256


def test_an_unchanged_bundle_is_the_same_object_by_any_spelling_of_its_path(copy, monkeypatch):
    bundle = load_bundle(copy)
    monkeypatch.chdir(copy.parent)
    for path in (copy, str(copy), "model", "./model/", copy / ".." / "model"):
        assert load_bundle(path) is bundle


def test_a_retrained_bundle_is_a_new_object_and_the_old_one_says_so(small_config):
    config = small_config("training.epochs=1")
    old = train(config)
    encoder = UserEncoder(old)
    before = encoder({"age": 25})
    new = train(small_config("training.epochs=1", "seed=1"))
    assert load_bundle(config.model.dir) is new is not old
    assert old.model_id != new.model_id
    assert np.array_equal(encoder({"age": 25}), before), "what was loaded stays usable"
    with pytest.raises(BundleError, match=r"^the model in .* was replaced after it was loaded\. Load it again\.$"):
        popular_items(old)
    assert ItemEncoder(new).model.model_id == new.model_id


def test_a_bundle_that_is_replaced_while_it_is_read_is_the_old_one_or_the_new_one(
    copy, edit_manifest, small_bundle, small_config, tmp_path
):
    new = train(small_config("training.epochs=1", f"model.dir={tmp_path / 'new'}"))
    with (copy / "curves.png").open("ab") as file:
        file.truncate(1 << 28)  # it takes a while to read
    edit_manifest(files=small_bundle.manifest.files | {"curves.png": sha256(copy / "curves.png")})
    found = []
    reader = threading.Thread(target=lambda: found.append(load_bundle(copy).model_id))
    reader.start()
    reader.join(0.05)
    copy.rename(tmp_path / "old")
    new.directory.rename(copy)
    reader.join()
    assert found[0] in (small_bundle.model_id, new.model_id)
