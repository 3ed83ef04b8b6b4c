"""Runs that end early are resumed block by block; workers that die are replaced."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest
from filelock import FileLock

from tests.worker_kills import kill_a_worker
from towhee_recsys import RecsysError, recommend_all
from towhee_recsys.errors import EngineError, QueryError


def stopped_after_two_blocks(config, file: Path, **options) -> None:
    users = pd.DataFrame({"user_id": [*range(10001, 10201), 999_999]})  # the last one is not known
    with pytest.raises(QueryError, match="users, row 201: user_id 999999"):
        recommend_all(config, users, file, block_size=100, **options)
    assert not file.exists()
    assert len(list(Path(f"{file}.parts").glob("0*.parquet"))) == 2


def test_a_run_continues_with_the_blocks_that_are_missing(indexed_config, tmp_path):
    file, users = tmp_path / "answers.parquet", pd.DataFrame({"user_id": range(10001, 10251)})
    stopped_after_two_blocks(indexed_config, file)
    found = recommend_all(indexed_config, users, file, block_size=100)
    assert (found.users, found.resumed) == (250, 200)
    resumed = pd.read_parquet(file)
    found = recommend_all(indexed_config, users, file, block_size=100)
    assert found.resumed == 0
    pd.testing.assert_frame_equal(pd.read_parquet(file), resumed)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "changed", [{"top_k": 3}, {"filter": {"year": {"gte": 1990}}}, {"include_seen": True}], ids=str
)
def test_other_parameters_start_anew(indexed_config, tmp_path, changed):
    file, users = tmp_path / "answers.parquet", pd.DataFrame({"user_id": range(10001, 10251)})
    stopped_after_two_blocks(indexed_config, file)
    assert recommend_all(indexed_config, users, file, block_size=100, **changed).resumed == 0


def test_other_users_are_answered_again(indexed_config, tmp_path):
    file, users = tmp_path / "answers.parquet", pd.DataFrame({"user_id": [*range(10001, 10101), *range(10301, 10401)]})
    stopped_after_two_blocks(indexed_config, file)
    assert recommend_all(indexed_config, users, file, block_size=100).resumed == 100
    assert pd.read_parquet(file)["user_id"].drop_duplicates().tolist() == users["user_id"].tolist()


def test_two_processes_do_not_write_one_file(indexed_config, tmp_path):
    (tmp_path / "answers.csv.parts").mkdir()
    with FileLock(tmp_path / "answers.csv.parts" / "lock"), pytest.raises(RecsysError, match="another process"):
        recommend_all(indexed_config, "all", tmp_path / "answers.csv")


@pytest.mark.parametrize(
    ("users", "file", "options", "facts"),
    [
        ("all", "answers.txt", {}, [".txt", ".parquet, .jsonl, .csv"]),
        ("all", "no/answers.csv", {}, ["no", "Create it"]),
        ("missing.csv", "answers.csv", {}, ["missing.csv", "does not exist"]),
        (pd.DataFrame({"user": [1]}), "answers.csv", {}, ["user_id", "Did you mean 'user'"]),
        (pd.DataFrame({"user_id": [1], "sex": [1]}), "answers.csv", {}, ["'sex'", "Accepted", "gender"]),
        (pd.DataFrame({"user_id": [10001, None]}), "answers.csv", {}, ["row 2", "user_id", "a whole number"]),
        ("all", "answers.csv", {"explain": True}, ["explain", "false"]),
        ("all", "answers.csv", {"block_size": 0}, ["block_size", "0"]),
        ("all", "answers.csv", {"filter": {"colour": 1}}, ["filter.colour", "year"]),
    ],
)
def test_what_cannot_be_answered_is_refused(indexed_config, tmp_path, users, file, options, facts):
    users = tmp_path / users if isinstance(users, str) and users != "all" else users
    with pytest.raises(RecsysError) as raised:
        recommend_all(indexed_config, users, tmp_path / file, **options)
    assert [fact for fact in facts if fact not in str(raised.value)] == []


def test_an_unknown_engine_is_refused(indexed_config, tmp_path):
    with pytest.raises(EngineError, match="local, ray"):
        recommend_all(indexed_config, "all", tmp_path / "answers.csv", engine="spark")


@pytest.mark.skipif(not Path("/proc").is_dir() or sys.platform == "win32", reason="processes are found in /proc")
@pytest.mark.parametrize("engine", ["local", "ray"])
def test_the_block_of_a_killed_worker_is_answered_by_another(indexed_config, tmp_path, engine):
    if engine == "ray":
        pytest.importorskip("ray")
    expected, file = tmp_path / "expected.parquet", tmp_path / "answers.parquet"
    recommend_all(indexed_config, "all", expected, block_size=100)
    killed: list[int] = []
    killer = Thread(target=kill_a_worker, args=("ray::_apply" if engine == "ray" else "spawn_main", killed))
    killer.start()
    found = recommend_all(indexed_config, "all", file, block_size=100, engine=engine, workers=2)
    killer.join()
    assert len(killed) == 1
    assert (found.users, found.resumed) == (600, 0)
    pd.testing.assert_frame_equal(pd.read_parquet(file), pd.read_parquet(expected))
