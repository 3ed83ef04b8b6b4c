"""The benchmark of added items: what it hides is hidden from training, and its figures are those of the ranks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import added_items
from towhee_recsys import load_bundle
from towhee_recsys.bundle import UserEncoder
from towhee_recsys.model.embeddings import normalize

SMALL = ["training.epochs=1", "model.embedding_size=8", "training.device=cpu"]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("added")


@pytest.fixture(scope="module")
def found(work: Path) -> dict[str, Any]:
    return added_items.measured(added_items.load_config("sample", overrides=SMALL), work)


def keys(file: Path, field: int) -> list[bytes]:
    return [line.split(b"::")[field] for line in file.read_bytes().splitlines()]


def test_training_never_sees_the_hidden_items(found: dict[str, Any], work: Path) -> None:
    hidden, rest = set(keys(work / "hidden.dat", 0)), set(keys(work / "data" / "movies.dat", 0))
    assert (len(hidden), len(rest), len(hidden & rest)) == (found["hidden"], 326 - found["hidden"], 0)
    assert hidden.isdisjoint(keys(work / "data" / "ratings.dat", 1))
    known = load_bundle(work / "model").arrays("known.npz")["item.ids"].tolist()
    assert {key.encode() for key in known} == rest


def test_the_figures(found: dict[str, Any]) -> None:
    rows = found["rows"]
    assert rows["a random item"] == {"median rank": 163.5, "recall@100": 100 / 326, "recall@500": 1.0}
    for name in ("added, by content alone", "known to training"):
        assert 1 <= rows[name]["median rank"] <= 326
        assert 0 <= rows[name]["recall@100"] <= rows[name]["recall@500"] == 1.0
    medians = [item["median rank"] for item in found["each"]]
    assert medians == sorted(medians)
    assert sum(item["likings"] for item in found["each"]) == rows["added, by content alone"]["likings"]


def test_a_rank_is_a_place_among_all(work: Path, found: dict[str, Any]) -> None:
    bundle = load_bundle(work / "model")
    catalogue = dict(enumerate(np.random.default_rng(0).normal(size=(9, 8)).astype(np.float32)))
    users, items = np.array([10001, 10002, 10001]), np.array([3, 3, 8])
    scores = {
        key: np.asarray(normalize(UserEncoder(bundle)({"user_id": key}))) @ np.stack([*catalogue.values()]).T
        for key in (10001, 10002)
    }
    expected = [1 + sorted(-scores[user]).index(-scores[user][item]) for user, item in zip(users, items, strict=True)]
    assert added_items.ranks(bundle, catalogue, users, items).tolist() == expected


def test_what_the_places_come_to() -> None:
    places = added_items.figures(np.array([1, 100, 101, 501]))
    assert places == {"likings": 4, "median rank": 100.5, "recall@100": 0.5, "recall@500": 0.75}
    assert added_items.by_chance(50) == {"median rank": 25.5, "recall@100": 1.0, "recall@500": 1.0}


@pytest.mark.parametrize("as_json", [True, False])
def test_it_prints(found: dict[str, Any], as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(added_items, "measured", lambda config, work: found)
    added_items.main(["-c", "sample", *(["--json"] if as_json else [])])
    out = capsys.readouterr().out
    if as_json:
        assert json.loads(out) == found
    else:
        assert out.startswith(f"sample: {found['hidden']} of 326 items hidden from training, then added\n")
        assert "known to training" in out
        assert "Worst ranks" in out
