"""Items by title: what is found, what is ambiguous, and that no character has a meaning of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee_recsys.bundle import Bundle
from towhee_recsys.errors import QueryError
from towhee_recsys.requests import CatalogueTitles, item_finder
from towhee_recsys.requests.titles import Titles, folded
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import open_index

ITEMS = [
    (1, "Toy Story"),
    (3114, "Toy Story 2"),
    (6, "Heat"),
    (7, "Dead Heat"),
    (8, "Matrix, The"),
    (9, "Amélie"),
    (10, "2001: A Space Odyssey"),
    (11, "千と千尋の神隠し"),
    (12, "Heathers"),
    (13, "heat"),
    (14, "\n"),
    (15, "..."),
    (16, "Star Wars"),
]


@pytest.fixture(scope="module")
def titles() -> Titles:
    return Titles(ITEMS)


def ids(found: list[tuple[int, str]]) -> list[int]:
    return [key for key, _ in found]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("toy story", [1, 3114]),
        ("TOY STORY 2", [3114]),
        ("heat", [6, 13, 12, 7]),
        ("hea", [6, 12, 13, 7]),
        ("eathe", [12]),
        ("the matrix", [8]),
        ("matrx", [8]),
        ("amelie", [9]),
        ("space 2001", [10]),
        ("space odisey", [10]),
        ("千と", [11]),
        ("starwars", [16]),
        ("...", [15]),
        ("zzz", []),
        ("", []),
        (" \n ", []),
        (".*", []),
    ],
)
def test_the_best_come_first(titles, query, expected):
    assert ids(titles.search(query, 10)) == expected
    assert ids(titles.search(query, 1)) == expected[:1]
    assert titles.search(query, 0) == []


def test_titles_are_given_as_they_are_written(titles):
    assert titles.search("the matrix", 5) == [(8, "Matrix, The")]
    assert titles.named("amelie") == [(9, "Amélie")]
    assert titles.named("HEAT") == [(6, "Heat"), (13, "heat")]
    assert (len(titles), 16 in titles, 17 in titles) == (len(ITEMS), True, False)


def test_no_titles():
    nothing = Titles([])
    assert (nothing.search("x", 5), nothing.named("x"), nothing.close("x", 5)) == ([], [], [])


@given(st.lists(st.text(max_size=12), max_size=8), st.data())
def test_every_title_finds_itself(texts, data):
    """Whatever characters it has, and whatever the others are."""
    titles = Titles(list(enumerate(texts)))
    for text in texts:
        same = [other for other, each in enumerate(texts) if folded(each) == folded(text)]
        if folded(text):
            assert ids(titles.named(text)) == same
            assert ids(titles.search(text, len(same))) == same
    query = data.draw(st.text(max_size=6))
    found = ids(titles.search(query, 99))
    assert len(found) == len(set(found))
    holding = {row for row, each in enumerate(texts) if folded(query) in folded(each)} if folded(query) else set()
    assert holding <= set(found)


@pytest.fixture(scope="module")
def find(sample_bundle: Bundle, indexed_config):
    stores = (
        open_catalogue(indexed_config.catalogue),
        open_index(indexed_config.milvus.uri, indexed_config.milvus.collection),
    )
    return item_finder(sample_bundle, *stores)


@pytest.fixture(scope="module")
def known(indexed_config) -> dict[int, str]:
    """The sample's titles by id."""
    build = open_index(indexed_config.milvus.uri, indexed_config.milvus.collection).live().build
    return {key: facts["title"] for key, facts in open_catalogue(indexed_config.catalogue).items(build)}


def test_ids_and_titles_stand_for_items(find, known):
    assert (find(5001, "liked"), find("5001", "liked")) == (5001, 5001)
    unique = [key for key, title in known.items() if list(map(folded, known.values())).count(folded(title)) == 1]
    assert len(unique) > 100
    for key in unique:
        assert find(known[key].upper(), "liked") == key


def test_a_title_with_a_typing_error_stands_for_the_only_item_that_is_close(find, known):
    longest = max(known, key=lambda key: len(known[key]))
    assert find(f"{known[longest][:-1]}#", "liked") == longest


def test_an_ambiguous_title_lists_at_most_five_candidates_with_their_ids(find, known):
    with pytest.raises(QueryError) as raised:
        find("the", "liked")
    message = str(raised.value)
    assert "liked: given 'the', accepted: an id" in message
    assert [key for key, title in known.items() if f"{title!r} ({key})" in message]
    assert sum(f"({key})" in message for key in known) == 5
    assert message.endswith(", and others.")
    assert raised.value.field == "liked"


@pytest.mark.parametrize("text", ["zqzqzqzq", "'; DROP TABLE facts; --", "\0", "%", "05001"])
def test_what_no_item_is_called_is_refused(find, text):
    with pytest.raises(QueryError) as raised:
        find(text, "disliked")
    assert f"disliked: given {text!r}" in str(raised.value)


@pytest.mark.parametrize("wrong", [None, 1.5, True, [], b"x"], ids=str)
def test_what_is_neither_is_refused(find, wrong):
    with pytest.raises(QueryError, match="liked: item id"):
        find(wrong, "liked")


def test_titles_are_read_once_for_a_build_whatever_threads_need_them(indexed_config):
    record = open_index(indexed_config.milvus.uri, indexed_config.milvus.collection).live()
    titles = CatalogueTitles(open_catalogue(indexed_config.catalogue), "title")
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(titles.of, [record] * 8))
    assert len(read[0]) == 326
    assert all(each is read[0] for each in read)
