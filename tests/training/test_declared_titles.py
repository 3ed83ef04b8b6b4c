"""A title that has codes, or is a list, is read once, as what it is declared to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from towhee_recsys import load_config, train
from towhee_recsys.bundle import ItemEncoder


@pytest.mark.parametrize(
    ("declared", "title", "kind"),
    [({"codes": {"name": {"names": {1: "one", 2: "two"}}}}, "1", "text"), ({"lists": {"name": "|"}}, ["1"], "texts")],
)
def test_it_trains_with_the_default_features(tmp_path: Path, declared: Any, title: Any, kind: str) -> None:
    rows = "".join(f"u{user},s{(user + step) % 6}\n" for user in range(8) for step in range(3))
    (tmp_path / "plays.csv").write_text(f"user,song\n{rows}")
    (tmp_path / "songs.csv").write_text("song,name\n" + "".join(f"s{item},{item % 2 + 1}\n" for item in range(6)))
    config = load_config(
        dataset={
            "name": "songs",
            "path": str(tmp_path),
            "items": {"path": "songs.csv", "id": "song", "title": "name", **declared},
            "interactions": {"path": "plays.csv", "user": "user", "item": "song"},
        },
        model={"dir": str(tmp_path / "model"), "embedding_size": 8},
        training={"epochs": 1, "batch_size": 4, "device": "cpu"},
    )
    bundle = train(config)
    assert bundle.item_schema.facts == {"name": kind}
    vector = np.asarray(ItemEncoder(bundle)({"song": "new", "name": title}))
    assert vector.shape == (8,)
    assert np.isfinite(vector).all()
