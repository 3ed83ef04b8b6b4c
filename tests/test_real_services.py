"""The main job on real servers: other lines in the config, the same recommendations."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.servers import mariadb, milvus, redis
from tests.servers.tls_proxy import TlsProxy
from towhee_recsys import index_pipeline, load_config, recommend_pipeline, similar_pipeline
from towhee_recsys.config import dump_config
from towhee_recsys.config.milvus import AccessConfig
from towhee_recsys.config.sources import shipped

pytestmark = pytest.mark.slow

PATIENCE = 60
"""Seconds for each call: the machine may be busy with other tests."""

USERS = [{"gender": "F", "age": 25, "occupation": 12}, {"user_id": 10001}, {"age": 56, "liked": [5139, 5142]}, {}]


@pytest.fixture
def answers(sample_config, sample_bundle, tmp_path):
    """Indexes by the trained sample's config with some lines of it changed, and asks about users and an item."""
    usual = sample_config.model_copy(
        update={
            "milvus": sample_config.milvus.model_copy(
                update={
                    "uri": str(tmp_path / "movies.db"),
                    "collection": "real_services",
                    "access": AccessConfig(timeout=PATIENCE),
                }
            ),
            "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}",
        }
    )
    (tmp_path / "usual.yaml").write_text(dump_config(usual), encoding="utf-8")

    def ask(lines=""):
        (tmp_path / "changed.yaml").write_text(f"extends: usual.yaml\n{lines}", encoding="utf-8")
        config = load_config(tmp_path / "changed.yaml")
        index_pipeline(config)()
        return [*recommend_pipeline(config)(USERS).get()[0], similar_pipeline(config)({"movie_id": 5001}).get()[0]]

    return ask


def check_same(lists, expected):
    """The lists have the same items, in the same order, with the same facts, scores and stars."""
    assert len(lists) == len(expected)
    for items, wanted in zip(lists, expected, strict=True):
        assert len(wanted) == 10
        for key in ("rank", "movie_id", "title", "year", "genres"):
            assert [item[key] for item in items] == [item[key] for item in wanted]
        for key in ("score", "predicted_rating"):
            figures = [[item.get(key, 0) for item in each] for each in (items, wanted)]
            assert figures[0] == pytest.approx(figures[1], abs=1e-5)


def test_the_catalogue_in_redis(answers, redis_server, monkeypatch):
    monkeypatch.setenv("REDIS_PASSWORD", redis.PASSWORD)
    line = f"catalogue: redis://recsys:${{env:REDIS_PASSWORD}}@127.0.0.1:{redis_server.port}/0\n"
    check_same(answers(line), answers())


def test_the_catalogue_in_mariadb(answers, mariadb_server, monkeypatch):
    monkeypatch.setenv("MYSQL_PASSWORD", mariadb.PASSWORD)
    line = f"catalogue: mysql://recsys:${{env:MYSQL_PASSWORD}}@127.0.0.1:{mariadb_server.port}/recsys\n"
    check_same(answers(line), answers())


def test_the_vectors_in_a_milvus_server_and_the_catalogue_in_redis(answers, milvus_server, redis_server, monkeypatch):
    monkeypatch.setenv("MILVUS_TOKEN", f"root:{milvus.PASSWORD}")
    monkeypatch.setenv("REDIS_PASSWORD", redis.PASSWORD)
    lines = (
        f"milvus: {{uri: 'http://{milvus_server.address}', access: {{token: '${{env:MILVUS_TOKEN}}'}}}}\n"
        f"catalogue: redis://recsys:${{env:REDIS_PASSWORD}}@127.0.0.1:{redis_server.port}/0\n"
    )
    check_same(answers(lines), answers())


def test_the_lines_of_the_cluster_s_config(
    answers, sample_bundle, milvus_server, redis_server, certificates, monkeypatch
):
    lines = shipped()["cluster"].read_text(encoding="utf-8").partition("extends: movielens_1m\n")[2]
    lines = lines.replace("timeout: 10 ", f"timeout: {PATIENCE} ")
    lines = lines.replace("artifacts/cluster/model", str(sample_bundle.directory))
    with closing(TlsProxy(milvus_server.port, certificates)) as proxy:
        variables = {
            "CA_FILE": certificates.authority,
            "MILVUS_TOKEN": f"root:{milvus.PASSWORD}",
            "MILVUS_URI": f"https://localhost:{proxy.port}",
            "REDIS_ADDRESS": f"localhost:{redis_server.tls_port}",
            "REDIS_PASSWORD": redis.PASSWORD,
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        check_same(answers(lines), answers())
