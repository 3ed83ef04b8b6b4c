"""Negative events and time decay on planted data: half the songs are of a listener's kind, half of the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from towhee_recsys import load_config, train
from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.data import read_dataset
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.training.examples import encode
from towhee_recsys.training.training_split import everything

LISTENERS, SONGS = 80, 40
DAY = 86_400


def events(other: list[tuple[str, int]]) -> pd.DataFrame:
    """Each listener plays eight songs of the own kind on day 100; with eight of the other kind happens `other`."""
    random, rows = np.random.default_rng(5), []
    for listener in range(LISTENERS):
        for kind, happens in ((listener % 2, [("play", 100)]), (1 - listener % 2, other)):
            for song in random.choice(SONGS // 2, 8, replace=False):
                rows += [(f"u{listener}", f"s{2 * song + kind}", what, day * DAY) for what, day in happens]
    return pd.DataFrame(rows, columns=["user", "song", "what", "at"])


def config_of(folder: Any, table: pd.DataFrame, **interactions: Any) -> Any:
    columns = {"user": "user", "item": "song", "event": "what", "weights": {"play": 1.0, "skip": -1.0}, "time": "at"}
    return load_config(
        dataset={"name": "songs", "interactions": columns | interactions},
        features={"user": [{"kind": "id", "column": "user"}]},
        model={"dir": str(folder / "model"), "embedding_size": 16},
        training={"epochs": 30, "batch_size": 16, "learning_rate": 0.03, "temperature": 0.2, "validation": 0.1}
        | {"warmup_steps": 5, "ranking_decay": 0.01, "item_decay": 0.01, "device": "cpu"},
        tables={"interactions": table},
    )


def own_share(config: Any) -> float:
    """How many of each listener's ten best songs are of the own kind; by chance half."""
    bundle = train(config)
    users = normalize(UserEncoder(bundle)([{"user": f"u{number}"} for number in range(LISTENERS)]))
    items = normalize(ItemEncoder(bundle)([{"song": f"s{number}"} for number in range(SONGS)]))
    best = np.argsort(-(np.asarray(users) @ np.asarray(items).T), axis=1)[:, :10]
    return float((best % 2 == (np.arange(LISTENERS) % 2)[:, None]).mean())


@pytest.mark.parametrize("skips", [1, 3])
def test_a_song_that_is_skipped_as_often_as_it_is_played_is_not_learned(tmp_path, skips):
    table = events([("play", 98), *[("skip", 99)] * skips])
    assert own_share(config_of(tmp_path, table)) > 0.85
    ignored = config_of(tmp_path, table, weights={"play": 1.0, "skip": 0.0})
    assert 0.35 < own_share(ignored) < 0.65, "where skips count nothing, songs of both kinds are played once"


def test_what_was_played_long_ago_counts_less_with_a_half_life(tmp_path):
    table = events([("play", 0)])
    assert own_share(config_of(tmp_path, table, half_life="10d")) > 0.85
    assert 0.35 < own_share(config_of(tmp_path, table)) < 0.65


def test_a_listener_who_only_skips_is_not_known_by_the_id(tmp_path):
    table = events([("skip", 99)])
    more = pd.DataFrame({"user": "skipper", "song": ["s0", "s1"], "what": "skip", "at": 0})
    config = config_of(tmp_path, pd.concat([table, more], ignore_index=True))
    dataset = read_dataset(config.dataset)
    examples = encode(dataset, everything(dataset), config.features)
    skipper = int(np.flatnonzero(dataset.user_ids == "skipper")[0])
    assert skipper not in examples.training.users
    assert examples.user_arrays[0][skipper] == examples.users.encode([{}])[0][0]
    assert len(examples.training) == len(dataset.interactions) - 2, "other listeners keep the songs that they skip"


@pytest.mark.parametrize(("half_life", "best"), [(None, "old"), ("6h", "new")])
def test_a_history_ends_with_what_counts_most_now(tmp_path, half_life, best):
    songs, days = ["old", "old", "new", "skipped"], np.array([0, 0, 1, 1])
    what = ["play", "play", "play", "skip"]
    table = pd.DataFrame({"user": "u1", "song": songs, "what": what, "at": days * DAY})
    config = config_of(tmp_path, table, **({"half_life": half_life} if half_life else {}))
    features = load_config(config, features={"user": [{"kind": "history", "length": 1}]}).features
    dataset = read_dataset(config.dataset)
    examples = encode(dataset, everything(dataset), features)
    assert examples.user_arrays[0].tolist() == examples.users.encode([{"liked": [best]}])[0].tolist()
