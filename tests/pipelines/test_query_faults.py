"""Questions that make no sense, in Python, in YAML and as overrides: refused in words, with nothing searched for."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys import load_config
from towhee_recsys.bundle import ItemEncoder
from towhee_recsys.errors import ConfigError, QueryError
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.operators.milvus_search import MilvusSearch
from towhee_recsys.pipelines import recommend_pipeline, similar_pipeline

ACCEPTED = "accepted: a whole number from 1 to 16384."
INJECTIONS = ['x" or id >= 0 or title == "', "5001 or id >= 0", "5001] or id in [5002", "*", "'; DROP TABLE items; --"]


def refused(act, *given) -> str:
    with pytest.raises(QueryError) as raised:
        act(*given)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ({"user_id": 999_999}, "user_id 999999 is not known to this model. Give what is known of it: gender, age, "),
        ({"gender": "X"}, "gender 'X' is not known. Accepted: F (female), M (male)."),
        ({"age": -1}, "age -1 is not known. Accepted: 1 (Under 18), "),
        ({"age": 200}, "or any whole number from 1 to 120."),
        ({"age": float("inf")}, "age inf is not known. Accepted: 1 (Under 18), "),
        ({"occupation": 99}, "occupation 99 is not known. Accepted: 0 (other)"),
        ({"user_id": True}, "user_id True is not acceptable: give a whole number or a text."),
        ({"age": True}, "age True is not known. Accepted: 1 (Under 18), "),
        ({"occupation": False}, "occupation False is not known. Accepted: 0 (other)"),
        ({"gender": True}, "gender True is not known. Accepted: F (female), M (male)."),
    ],
    ids=str,
)
def test_a_user_that_cannot_be(recommend, user, message):
    assert message in refused(recommend, user)
    assert message in refused(recommend, [{"gender": "F"}, user])


@pytest.mark.parametrize(
    ("top_k", "shown"), [(0, "0"), (-1, "-1"), (1.5, "1.5"), ("5", "'5'"), (2**31, "2147483648"), (True, "true")]
)
def test_a_top_k_that_cannot_be(top_k, shown, indexed_config, tmp_path):
    yaml = tmp_path / "shop.yaml"
    written = '"5"' if top_k == "5" else str(top_k).lower()
    yaml.write_text(f"extends: sample\ntop_k: {written}\n")
    for place, act in {
        "keyword top_k": lambda: load_config("sample", top_k=top_k),
        f"{yaml}:2": lambda: load_config(yaml),
        "--set top_k=...": lambda: load_config("sample", overrides=[f"top_k={written}"]),
        "given settings": lambda: load_config({"top_k": top_k}),
    }.items():
        with pytest.raises(ConfigError) as raised:
            act()
        assert str(raised.value) == f"{place}: top_k: given {shown}, {ACCEPTED}"
    message = f"top_k {top_k!r} is not acceptable: give a whole number from 1 to 16384."
    assert refused(search, indexed_config, top_k) == message


def search(config, top_k: int = 10) -> MilvusSearch:
    return MilvusSearch(uri=config.milvus.uri, collection=config.milvus.collection, top_k=top_k)


def test_a_top_k_above_the_catalogue_s_size_gives_all_of_it(indexed_config):
    items = recommend_pipeline(load_config(indexed_config, top_k=16384))({}).get()[0]
    assert sorted(item["movie_id"] for item in items) == list(range(5001, 5327))


@pytest.mark.parametrize("text", INJECTIONS)
def test_texts_that_try_to_break_out_of_an_expression(text, recommend, indexed_config, sample_bundle):
    assert "is not known to this model" in refused(recommend, {"user_id": text})
    assert "is not known" in refused(recommend, {"gender": text})
    found = refused(recommend, {"liked": [text]})
    assert "liked: " in found
    assert repr(text) in found
    similar = similar_pipeline(indexed_config)
    assert repr(text) in refused(similar, {"movie_id": text})
    vector = np.asarray(normalize(ItemEncoder(sample_bundle)({"movie_id": 5001})))
    found = refused(search(indexed_config), vector, text)
    assert repr(text) in found
    assert "a list of ids is accepted" in found
    with pytest.raises(QueryError, match="letters, digits and '_' make a name"):
        MilvusSearch(uri=indexed_config.milvus.uri, collection=text)


def test_what_leaves_no_item_over_gives_no_items(indexed_config, sample_bundle):
    vector = normalize(ItemEncoder(sample_bundle)({"movie_id": 5001}))
    assert list(search(indexed_config)(vector, list(range(5001, 5327)))) == []


def test_a_pipeline_answers_on_after_all_that(recommend):
    refused(recommend, {"age": 200})
    assert len(recommend({"age": 20}).get()[0]) == 10
