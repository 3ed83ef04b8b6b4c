from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.declarations import MOVIELENS
from towhee_recsys.data import records
from towhee_recsys.errors import DeclarationError, QueryError
from towhee_recsys.features import CategoryFeature, FeatureEncoder, IdFeature, NumberFeature, TextFeature, encoder

MOVIES = pd.DataFrame(
    {
        "movie_id": [6, 10, 99],
        "title": ["Heat", "The Red Shoes", "Never Rated"],
        "year": pd.array([1995, 1948, None], dtype="Int64"),
        "genres": [["Crime"], ["Drama", "Musical"], []],
    }
)
SIDE = FeatureEncoder.fit([*MOVIELENS.item, NumberFeature(column="year")], MOVIES, {6, 10})

RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "movie_id": st.one_of(st.none(), st.sampled_from([6, "10", 99, 12345]), st.text(max_size=3)),
        "genres": st.one_of(st.none(), st.lists(st.sampled_from(["Crime", "Drama", "Opera"]))),
        "title": st.one_of(st.none(), st.text(), st.sampled_from(["heat", "the red heat " * 9])),
        "year": st.one_of(st.none(), st.integers(1900, 2030), st.just(float("nan"))),
    },
)


def same(left, right) -> bool:
    return all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(left, right, strict=True))


def test_encode_by_hand():
    ids, genres, titles, years = SIDE.encode([{"movie_id": 10, "genres": ["Drama"], "title": "Red Heat", "year": 1995}])
    assert ids.tolist() == [2]
    assert genres.tolist() == [[0, 0, 1, 0]]
    assert titles.tolist() == [[2, 4, *[0] * 13]]
    assert years.tolist() == [[1]]


def test_only_rated_ids_are_known_but_the_facts_of_all():
    assert SIDE.state["fitted"]["movie_id"] == {"values": ["6", "10"]}
    assert SIDE.encode([{"movie_id": 99}])[0].tolist() == [0]
    assert "never" in SIDE.state["fitted"]["title"]["values"]


def test_a_side_made_of_its_state_is_the_same():
    again = FeatureEncoder(SIDE.features, SIDE.state)
    records = [{}, {"movie_id": 6, "title": "The Shoes", "year": 2000}]
    assert same(again.encode(records), SIDE.encode(records))


def test_an_empty_record_is_unknown_in_every_way():
    ids, genres, titles, years = SIDE.encode([{}])
    assert (ids.tolist(), genres.tolist(), years.tolist()) == ([0], [[1, 0, 0, 0]], [[0]])
    assert not titles.any()
    nothing = dict.fromkeys(["movie_id", "genres", "title", "year"])
    assert same(SIDE.encode([nothing]), SIDE.encode([{}]))


def test_no_records():
    assert [array.shape for array in SIDE.encode([])] == [(0,), (0, 4), (0, 15), (0, 1)]


def test_unknown_fields_are_refused_with_the_nearest():
    with pytest.raises(QueryError, match=r"^field 'genre' is not known\. Did you mean 'genres'\? Accepted: movie_id, "):
        SIDE.encode([{"title": "Heat"}, {"genre": ["Crime"]}])


def test_ignored_fields_are_accepted_and_listed_but_not_read():
    assert same(SIDE.encode([{"title": "Heat", "liked": 5}], ignored=["liked"]), SIDE.encode([{"title": "Heat"}]))
    with pytest.raises(
        QueryError, match=r"^field 'likes' is not known\. Did you mean 'liked'\? Accepted: .*, liked\.$"
    ):
        SIDE.encode([{"likes": [6]}], ignored=["liked"])


@pytest.mark.parametrize("record", ["Heat", 6, None, ["title", "Heat"]])
def test_other_things_than_records_are_refused(record):
    with pytest.raises(QueryError, match=r"^a record is a mapping such as \{'movie_id': \.\.\., .*\}; .* was given"):
        SIDE.encode([record])


def test_a_column_of_the_table_that_is_no_feature_is_accepted_and_ignored():
    side = FeatureEncoder.fit([TextFeature(column="title")], MOVIES, set())
    assert same(side.encode([{"title": "Heat", "year": "any"}]), side.encode([{"title": "Heat"}]))


def test_a_feature_without_its_column():
    with pytest.raises(DeclarationError) as caught:
        FeatureEncoder.fit([TextFeature(column="titel")], MOVIES, set(), "features.item")
    message = str(caught.value)
    assert message.startswith("features.item[0].column: given 'titel'")
    assert all(
        fact in message for fact in ("not in the data", "Did you mean 'title'?", "Accepted: 'movie_id', 'title'")
    )


def test_all_features_without_their_columns():
    features = [TextFeature(column="titel"), TextFeature(column="title"), NumberFeature(column="yaer")]
    with pytest.raises(DeclarationError, match=r"item\[0\].column: given 'titel'.*\n.*\[2\].column: given 'yaer'"):
        FeatureEncoder.fit(features, MOVIES, set(), "features.item")


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=5))
def test_each_record_is_encoded_on_its_own(records):
    alone = [SIDE.encode([record]) for record in records]
    assert same(SIDE.encode(records), [np.concatenate(arrays) for arrays in zip(*alone, strict=True)])


@settings(max_examples=30, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_hiding(records, seed):
    arrays, nothing = SIDE.encode(records), SIDE.encode([{}] * len(records))
    assert same(SIDE.hide(arrays, 0.0, np.random.default_rng(seed)), arrays)
    hidden = SIDE.hide(arrays, 1.0, np.random.default_rng(seed))
    learned = [feature.learns_unknown for feature in SIDE.features]
    expected = [none if each else own for each, own, none in zip(learned, arrays, nothing, strict=True)]
    assert same(hidden, expected)
    for line in range(len(records)):  # half way each value is either itself or unknown
        for hidden, own, none in zip(SIDE.hide(arrays, 0.5, np.random.default_rng(seed)), arrays, nothing, strict=True):
            assert np.array_equal(hidden[line], own[line]) or np.array_equal(hidden[line], none[line])


def test_hiding_hides_its_share_and_leaves_the_given_alone():
    arrays = SIDE.encode([{"movie_id": 6, "genres": ["Crime"], "title": "Heat", "year": 1995}] * 2000)
    hidden = SIDE.hide(arrays, 0.25, np.random.default_rng(0))
    shares = [
        np.mean((array != before).reshape(2000, -1).any(axis=1)) for array, before in zip(hidden, arrays, strict=True)
    ]
    expected = [0.25 if feature.learns_unknown else 0 for feature in SIDE.features]
    assert shares == pytest.approx(expected, abs=0.03)
    assert [feature.kind for feature in SIDE.features if feature.learns_unknown] == ["categories"]
    assert max(shares) > 0
    assert arrays[0].all(), "the given arrays are as they were"


def test_what_a_data_frame_makes_of_a_column_with_gaps_is_undone():
    side = FeatureEncoder.fit(MOVIELENS.user, USERS, {1})
    plain = side.encode([{"user_id": 1, "age": 25, "occupation": None}])
    framed = side.encode([{"user_id": 1.0, "age": np.float64(25), "occupation": float("nan")}])
    assert [array.tolist() for array in framed] == [array.tolist() for array in plain]


def test_numbers_of_a_column_with_gaps_are_the_values_that_they_were():
    table = pd.DataFrame({"shelf": [3.0, None, 5.0]})
    encoder = FeatureEncoder.fit([CategoryFeature(column="shelf")], table, set())
    assert encoder.state["fitted"]["shelf"] == {"values": ["3", "5"]}
    assert encoder.encode([{"shelf": 3}, {"shelf": 3.0}, {"shelf": None}])[0].tolist() == [1, 1, 0]


def test_text_ids_are_known_as_they_are():
    table = pd.DataFrame({"sku": ["A-1", "b 2", "7"]})
    encoder = FeatureEncoder.fit([IdFeature(column="sku")], table, {"A-1", "7"})
    assert encoder.encode([{"sku": "A-1"}, {"sku": "7"}, {"sku": "b 2"}])[0].tolist() == [2, 1, 0]


def test_half_a_year_is_no_age():
    with pytest.raises(QueryError, match=r"age 25\.5 is not known"):
        FeatureEncoder.fit(MOVIELENS.user, USERS, {1}).encode([{"age": 25.5}])


USERS = pd.DataFrame({"user_id": [1], "gender": ["F"], "age": [25], "occupation": [12], "zip_code": ["0"]})


def test_a_table_is_encoded_as_its_records_are_whatever_the_parts(monkeypatch):
    whole = SIDE.encode(records(MOVIES))
    for size in (1, 2, 3, 100):
        monkeypatch.setattr(encoder, "CHUNK", size)
        assert same(SIDE.encode_table(MOVIES), whole)
    nothing = SIDE.encode_table(MOVIES.head(0))
    assert [(each.dtype, each.shape[1:]) for each in nothing] == [(each.dtype, each.shape[1:]) for each in whole]
    assert {len(each) for each in nothing} == {0}


def test_a_large_table_is_encoded_in_a_part_of_the_memory_of_its_records():
    table = pd.DataFrame({"movie_id": range(40_000), "year": 2000, "title": "Heat", "genres": [["Crime"]] * 40_000})
    peaks = [_peak(lambda: SIDE.encode_table(table)), _peak(lambda: SIDE.encode(records(table)))]
    assert peaks[0] < peaks[1] / 2


def _peak(work) -> int:
    """The bytes that are taken during `work`, beyond what is there before and what it returns."""
    tracemalloc.start()
    try:
        result = work()
        return tracemalloc.get_traced_memory()[1] - sum(array.nbytes for array in result)
    finally:
        tracemalloc.stop()
