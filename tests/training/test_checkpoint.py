from __future__ import annotations

import io
import pickle

import numpy as np
import pytest

from towhee_recsys.support.files import write_file
from towhee_recsys.training import checkpoint as module
from towhee_recsys.training.checkpoint import Checkpoint
from towhee_recsys.training.folders import work_dir
from towhee_recsys.training.validated import settings

RECORD = {"protocol": "rating-90-10", "seed": 42, "fingerprint": "fingerprint"}
STATE = {
    "weights": {"a.b": np.arange(3.0, dtype=np.float32)},
    "kept": {"a.b": np.zeros((2, 2), dtype=np.float32)},
    "optimizer": {"a.b_moment_0": np.ones(1, dtype=np.float32)},
    "history": [{"epoch": 1, "loss": 0.1 + 0.2}],
}


def of(config, record=RECORD) -> Checkpoint:
    return Checkpoint(work_dir(config.model.dir), record, settings(config), config.seed)


@pytest.fixture
def checkpoint(small_config) -> Checkpoint:
    return of(small_config())


class Canary:
    """Unpickled, it writes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_what_was_written_is_read(checkpoint):
    assert checkpoint.read() is None
    checkpoint.write(STATE, seconds=1)
    read = checkpoint.read()
    assert read["history"] == STATE["history"]
    for group in ("weights", "kept", "optimizer"):
        assert list(read[group]) == list(STATE[group])
        assert all(np.array_equal(read[group][name], array) for name, array in STATE[group].items())


def test_one_file_replaces_the_other(checkpoint):
    checkpoint.write(STATE, seconds=1)
    checkpoint.write(STATE | {"history": []}, seconds=1)
    assert checkpoint.read()["history"] == []
    assert [path.name for path in checkpoint.folder.iterdir()] == ["checkpoint.npz"]


def test_removed_it_is_gone_and_removing_it_twice_is_fine(checkpoint):
    checkpoint.write(STATE, seconds=1)
    checkpoint.remove()
    checkpoint.remove()
    assert checkpoint.read() is None
    assert list(checkpoint.folder.iterdir()) == []


def test_it_belongs_to_one_config_and_one_dataset(checkpoint, small_config):
    checkpoint.write(STATE, seconds=1)
    for other in ({"protocol": "everything"}, {"protocol": "temporal"}, {"seed": 1}, {"fingerprint": "other"}):
        assert of(small_config(), RECORD | other).read() is None, other
    changes = ["seed=1", "objective=rating", "training.batch_size=17", "training.temperature=0.3"]
    changes += ["training.validation=0.2", "model.rating_map.slope=1.5", "model.tower=joined", "training.item_decay=3"]
    for change in changes:
        assert of(small_config(change)).read() is None, change
    longer = small_config(
        *(
            "training.epochs=99",
            "training.learning_rate=0.5",
            "training.warmup_steps=7",
            "training.patience=1",
            "top_k=3",
        )
    )
    assert of(longer).read() is not None


class Clock:
    """A clock that advances by so many seconds whenever something is written."""

    def __init__(self, a_write: float):
        self.now, self.a_write, self.writes = 0.0, a_write, 0

    def monotonic(self) -> float:
        return self.now

    def write_file(self, path, write) -> None:
        self.now += self.a_write
        self.writes += 1
        write_file(path, write)


@pytest.mark.parametrize(("a_write", "writes"), [(0.0, 30), (0.05, 30), (1.0, 4), (100.0, 1)])
def test_writing_takes_a_tenth_of_the_time_at_most_but_the_first_epoch_is_kept(
    checkpoint, monkeypatch, a_write, writes
):
    clock = Clock(a_write)
    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(module, "write_file", clock.write_file)
    kept = []
    for epoch in range(1, 31):
        history = [{"epoch": number} for number in range(1, epoch + 1)]
        checkpoint.write(STATE | {"history": history}, seconds=1.0)
        assert len(checkpoint.read()["history"]) == checkpoint.epoch <= epoch
        kept.append(checkpoint.epoch)
    assert clock.writes == writes == len(set(kept))
    assert kept[0] == 1
    assert clock.writes * a_write <= 0.1 * 30 + a_write


def test_a_cut_file_is_no_state(checkpoint):
    checkpoint.write(STATE, seconds=1)
    whole = checkpoint.path.read_bytes()
    for size in [0, 1, 4, *range(10, len(whole), 97), len(whole) - 1]:
        checkpoint.path.write_bytes(whole[:size])
        assert checkpoint.read() is None, size


def test_a_flipped_bit_gives_no_state_or_the_same(checkpoint):
    checkpoint.write(STATE, seconds=1)
    whole = checkpoint.path.read_bytes()
    for position in range(0, len(whole), 41):
        flipped = bytes([whole[position] ^ 4])
        checkpoint.path.write_bytes(whole[:position] + flipped + whole[position + 1 :])
        read = checkpoint.read()
        assert read is None or str(read) == str(STATE), position


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
