"""The music service: whole-number ids, play counts, no table of users, and tastes that only the plays show."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from tests.worked_examples import assert_committed_as_written, command, config_file, generator, settings_in
from towhee_recsys import evaluate, index_pipeline, load_config, recommend_pipeline, similar_pipeline, train
from towhee_recsys.config import Config
from towhee_recsys.data import interactions_frame, read_dataset

RECOMMENDED = ["rank", "track_id", "title", "artist", "tags", "year", "score"]
"""What a recommendation has, in the order of the declaration."""


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    return generator("tracks")


@pytest.fixture(scope="session")
def scenes(generate: ModuleType) -> dict[int, str]:
    """The scene of each track, which the data do not name."""
    tracks, _ = generate.simulate(Random(generate.SEED))
    return {track.id: track.scene for track in tracks}


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return settings_in("tracks", tmp_path_factory.mktemp("tracks"))


@pytest.fixture(scope="session")
def tracks(settings: list[str]) -> Config:
    """The config of the tracks, trained and indexed."""
    config = load_config(config_file("tracks"), overrides=settings)
    train(config)
    index_pipeline(config)()
    return config


def test_the_committed_files_are_what_the_script_writes(generate: ModuleType, tmp_path: Path) -> None:
    assert_committed_as_written("tracks", generate, tmp_path)


def test_the_dataset(generate: ModuleType, settings: list[str]) -> None:
    dataset = read_dataset(load_config(config_file("tracks"), overrides=settings).dataset)
    assert (len(dataset.users), len(dataset.items)) == (generate.LISTENERS, 432)
    assert not dataset.bad_rows
    assert dataset.item_schema.id_type == "int"
    assert list(dataset.users) == ["listener_id"]
    plays = interactions_frame(dataset)
    assert plays["value"].between(1, 20).all()
    assert plays["time"].nunique() > len(plays) / 2


def test_known_listeners_get_tracks_of_their_scenes(
    tracks: Config, generate: ModuleType, scenes: dict[int, str]
) -> None:
    _, listeners = generate.simulate(Random(generate.SEED))
    [answers] = recommend_pipeline(tracks)([{"listener_id": listener.id} for listener in listeners]).get()
    assert [list(item) for items in answers for item in items] == [RECOMMENDED] * 10 * len(listeners)
    liked = [
        scenes[item["track_id"]] in listener.scenes
        for listener, items in zip(listeners, answers, strict=True)
        for item in items
    ]
    assert sum(liked) / len(liked) >= 0.75, "two of nine scenes; by chance 22%"


def test_a_new_listener_gets_tracks_of_the_scene_of_two_liked_ones(tracks: Config, scenes: dict[int, str]) -> None:
    first: dict[str, list[int]] = {}
    for track, scene in scenes.items():
        first.setdefault(scene, []).append(track)
    [answers] = recommend_pipeline(tracks)([{"liked": own[:2]} for own in first.values()]).get()
    same = [scenes[item["track_id"]] == scene for scene, items in zip(first, answers, strict=True) for item in items]
    assert sum(same) / len(same) >= 0.6, "by chance 11%"


def test_similar_tracks_are_of_the_scene(tracks: Config, scenes: dict[int, str]) -> None:
    records: list[dict[str, Any]] = read_dataset(tracks.dataset).items.to_dict("records")
    [answers] = similar_pipeline(tracks)(records).get()
    same = [
        scenes[item["track_id"]] == scenes[record["track_id"]]
        for record, items in zip(records, answers, strict=True)
        for item in items
    ]
    assert sum(same) / len(same) >= 0.8, "by chance 11%"


def test_the_model_is_better_than_popularity_and_item_knn(tracks: Config) -> None:
    measured = evaluate(tracks, peers=["ials"] if find_spec("implicit") else [])
    assert measured["protocol"] == "leave-last-out"
    reached, baselines = measured["metrics"]["ndcg@10"], measured["baselines"]
    assert reached > 3 * baselines["popularity"]["ndcg@10"]
    assert reached > max(found["ndcg@10"] for found in baselines.values() if "ndcg@10" in found)


@pytest.mark.slow
def test_the_commands(tracks: Config, settings: list[str], tmp_path: Path) -> None:
    """In processes of their own, so with an index of their own: a Milvus Lite file is open in one at a time."""
    stores = [f"milvus.uri={tmp_path / 'items.db'}", f"catalogue=sqlite:///{tmp_path / 'items.sqlite'}"]
    run = partial(command, "tracks", settings=settings + stores)
    run("index")
    known = run("recommend", "-u", "1", "-k", "4")
    assert [list(item) for item in known["recommendations"]] == [RECOMMENDED] * 4
    new = run("recommend", "--liked", "1001,1002", "-k", "3")
    assert not {1001, 1002} & {item["track_id"] for item in new["recommendations"]}
    similar = run("similar", "1001", "-k", "2")
    assert 1001 not in [item["track_id"] for item in similar["similar"]]
    assert "ndcg@10" in run("evaluate")["metrics"]
