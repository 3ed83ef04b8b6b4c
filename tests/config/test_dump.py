from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee_recsys.config import dump_config, load_config
from towhee_recsys.config.yaml import parse_mapping

TEXT = st.text(min_size=1).filter(lambda text: "${" not in text and "\0" not in text) | st.sampled_from(
    [
        "NO",
        "010",
        "09",
        "1e-3",
        "null",
        "~x",
        "12:30",
        "2024-01-02",
        "- x",
        "a: b",
        "#",
        "'",
        "0x1",
        ".nan",
        "\x85",
        "\ufeff",
    ]
)
SIZE = st.integers(1, 1024)
CODES = st.dictionaries(st.integers() | TEXT, TEXT, max_size=4)


def features(*kinds: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(st.one_of(kinds), min_size=1, max_size=4, unique_by=lambda feature: feature["column"])


def features_of(own_id):
    return features(
        st.fixed_dictionaries({"kind": st.just("id"), "column": st.just(own_id)}, optional={"size": SIZE}),
        st.fixed_dictionaries(
            {"kind": st.just("category"), "column": TEXT}, optional={"names": CODES, "groups_to": SIZE}
        ),
        st.fixed_dictionaries(
            {"kind": st.just("text"), "column": TEXT}, optional={"window": st.integers(1, 64), "length": SIZE}
        ),
    )


FOLDER = TEXT.filter(lambda text: Path(os.path.abspath(text)).name)
"""Any but the root of the file system, which is refused."""

SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "dataset": st.fixed_dictionaries({"path": TEXT}, optional={"name": TEXT, "strict": st.none() | st.booleans()}),
        "features": st.fixed_dictionaries({"user": features_of("user_id"), "item": features_of("movie_id")}),
        "model": st.fixed_dictionaries(
            {"dir": FOLDER, "rating_map": st.fixed_dictionaries({"intercept": st.floats(-9, 9)})}
        ),
        "training": st.fixed_dictionaries({"learning_rate": st.floats(1e-300, 1e300), "unknown_rate": st.just(0)}),
        "milvus": st.fixed_dictionaries({"uri": TEXT}),
        "catalogue": TEXT,
        "seed": st.integers(0, 2**32 - 1),
    },
)


@given(SETTINGS)
def test_a_dump_is_read_back_as_the_same_config(given_settings):
    config = load_config(given_settings)
    assert load_config(parse_mapping(dump_config(config).encode(), "dump").data) == config


def test_a_dump_reads_like_a_config():
    lines = dump_config(load_config("sample")).splitlines()
    assert lines[:2] == ["version: 1", "dataset:"]
    assert "  uri: artifacts/sample/movies.db" in lines
    assert "    scale: [1.0, 5.0]" in lines


def test_a_dump_keeps_what_comes_from_the_environment(monkeypatch, write):
    monkeypatch.setenv("SECRET", "s3cret")
    config = load_config("sample", catalogue="mysql://${env:SECRET}@host/items")
    assert "catalogue: mysql://${env:SECRET}@host/items" in dump_config(config)
    assert load_config(write("config.yaml", dump_config(config))) == config


@pytest.mark.parametrize("name", ["sample", "article", "movielens_1m"])
def test_a_dumped_file_is_a_config(name, write):
    config = load_config(name)
    assert load_config(write("config.yaml", dump_config(config))) == config
