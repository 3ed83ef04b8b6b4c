"""The settings of Milvus: the way in, and the type of index."""

from __future__ import annotations

import pytest

from towhee_recsys.config import dump_config, load_config, resolve
from towhee_recsys.config.milvus import AccessConfig, FlatIndex, HnswIndex, ServerConfig

SERVER = {"uri": "http://host:19530"}
KINDS = "AUTOINDEX, FLAT, HNSW, IVF_FLAT, IVF_SQ8"
LITE = "a Milvus Lite file, a uri that ends in .db,"


def test_left_out_they_are_an_exact_search_in_a_file():
    milvus = load_config().milvus
    assert (milvus.access, milvus.index) == (AccessConfig(timeout=30.0), FlatIndex())
    assert milvus.server == ServerConfig(shards=1, replicas=1, partition_key=None, consistency="Session", mmap=False)


def test_operators_get_them_as_plain_mappings():
    config = load_config(milvus=SERVER | {"access": {"token": "t", "timeout": 5}, "index": {"type": "HNSW", "ef": 99}})
    assert config.milvus.index == HnswIndex(M=16, efConstruction=200, ef=99)
    given = resolve({"access": "${milvus.access}", "index": "${milvus.index}"}, config, "recommend.yaml:14")
    assert given["index"] == {"type": "HNSW", "M": 16, "efConstruction": 200, "ef": 99}
    assert (given["access"]["token"], given["access"]["timeout"]) == ("t", 5)


def test_secrets_are_no_part_of_the_config(monkeypatch):
    for name in ("TOKEN", "USER_NAME", "PASSWORD"):
        monkeypatch.setenv(name, "s3cret")
    for access in ({"token": "${env:TOKEN}"}, {"user": "${env:USER_NAME}", "password": "${env:PASSWORD}"}):
        config = load_config(milvus=SERVER | {"access": access})
        assert "s3cret" not in repr(config) + dump_config(config)
        assert config.milvus.access.model_dump(exclude_defaults=True) == access
    assert "s3cret" not in repr(load_config(milvus=SERVER | {"access": {"token": "s3cret"}}))


def test_another_type_of_index_leaves_the_settings_of_the_old_one_behind(write):
    write("base.yaml", "extends: sample\nmilvus: {uri: 'http://host', index: {type: HNSW, M: 32, ef: 200}}\n")
    write("flat.yaml", "extends: base.yaml\nmilvus: {index: {type: FLAT}}\n")
    write("wide.yaml", "extends: base.yaml\nmilvus: {index: {ef: 300}}\n")
    assert load_config("flat.yaml").milvus.index == FlatIndex()
    assert load_config("base.yaml", overrides=["milvus.index.type=FLAT"]).milvus.index == FlatIndex()
    assert load_config("wide.yaml").milvus.index == HnswIndex(M=32, ef=300)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"index": {"type": "HNSW"}},
            f"milvus: index.type HNSW needs a server; {LITE} has FLAT, IVF_FLAT and AUTOINDEX.",
        ),
        ({"index": {"type": "IVF_SQ8"}}, f"milvus: index.type IVF_SQ8 needs a server; {LITE} has"),
        (
            {"index": {"type": "IVF_FLAT", "nprobe": 3}},
            f"milvus: index.nprobe has no effect in {LITE[:-1]}; leave it out.",
        ),
        (
            {"access": {"token": "s3cret"}},
            "milvus: access.token, user, password and tls are for servers; for a Milvus Lite file leave them out.",
        ),
        (
            {"server": {"shards": 2, "replicas": 3, "mmap": True}},
            f"milvus: server.shards 2, server.replicas 3, server.mmap true is for servers; {LITE} has one process",
        ),
        ({"server": {"partition_key": "tenant"}}, "milvus: server.partition_key tenant is for servers; a Milvus Lite"),
        ({"server": {"consistency": "Bounded"}}, "milvus: server.consistency Bounded is for servers; a Milvus Lite"),
    ],
)
def test_what_a_file_does_not_have(refused, settings, message):
    assert f"given settings: {message}" in refused({"milvus": settings})
    assert load_config({"milvus": SERVER | settings})


def test_a_recall_needs_searches_that_can_be_widened(refused):
    for index in ({"type": "HNSW"}, {"type": "IVF_SQ8"}, {"type": "FLAT"}):
        assert load_config(milvus=SERVER | {"index": index, "recall": 0.99}).milvus.recall == 0.99
    assert load_config(milvus={"recall": 0.99}).milvus.index == FlatIndex()
    message = refused({"milvus": SERVER | {"index": {"type": "AUTOINDEX"}, "recall": 0.99}})
    assert "recall needs index.type HNSW, IVF_FLAT or IVF_SQ8" in message
    message = refused({"milvus": {"index": {"type": "IVF_FLAT"}, "recall": 0.99, "uri": "items.db"}})
    assert "recall needs a server with index.type IVF_FLAT" in message


def test_an_address_from_the_environment_is_judged_when_it_is_opened(monkeypatch):
    monkeypatch.setenv("PLACE", "movies.db")
    assert load_config(milvus={"uri": "${env:PLACE}", "index": {"type": "HNSW"}})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"index": {"type": "HNSV"}}, f"milvus.index.type: given 'HNSV', accepted: {KINDS}. Did you mean 'HNSW'?"),
        ({"index": {"M": 8}}, f"milvus.index.type: missing, accepted: {KINDS}."),
        ({"index": "HNSW"}, f"milvus.index: given 'HNSW', accepted: a mapping with a type: {KINDS}."),
        ({"index": {"type": "FLAT", "M": 8}}, "milvus.index.M: unknown key. Accepted: type."),
        ({"index": {"type": "HNSW", "M": 3}}, "milvus.index.M: given 3, accepted: a whole number from 4 to 64."),
        (
            {"index": {"type": "HNSW", "efConstruction": 7}},
            "milvus.index.efConstruction: given 7, accepted: a whole number from 8 to 512.",
        ),
        ({"index": {"type": "HNSW", "ef": 0}}, "milvus.index.ef: given 0, accepted: a whole number from 1 to 32768."),
        (
            {"index": {"type": "IVF_FLAT", "nlist": 65537}},
            "milvus.index.nlist: given 65537, accepted: a whole number from 1 to 65536.",
        ),
        (
            {"index": {"type": "IVF_SQ8", "nlist": 8, "nprobe": 9}},
            "milvus.index: nprobe 9 is above nlist 8: a search reads at most all clusters.",
        ),
        ({"server": {"shards": 0}}, "milvus.server.shards: given 0, accepted: a whole number from 1 to 64."),
        (
            {"server": {"consistency": "strong"}},
            "milvus.server.consistency: given 'strong', accepted: 'Strong', 'Bounded', 'Session' or 'Eventually'.",
        ),
        ({"access": {"tokn": "s3cret"}}, "milvus.access.tokn: unknown key. Did you mean 'token'? Accepted: password, "),
        (
            {"access": {"token": 5325}},
            "milvus.access.token: given what may be a secret, accepted: text that is not empty or null. Put it in ",
        ),
        ({"access": {"user": "me"}}, "milvus.access: user and password go together; give both or a token."),
        (
            {"access": {"token": "s3cret", "user": "me", "password": "s3cret"}},
            "milvus.access: give a token or user and password, not both.",
        ),
        (
            {"access": {"timeout": 0}},
            "milvus.access.timeout: given what may be a secret, accepted: a number above 0 and to 3600.",
        ),
        (
            {"access": {"tls": {"cert_file": "a.pem"}}},
            "milvus.access.tls: cert_file and key_file go together, and with ca_file; "
            "give all three or leave out both.",
        ),
        (
            {"access": {"tls": {"ca": "a.pem"}}},
            "milvus.access.tls.ca: unknown key. Accepted: ca_file, cert_file, key_file",
        ),
    ],
)
def test_a_problem_in_plain_words(refused, settings, message):
    reported = refused({"milvus": SERVER | settings})
    assert f"given settings: {message}" in reported
    assert "s3cret" not in reported
    assert "5325" not in reported
