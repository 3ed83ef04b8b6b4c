from __future__ import annotations

from pathlib import Path

import pytest

import towhee_recsys.configs
from towhee_recsys.config import load_config
from towhee_recsys.config.movielens import MOVIELENS
from towhee_recsys.config.sources import shipped

FOLDER = Path(towhee_recsys.configs.__file__).parent
FILES = sorted(FOLDER.rglob("*.yaml"))


def test_every_file_is_shipped_by_name():
    assert FILES
    assert sorted(shipped().values()) == FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_loads_and_keeps_its_artifacts_apart(path):
    config = load_config(path)
    assert config == load_config(path.stem)
    folder = f"artifacts/{'ml-1m' if path.stem == 'movielens_1m' else path.stem}"
    assert config.model.dir == f"{folder}/model"
    assert config.milvus.uri == f"{folder}/movies.db"
    assert config.catalogue == f"sqlite:///{folder}/movies.sqlite"
    assert (config.top_k, config.seed) == (10, 42)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_begins_with_a_comment(path):
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_the_article_s_recipe():
    config = load_config("article")
    assert (config.dataset.name, config.dataset.download) == ("ml-1m", True)
    assert (config.training.epochs, config.training.unknown_rate) == (1, 0.0)
    assert (config.model.rating_map.slope, config.model.rating_map.intercept) == (2.5, 2.5)


def test_movielens_columns_have_their_names_in_a_declaration_of_ones_own():
    declared = {
        "user": [{"column": "user_id", "kind": "id"}, {"column": "age", "kind": "category", "size": 4}],
        "movie": [{"column": "movie_id", "kind": "id"}],
    }
    age = load_config("sample", features=declared).features.user[1]
    assert age.size == 4
    assert age.names == MOVIELENS.user[2].names
    assert age.groups_to == MOVIELENS.user[2].groups_to
