from __future__ import annotations

import io
import pickle

import numpy as np
import pytest

from towhee_recsys.training.checkpoint import Checkpoint

STATE = {
    "weights": {"a.b": np.arange(3.0, dtype=np.float32)},
    "best": {"a.b": np.zeros((2, 2), dtype=np.float32)},
    "optimizer": {"a.b_moment_0": np.ones(1, dtype=np.float32)},
    "history": [{"epoch": 1, "loss": 0.1 + 0.2}],
}


@pytest.fixture
def checkpoint(small_config) -> Checkpoint:
    return Checkpoint(small_config(), "fingerprint")


class Canary:
    """Unpickled, it writes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_what_was_written_is_read(checkpoint):
    assert checkpoint.read() is None
    checkpoint.write(STATE)
    read = checkpoint.read()
    assert read["history"] == STATE["history"]
    for group in ("weights", "best", "optimizer"):
        assert list(read[group]) == list(STATE[group])
        assert all(np.array_equal(read[group][name], array) for name, array in STATE[group].items())


def test_one_file_replaces_the_other(checkpoint):
    checkpoint.write(STATE)
    checkpoint.write(STATE | {"history": []})
    assert checkpoint.read()["history"] == []
    assert [path.name for path in checkpoint.folder.iterdir()] == ["checkpoint.npz"]


def test_removed_it_is_gone_and_removing_it_twice_is_fine(checkpoint):
    checkpoint.write(STATE)
    checkpoint.remove()
    checkpoint.remove()
    assert checkpoint.read() is None
    assert list(checkpoint.folder.iterdir()) == []


def test_it_belongs_to_one_config_and_one_dataset(checkpoint, small_config):
    checkpoint.write(STATE)
    assert Checkpoint(small_config(), "other").read() is None
    for change in ("seed=1", "training.batch_size=17", "training.test=0.2", "model.rating_map.slope=1.5"):
        assert Checkpoint(small_config(change), "fingerprint").read() is None, change
    longer = small_config("training.epochs=99", "training.learning_rate=0.5", "training.patience=1", "top_k=3")
    assert Checkpoint(longer, "fingerprint").read() is not None


def test_a_cut_file_is_no_state(checkpoint):
    checkpoint.write(STATE)
    whole = checkpoint.path.read_bytes()
    for size in [0, 1, 4, *range(10, len(whole), 97), len(whole) - 1]:
        checkpoint.path.write_bytes(whole[:size])
        assert checkpoint.read() is None, size


def test_a_flipped_bit_gives_no_state_or_the_same(checkpoint):
    checkpoint.write(STATE)
    whole = checkpoint.path.read_bytes()
    for place in range(0, len(whole), 41):
        checkpoint.path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        read = checkpoint.read()
        assert read is None or str(read) == str(STATE), place


def test_other_files_are_no_state_and_pickles_are_not_run(checkpoint, tmp_path):
    array, header = io.BytesIO(), io.BytesIO()
    np.save(array, np.zeros(3))
    np.savez(header, header=np.frombuffer(b"[]", dtype=np.uint8))
    pickled = io.BytesIO()
    np.savez(pickled, header=np.array([Canary(tmp_path / "canary")], dtype=object))
    for content in (
        b"garbage",
        b"PK\x03\x04",
        array.getvalue(),
        header.getvalue(),
        pickled.getvalue(),
        pickle.dumps(Canary(tmp_path / "canary")),
    ):
        checkpoint.folder.mkdir(exist_ok=True)
        checkpoint.path.write_bytes(content)
        assert checkpoint.read() is None
    assert not (tmp_path / "canary").exists()
