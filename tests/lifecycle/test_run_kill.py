"""`run` is killed at random moments, on every combination of stores: after each kill one set serves, and all of it.

With RUN_KILLS=50 in the environment it is killed 50 times on each; otherwise a few times, at moments that together, on
all combinations, are spread over a whole run.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.forked_commands import ForkedCommands
from tests.lifecycle.runs import USER, Runs
from tests.stores.keyed.stores import MariadbStore, RedisStore, SqliteStore
from towhee_recsys import index_builds, load_config, recommend_pipeline
from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.config import Config, dump_config
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and no SIGKILL"),
]

KILLS = int(os.environ.get("RUN_KILLS", "2"))
CATALOGUES = ("sqlite", "redis", "mariadb")
FOLLOWS = 1.0
"""Seconds after which a running pipeline has seen a publish."""


@pytest.fixture(params=CATALOGUES)
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store for facts and histories."""
    if request.param == "sqlite":
        return SqliteStore(tmp_path / "items.sqlite").url
    if request.param == "redis":
        return RedisStore(request.getfixturevalue("redis_server")).url
    return MariadbStore(request.getfixturevalue("mariadb_server")).url


@pytest.fixture
def configs(small_config: Callable[..., Config], small_data: Path, catalogue: str, tmp_path: Path) -> dict[str, Config]:
    """The configs of both sets, on a Milvus Lite file."""
    data = tmp_path / "new-data"
    data.mkdir()
    for name in ("users.dat", "movies.dat", "ratings.dat"):
        lines = (small_data / name).read_bytes().splitlines(keepends=True)
        if name == "movies.dat":
            lines = [line.replace(b"::", b"::New ", 1) for line in lines]
        of_user = [line for line in lines if line.startswith(b"%d::" % USER)]
        unseen = set(of_user[: len(of_user) // 2]) if name == "ratings.dat" else set()
        (data / name).write_bytes(b"".join(line for line in lines if line not in unseen))
    same = small_config("training.epochs=2", "training.batch_size=64", "top_k=400")
    stores = {"milvus": {"uri": str(tmp_path / "items.db")}, "catalogue": catalogue}
    new = {"seed": same.seed + 1, "dataset": {"path": str(data)}}
    return {"old": load_config(same, **stores), "new": load_config(same, **stores, **new)}


@pytest.fixture
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[dict[str, Config]], Runs]]:
    """Writes configs into files and makes their `Runs`."""
    folder = tmp_path_factory.mktemp("commands")
    commands = ForkedCommands(folder)

    def runs(configs: dict[str, Config]) -> Runs:
        files = {name: folder / f"{name}.yaml" for name in configs}
        for name, config in configs.items():
            files[name].write_text(dump_config(config), encoding="utf-8")
        return Runs(commands, files)

    yield runs
    commands.close()


def test_on_a_milvus_lite_file(configs, runs, request):
    combination = CATALOGUES.index(request.node.callspec.id)
    kill_again_and_again(configs, runs(configs), combination, running=False)


def test_on_a_milvus_server(configs, runs, milvus_server, request):
    milvus = {"uri": milvus_server.url, "collection": f"runs_{request.node.callspec.id}", "access": {"timeout": 60}}
    configs = {name: load_config(config, milvus=milvus) for name, config in configs.items()}
    combination = len(CATALOGUES) + CATALOGUES.index(request.node.callspec.id)
    kill_again_and_again(configs, runs(configs), combination, running=True)


def kill_again_and_again(configs: dict[str, Config], runs: Runs, combination: int, running: bool) -> None:
    """Kills runs of the set that does not serve. With `running`, a pipeline that was built before answers meanwhile."""
    lists = {name: runs.undisturbed(name) for name in ("old", "new")}
    must_differ(lists)
    recommend = recommend_pipeline(configs["old"]) if running else None

    def answers() -> None:
        assert recommend is None or recommend({"user_id": USER}).get()[0] in lists.values()

    draw, serves, kills = random.Random(KILLS), ["new"], 0
    combinations = 2 * len(CATALOGUES)
    parts = [combinations * number + combination for number in range(KILLS)]  # some in each part of a run
    shares = [(part + draw.random()) / (combinations * KILLS) for part in parts]
    for number, share in enumerate(draw.sample(shares, KILLS)):
        target = "old" if serves[-1] == "new" else "new"
        moment, group = share * runs.longest, number % 2 == 0
        print(f"kill {number}: {target} after {moment:.3f} of {runs.longest:.3f} s, {group=}")
        kills += runs.killed(target, moment, group, answers)
        found = runs.served(target)
        [served] = [name for name, each in lists.items() if each == found]
        serves.append(served)
        answers()
        runs.must_be_healthy(target)
    print(f"{kills} were before the end; after each there served: {serves}")
    assert kills
    for name in ("old", "new"):
        assert runs.undisturbed(name) == lists[name]
        runs.must_be_healthy(name)
    if recommend:
        time.sleep(FOLLOWS)
        assert recommend({"user_id": USER}).get()[0] == lists["new"]
    nothing_must_be_left(configs["new"])


def must_differ(lists: dict[str, list[Any]]) -> None:
    """The lists differ in their order, in each fact and in the items that are left out."""
    ids = {name: [item["movie_id"] for item in found] for name, found in lists.items()}
    assert [key for key in ids["new"] if key in ids["old"]] != ids["old"]
    assert set(ids["new"]) > set(ids["old"])
    assert {item["title"].startswith("New ") for item in lists["new"]} == {True}
    assert {item["title"].startswith("New ") for item in lists["old"]} == {False}


def nothing_must_be_left(config: Config) -> None:
    """There are the live build and the kept one with all their parts, and nothing else."""
    builds = index_builds(config)
    assert [(each.live, each.published is not None) for each in builds] == [(True, True), (False, True)]
    names, folder = sorted(each.build for each in builds), PublishedModels(config.model.dir).folder
    for part in (open_catalogue(config.catalogue), open_history(config.history_url)):
        assert part.versions(config.milvus.collection) == names
    assert {each.name for each in folder.iterdir()} == {"builds", *(each.model_id for each in builds)}
    assert sorted(each.name for each in (folder / "builds").iterdir()) == names
    beside = {each.name for each in folder.parent.iterdir() if "items." not in each.name}
    assert beside == {"model", "model.published", "new-data"}
