from __future__ import annotations

import re
from pathlib import Path

import pytest

import towhee_recsys.configs
from tests.declarations import MOVIELENS
from towhee_recsys.config import dump_config, load_config
from towhee_recsys.config.sources import shipped
from towhee_recsys.stores.keyed import check_url
from towhee_recsys.stores.vectors import check_uri

FOLDER = Path(towhee_recsys.configs.__file__).parent
FILES = sorted(FOLDER.glob("*.yaml"))
DECLARATIONS = sorted(FOLDER.glob("*/*.yaml"))
STORES = ["cluster", "milvus_server", "mysql", "redis"]
"""Configs that are movielens_1m with other stores."""


def variables_of(name):
    return sorted(set(re.findall(r"\$\{env:(\w+)\}", shipped()[name].read_text(encoding="utf-8"))))


def test_every_file_is_shipped_by_name():
    assert FILES
    assert sorted(shipped().values()) == FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_loads_by_file_and_by_name(path, shipped_environment):
    config = load_config(path)
    assert config == load_config(path.stem)
    assert (config.top_k, config.seed) == (10, 42)
    check_uri(config.milvus.uri, config.milvus.access.model_dump())
    check_url(config.catalogue, "catalogue")


@pytest.mark.parametrize("name", sorted(shipped()))
def test_it_keeps_its_files_in_a_folder_of_its_own(name, shipped_environment):
    config = load_config(name)
    folder = f"artifacts/{name.replace('movielens_', 'ml-')}"
    assert config.model.dir == f"{folder}/model"
    assert config.milvus.uri in (f"{folder}/movies.db", "http://127.0.0.1:19530", "${env:MILVUS_URI}")
    for url in (config.catalogue, config.history_url):
        assert url == f"sqlite:///{folder}/movies.sqlite" or not url.startswith("sqlite:")


def test_no_two_of_them_share_a_model_a_collection_or_a_file(shipped_environment):
    configs = [load_config(name) for name in shipped()]
    must_differ([config.model.dir for config in configs])
    must_differ([(config.milvus.uri, config.milvus.collection) for config in configs])
    must_differ([url for config in configs if (url := config.catalogue).startswith("sqlite:")])
    must_differ([url for config in configs if (url := config.history_url).startswith("sqlite:")])


def test_no_two_of_them_share_a_collection_on_one_milvus_server(shipped_environment):
    configs = [load_config(name) for name in shipped()]
    must_differ([config.milvus.collection for config in configs if not config.milvus.uri.endswith(".db")])


def must_differ(values):
    assert len(values) > 1
    assert len(set(values)) == len(values), values


@pytest.mark.parametrize("name", STORES)
def test_other_stores_are_a_few_lines_and_change_nothing_else(name, shipped_environment):
    config, usual = load_config(name), load_config("movielens_1m")
    stores = {"milvus": usual.milvus, "catalogue": usual.catalogue}
    assert config.with_model_dir(usual.model.dir).model_copy(update=stores) == usual
    assert config != usual


@pytest.mark.parametrize("name", STORES)
def test_no_secret_is_shown(name, shipped_environment):
    config = load_config(name)
    assert "s3cret" not in dump_config(config) + repr(config)


@pytest.mark.parametrize(("name", "variable"), [(name, each) for name in STORES for each in variables_of(name)])
def test_a_variable_that_is_not_set_is_named_with_its_place(name, variable, shipped_environment, monkeypatch, refused):
    monkeypatch.delenv(variable)
    message = refused(name)
    assert f"the environment variable {variable} is not set." in message
    assert f"{name}.yaml:" in message
    assert "s3cret" not in message


def test_a_company_s_cluster(shipped_environment):
    milvus = load_config("cluster").milvus
    assert (milvus.index.type, milvus.access.timeout) == ("HNSW", 10)
    assert milvus.access.tls.ca_file == shipped_environment["CA_FILE"]


@pytest.mark.parametrize("path", FILES + DECLARATIONS, ids=lambda path: path.stem)
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
        "item": [{"column": "movie_id", "kind": "id"}],
    }
    age = load_config("sample", features=declared).features.user[1]
    assert age.size == 4
    assert age.names == MOVIELENS.user[2].names
    assert age.groups_to == MOVIELENS.user[2].groups_to
