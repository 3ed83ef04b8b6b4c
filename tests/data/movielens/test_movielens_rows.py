from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.declarations import CODES
from towhee_recsys.data.sources.bad_rows import Reading
from towhee_recsys.data.sources.lines import BadLine
from towhee_recsys.data.sources.movielens.parsers import movie_parser, rating_parser, user_parser
from towhee_recsys.data.sources.rows import Rows
from towhee_recsys.errors import DatasetError

AGES = [1, 18, 25, 35, 45, 50, 56]
IDS = range(6)


def parsers(strict=False):
    return [movie_parser(), user_parser(CODES, strict=strict), rating_parser(IDS, IDS, (0.5, 5))]


def read(raw, parse, **reading):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rows.dat")
        file.write_bytes(raw)
        return list(Rows(file, parse, Reading(**reading)))


@pytest.mark.parametrize(
    ("line", "title", "year", "genres"),
    [
        ("1::Plain (1990)::Drama|War", "Plain", 1990, ["Drama", "War"]),
        ("1::No Blank(1990)::Drama", "No Blank", 1990, ["Drama"]),
        ("1::No Year::Drama", "No Year", None, ["Drama"]),
        ("1::Mission: Two (1990)::Drama", "Mission: Two", 1990, ["Drama"]),
        ("1::: A Colon (1990)::Drama", ": A Colon", 1990, ["Drama"]),
        ("1::Ends with a Colon: (1990):::Drama", "Ends with a Colon: (1990):", None, ["Drama"]),
        ("1::Two Years (1989) (1990)::Drama", "Two Years (1989)", 1990, ["Drama"]),
        ("1::Year Inside (1990) Again::Drama", "Year Inside (1990) Again", None, ["Drama"]),
        ("1::(1990)::Drama", "(1990)", None, ["Drama"]),
        ("1::Short Year (199)::Drama", "Short Year (199)", None, ["Drama"]),
        ("1::NA (1990)::(no genres listed)", "NA", 1990, []),
    ],
)
def test_movies(line, title, year, genres):
    assert movie_parser()(line) == {"movie_id": 1, "title": title, "year": year, "genres": genres}


@pytest.mark.parametrize(
    ("years", "group"), [(1, 1), (17, 1), (18, 18), (24, 18), (34, 25), (49, 45), (55, 50), (56, 56), (120, 56)]
)
def test_ages_in_years_fall_into_their_group(years, group):
    assert user_parser(CODES, strict=False)(f"1::M::{years}::0::1")["age"] == group


@pytest.mark.parametrize("years", [2, 17, 24, 57, 120])
def test_strict_parsing_takes_only_the_codes_of_ages(years):
    with pytest.raises(BadLine, match=f"age {years} is not one of the codes 1, 18, 25, 35, 45, 50, 56") as caught:
        user_parser(CODES, strict=True)(f"1::M::{years}::0::1")
    assert caught.value.cure == "fix the line, or set dataset.strict: false to take years"


@pytest.mark.parametrize("code", AGES)
def test_strict_parsing_takes_the_codes(code):
    assert user_parser(CODES, strict=True)(f"1::M::{code}::0::1")["age"] == code


def test_users_keep_the_zip_code_as_it_is():
    assert user_parser(CODES, strict=True)("7::F::25::12::02460-0001") == {
        "user_id": 7, "gender": "F", "age": 25, "occupation": 12, "zip_code": "02460-0001"
    }  # fmt: skip


def test_half_stars_and_other_scales():
    parse = rating_parser({1}, {1, 2, 3}, (-10, 10))
    assert [parse("1::1::4.5::0"), parse("1::2::-10::0"), parse("1::3::10.0::0")] == [
        (1, 1, 4.5, 0), (1, 2, -10.0, 0), (1, 3, 10.0, 0)
    ]  # fmt: skip


def test_largest_id_and_leading_zeros():
    largest = 2**63 - 1
    parse = rating_parser({largest}, {7}, (1, 5))
    assert parse(f"{largest}::000000000000000000000000007::5::0") == (largest, 7, 5.0, 0)


def test_first_of_two_wins_and_a_bad_line_takes_no_id():
    parse = movie_parser()
    with pytest.raises(BadLine, match="empty genre"):
        parse("1::Bad::")
    assert parse("1::First::Drama")["title"] == "First"
    with pytest.raises(BadLine, match="duplicate movie: movie 1 came before"):
        parse("1::Second::Drama")


@given(raw=st.binary(max_size=300), encoding=st.sampled_from(["latin-1", "utf-8"]), kind=st.sampled_from(range(3)))
def test_random_bytes_give_rows_or_our_error(raw, encoding, kind):
    for strict in (False, True):
        try:
            read(raw, parsers(strict)[kind], strict=strict, max_bad_share=1, encoding=encoding)
        except DatasetError:
            continue


pieces = st.sampled_from(
    [
        "1",
        "2",
        "5",
        "-1",
        "25",
        "F",
        "M",
        "::",
        ":",
        "\n",
        "\r",
        "A (1990)",
        "Drama",
        "|",
        "x",
        "é",
        "\ufeff",
        "٣",
        "nan",
    ]
)


@given(text=st.lists(pieces, max_size=60).map("".join), kind=st.sampled_from(range(3)))
def test_random_text_of_the_format_gives_rows_or_our_error(text, kind):
    for encoding in ("latin-1", "utf-8"):
        try:
            read(text.encode(), parsers()[kind], strict=False, max_bad_share=1, encoding=encoding)
        except DatasetError:
            continue


ids = st.integers(0, 2**63 - 1)
words = st.text(st.characters(max_codepoint=255, exclude_characters="\n\r\0"), min_size=1).map(str.strip).filter(bool)
titles = words.filter(lambda title: not title.endswith(")") and "::" not in title)
genre = words.filter(lambda name: not {":", "|"} & set(name))
movies = st.fixed_dictionaries(
    {"movie_id": ids, "title": titles, "year": st.none() | st.integers(0, 9999), "genres": st.lists(genre)}
)
users = st.fixed_dictionaries(
    {
        "user_id": ids,
        "gender": st.sampled_from("FM"),
        "age": st.sampled_from(AGES),
        "occupation": st.integers(0, 20),
        "zip_code": st.text("0123456789-"),
    }
)
stars = st.integers(1, 10).map(lambda halves: halves / 2)
ratings = st.tuples(st.sampled_from(IDS), st.sampled_from(IDS), stars, ids)


def movie_line(movie):
    year = "" if movie["year"] is None else f" ({movie['year']:04d})"
    return f"{movie['movie_id']}::{movie['title']}{year}::{'|'.join(movie['genres']) or '(no genres listed)'}\n"


def joined(values):
    return "::".join(map(str, values)) + "\n"


@given(rows=st.lists(movies, min_size=1, unique_by=lambda movie: movie["movie_id"]))
def test_written_movies_are_read_back(rows):
    text = "".join(map(movie_line, rows))
    assert read(text.encode(), movie_parser(), encoding="utf-8") == rows


@given(rows=st.lists(users, min_size=1, unique_by=lambda user: user["user_id"]))
def test_written_users_are_read_back(rows):
    columns = ("user_id", "gender", "age", "occupation", "zip_code")
    text = "".join(joined(user[column] for column in columns) for user in rows)
    assert read(text.encode("latin-1"), user_parser(CODES, strict=True)) == rows


@given(rows=st.lists(ratings, min_size=1, unique_by=lambda rating: rating[:2]))
def test_written_ratings_are_read_back(rows):
    text = "".join(map(joined, rows))
    assert read(text.encode("latin-1"), rating_parser(IDS, IDS, (0.5, 5))) == rows
