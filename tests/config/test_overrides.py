from __future__ import annotations

import pytest

from towhee_recsys.config import load_config, parse_override
from towhee_recsys.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("top_k=5", {"top_k": 5}),
        ("dataset.path=DIR", {"dataset": {"path": "DIR"}}),
        ("milvus.uri=http://host:19530", {"milvus": {"uri": "http://host:19530"}}),
        ("catalogue=mysql://u:p@h/d?a=b#c", {"catalogue": "mysql://u:p@h/d?a=b#c"}),
        ("dataset.interactions.scale=[1, 5]", {"dataset": {"interactions": {"scale": [1, 5]}}}),
        ("milvus={uri: x.db}", {"milvus": {"uri": "x.db"}}),
        ("dataset.name='1'", {"dataset": {"name": "1"}}),
        ("dataset.strict=true", {"dataset": {"strict": True}}),
        ("dataset.path=", {"dataset": {"path": None}}),
        ("dataset.path=*a: &b", {"dataset": {"path": "*a: &b"}}),
        (" top_k = 5 ", {"top_k": 5}),
    ],
)
def test_an_override_is_read_as_in_yaml(text, settings):
    assert parse_override(text) == settings


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("top_k", "--set top_k: write KEY=VALUE, such as top_k=5 or milvus.uri=movies.db."),
        ("s3cret", "--set ...: write KEY=VALUE, such as top_k=5 or milvus.uri=movies.db."),
        ("milvus.access.token:s3cret", "--set ...: write KEY=VALUE, such as top_k=5 or milvus.uri=movies.db."),
        ("=5", "--set =...: '' is no key; write it like top_k or milvus.uri."),
        ("a..b=5", "--set a..b=...: 'a..b' is no key; write it like top_k or milvus.uri."),
        ("top_k=[1", "--set top_k=...: the value is no YAML; are its brackets and quotes closed?"),
        ("catalogue='pw", "--set catalogue=...: the value is no YAML; are its brackets and quotes closed?"),
    ],
)
def test_what_is_no_override(text, message):
    with pytest.raises(ConfigError) as raised:
        parse_override(text)
    assert str(raised.value) == message


def test_keywords_are_laid_over_the_file_deeply():
    config = load_config("sample", top_k=5, milvus={"uri": "x.db"}, **{"model.embedding_size": 32})
    assert (config.top_k, config.milvus.uri, config.milvus.collection) == (5, "x.db", "movies")
    assert (config.model.embedding_size, config.model.dir) == (32, "artifacts/sample/model")


def test_the_command_line_is_laid_over_keywords():
    config = load_config("sample", top_k=5, overrides=["top_k=6", "milvus.uri=x.db", "milvus.collection=items"])
    assert (config.top_k, config.milvus.uri, config.milvus.collection) == (6, "x.db", "items")
    assert load_config("sample", overrides="top_k=7").top_k == 7


def test_the_caller_s_dict_is_left_alone():
    given = {"milvus": {"uri": "x.db"}}
    load_config(given, **{"milvus.collection": "items"})
    assert given == {"milvus": {"uri": "x.db"}}


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"overrides": ["top_k=0"]}, "--set top_k=...: top_k: given 0, accepted: a whole number from 1 to 16384."),
        ({"top_k": 0}, "keyword top_k: top_k: given 0, accepted: a whole number from 1 to 16384."),
        (
            {"overrides": ["dataset.name=1"]},
            "--set dataset.name=...: dataset.name: given 1, accepted: text that is not empty. "
            "Put it in quotes to make it a text.",
        ),
        (
            {"overrides": ["catalogue=[pw]"]},
            "--set catalogue=...: catalogue: given a list of 1, accepted: text that is not empty.",
        ),
        (
            {"milvus": {"urii": 1}},
            "keyword milvus: milvus.urii: unknown key. Did you mean 'uri'? "
            "Accepted: access, collection, index, recall, server, uri.",
        ),
        (
            {"milvus.urii": 1},
            "keyword milvus.urii: milvus.urii: unknown key. Did you mean 'uri'? "
            "Accepted: access, collection, index, recall, server, uri.",
        ),
        (
            {"extends": "article"},
            "keyword extends: extends: belongs in a config file; here, give that file as the source.",
        ),
    ],
)
def test_a_wrong_override_is_named(refused, keywords, message):
    assert refused("sample", **keywords) == message
