"""The benchmark of the examples: settings of peers are chosen without the test part, and the page has all figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import planted
from benchmarks.planted_page import shown
from towhee_recsys import read_dataset
from towhee_recsys.evaluation.baselines import SideInformation
from towhee_recsys.protocols.protocols import make_task

NOTHING = SideInformation(None, None)


def test_settings_of_peers_are_chosen_without_the_test_part(tmp_path: Path) -> None:
    config = planted.example("tracks", tmp_path)
    task = make_task(config.protocol, read_dataset(config.dataset), seed=1, validation=planted.VALIDATION)
    inner = planted.validation_task(task)
    assert np.array_equal(inner.train.users, task.train.users)
    assert np.array_equal(inner.train.items, task.train.items)
    assert np.array_equal(inner.test.items, task.validation.items)
    assert len(inner.validation) == 0
    [question] = inner.questions
    assert question.relevant.nnz == len(task.validation.take(task.validation.values >= task.liked))
    assert question.excluded.nnz <= len(task.train)


def test_a_peer_is_fitted_with_the_best_settings_of_its_grid(tmp_path: Path) -> None:
    config = planted.example("tracks", tmp_path)
    dataset = read_dataset(config.dataset)
    peer = planted.Peer("item_knn", {"neighbours": [1, 200], "shrinkage": [50]})
    assert planted.choose(peer, config, dataset, NOTHING) == {"neighbours": 200, "shrinkage": 50}
    assert planted.choose(planted.Peer("group_popularity"), config, dataset, NOTHING) is None
    assert planted.choose(planted.Peer("ials", library="no_such_library"), config, dataset, NOTHING) is None


def test_a_mean_has_its_deviation() -> None:
    assert shown([0.1, 0.2]) == "0.1500 ± 0.0707"
    assert shown([0.1]) == "0.1000"


@pytest.mark.slow
def test_the_page(tmp_path: Path) -> None:
    page = tmp_path / "planted.md"
    planted.main(["--only", "tracks", "--seeds", "1", "--work", str(tmp_path), "--write", str(page)])
    text = page.read_text(encoding="utf-8")
    [row] = [line for line in text.splitlines() if line.startswith("| [tracks]")]
    assert "500 × 432, 7,205" in row
    popularity, recent, knn = (float(cell) for cell in row.split("|")[4:7])
    assert 0 < min(popularity, recent) <= max(popularity, recent) < knn < float(row.split("|")[-2].strip(" *"))
