"""The benchmark of feedback on a few users of the sample."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import feedback
from towhee_recsys import read_dataset


@pytest.fixture(scope="module")
def whole(sample_config):
    return read_dataset(sample_config.dataset)


def test_what_is_replayed_is_held_out_and_nobody_is_chosen_by_who_is_reported(whole):
    held_out = feedback.drawn(whole, seed=1)
    given = whole.interactions
    known, new = (set(given.users[rows].tolist()) for rows in held_out.values())
    assert len(known) == len(new) == 60
    assert not known & new
    assert set(np.flatnonzero(np.isin(given.users, list(new))).tolist()) == set(held_out["new"].tolist())
    parts = [feedback.replay(whole, held_out["known"], True, part, 100, seed=1) for part in (0, 1)]
    people = [{record["user_id"] for record in part.records} for part in parts]
    assert not people[0] & people[1]
    for seen, events in zip(parts[0].seen, parts[0].events, strict=True):
        assert not set(seen.tolist()) & {item for item, _ in events}
        assert 0 < len(events) <= feedback.REPLAYED


def test_the_figures_of_a_few_users(tmp_path, capfd):
    small = ["training.epochs=1", "model.embedding_size=8", "training.device=cpu"]
    options = [part for each in small for part in ("--set", each)]
    feedback.main(["-c", "sample", *options, "--work", str(tmp_path), "--users", "4", "--json"])
    found = json.loads(capfd.readouterr().out)
    assert list(found) == ["known", "new"]
    for result in found.values():
        assert result["users"] == 4
        assert result["ratings"] > 4
        assert all(0 <= value <= 1 for pair in result["ndcg@10"].values() for value in pair.values())
    feedback.main(["-c", "sample", *options, "--work", str(tmp_path), "--users", "2"])
    assert "NDCG@10 of the next liked item" in capfd.readouterr().out
    feedback.main(["-c", "sample", *options, "--work", str(tmp_path), "--users", "4", "--choose", "--ratings", "10"])
    printed = capfd.readouterr().out
    assert all(f"NDCG@10 of liked items by {name}" in printed for name in feedback.TRIED)
    assert "+0.0000 ± 0.0000" in printed, "the constants as they are differ from themselves by nothing"
