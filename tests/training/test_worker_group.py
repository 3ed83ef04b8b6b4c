"""The parts of a block that workers compute add up to the whole block; what they share is the same in all of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from towhee_recsys.training.shared_arrays import share
from towhee_recsys.training.trainer import Trainer
from towhee_recsys.training.worker_group import ALONE, WorkerGroup


def passes(trainer: Trainer, group: WorkerGroup) -> Iterator[tuple[float, dict[str, float], np.ndarray]]:
    """For the first and the last block of an epoch a worker's share, losses and gradients; the model does not move."""
    rng = np.random.default_rng(1)
    for feature in trainer.cached.values():
        feature.refresh()
    optimizer = trainer.optimizer
    blocks = list(trainer.blocks(rng))
    for block in (blocks[0], blocks[-1]):
        part = group.part(block)
        losses = trainer.backward(block, part, rng)
        gradients = [*(each.grad for each in optimizer._dense), *(rows.gradient for _, rows in optimizer._tables())]
        yield part.share, losses, np.concatenate([each.numpy().reshape(-1) for each in gradients])
        optimizer.clear_grad()


@pytest.mark.parametrize("are_lazy", [False, True])
@pytest.mark.parametrize(
    ("workers", "settings"),
    [(2, []), (3, ["training.batch_size=7"]), (5, ["training.batch_size=4"]), (2, ["training.sampled_items=9"])],
    ids=["two", "unequal", "more workers than users", "sampled items"],
)
def test_the_parts_add_up_to_the_block(make, workers, settings, are_lazy, request):
    if are_lazy:
        request.getfixturevalue("all_lazy")
    whole = list(passes(make(*settings), ALONE))
    parts = [list(passes(make(*settings), WorkerGroup(rank, workers, 1))) for rank in range(workers)]
    for (one, losses, gradients), *own in zip(whole, *parts, strict=True):
        assert one == 1
        assert sum(share for share, _, _ in own) == pytest.approx(1)
        for name, loss in losses.items():
            assert sum(share * each[name] for share, each, _ in own) == pytest.approx(loss, rel=1e-5), name
        found = sum(share * each for share, _, each in own)
        assert found == pytest.approx(gradients, rel=1e-3, abs=1e-5 * float(np.abs(gradients).max()))


def test_a_value_is_read_with_its_arrays_in_the_file(tmp_path):
    arrays = {
        "numbers": np.arange(6, dtype=np.int32).reshape(2, 3),
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "none": np.zeros(0, dtype=np.float32),
        "repeated": np.broadcast_to(np.int64(7), 1_000_000),
        "texts": np.array(["a", "bc"]),
        "objects": np.array([[1], []], dtype=object),
    }
    shared = share({"arrays": arrays, "name": "x"}, tmp_path / "file")
    assert len(shared.head) < 2000
    first, second = shared.read(), shared.read()
    assert first["name"] == "x"
    for name, array in arrays.items():
        assert first["arrays"][name].dtype == array.dtype
        assert np.array_equal(first["arrays"][name], array), name
    first["arrays"]["numbers"][0, 0] = 9
    assert second["arrays"]["numbers"][0, 0] == shared.read()["arrays"]["numbers"][0, 0] == 0
