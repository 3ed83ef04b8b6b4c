"""Bad lines of every kind, read strictly and leniently. All rows here are invented."""

from __future__ import annotations

import logging
import re

import pytest

from tests.declarations import CODES
from towhee_recsys.data.sources.bad_rows import Reading
from towhee_recsys.data.sources.movielens.parsers import movie_parser, rating_parser, user_parser
from towhee_recsys.data.sources.rows import Rows
from towhee_recsys.errors import DatasetError

GOOD = {
    "movies.dat": b"1::Good One (1990)::Drama\n",
    "users.dat": b"1::F::25::12::12345\n",
    "ratings.dat": b"1::1::5::100\n",
}
HUGE = str(2**63).encode()

BAD = [
    ("movies.dat", b"\n", "blank line", "the line is blank"),
    ("movies.dat", b"\0\n", "NUL bytes", r"NUL bytes, as UTF-16 has them, in b'\x00'"),
    ("movies.dat", "2::Café (1990)::Drama\n".encode(), "looks like UTF-8", "looks like UTF-8: b'2::Caf"),
    ("movies.dat", b"2::A (1990)::Drama\r3::B (1990)::Drama\n", "carriage return", "a carriage return inside of"),
    ("movies.dat", b"2::No Genres (1990)\n", "missing fields", "in '2::No Genres (1990)'"),
    (
        "movies.dat",
        b"2::A::Drama::1\n",
        "too many fields",
        "4 instead of 3 (movie id, title, genres) in '2::A::Drama::1'",
    ),
    ("movies.dat", b"2::A::B::C::D\n", "too many fields", "too many fields: 5 instead of 3"),
    ("movies.dat", b"2::A::::Drama\n", "too many fields", "too many fields: 4 instead of 3"),
    ("movies.dat", b"2,A (1990),Drama\n", "looks like CSV", "`::` expected between 3 (movie id, title, genres)"),
    ("movies.dat", b"2:::Drama\n", "missing fields", "in '2:::Drama'"),
    ("movies.dat", b"::A (1990)::Drama\n", "empty movie id", "the movie id is empty"),
    ("movies.dat", b"x::A (1990)::Drama\n", "movie id not a number", "movie id 'x' is not a whole number"),
    ("movies.dat", b"2.5::A (1990)::Drama\n", "movie id not a number", "movie id '2.5' is not a whole number"),
    ("movies.dat", b"1_0::A (1990)::Drama\n", "movie id not a number", "movie id '1_0' is not a whole number"),
    ("movies.dat", b"-2::A (1990)::Drama\n", "negative movie id", "movie id '-2' is negative"),
    ("movies.dat", HUGE + b"::A (1990)::Drama\n", "movie id too large", f"movie id '{2**63}' is larger than 2**63 - 1"),
    ("movies.dat", b"9" * 5000 + b"::A::Drama\n", "movie id too large", "is larger than 2**63 - 1"),
    ("movies.dat", b"2:: ::Drama\n", "empty title", "the title is empty"),
    ("movies.dat", b"2::A (1990)::\n", "empty genre", "none is written as '(no genres listed)'"),
    ("movies.dat", b"2::A (1990)::Drama|\n", "empty genre", "an empty genre in 'Drama|'"),
    ("movies.dat", b"1::Again (1990)::Drama\n", "duplicate movie", "duplicate movie: movie 1 came before"),
    ("users.dat", b"2::F::25::12\n", "missing fields", "4 instead of 5 (user id, gender, age, occupation, zip code)"),
    ("users.dat", b"2::F::25::12::1::1\n", "too many fields", "too many fields: 6 instead of 5"),
    ("users.dat", b"::F::25::12::12345\n", "empty user id", "the user id is empty"),
    ("users.dat", b"-1::F::25::12::12345\n", "negative user id", "user id '-1' is negative"),
    ("users.dat", b"2::X::25::12::12345\n", "unknown gender", "gender 'X' is not one of F, M"),
    ("users.dat", b"2::F::old::12::12345\n", "age not a number", "age 'old' is not a whole number"),
    ("users.dat", b"2::F::121::12::12345\n", "unknown age", "age 121 is not"),
    ("users.dat", b"2::F::0::12::12345\n", "unknown age", "age 0 is not"),
    ("users.dat", b"2::F::25::21::12345\n", "unknown occupation", "occupation 21 is not one of 0, 1, 2"),
    ("users.dat", b"1::M::25::12::12345\n", "duplicate user", "duplicate user: user 1 came before"),
    ("ratings.dat", b"1::2::5\n", "missing fields", "missing fields: 3 instead of 4"),
    ("ratings.dat", b"1::2::5::100::1\n", "too many fields", "too many fields: 5 instead of 4"),
    ("ratings.dat", b"1,2,5,100\n", "looks like CSV", "but this looks like CSV: '1,2,5,100'"),
    ("ratings.dat", b"1::2::x::100\n", "rating not a number", "rating 'x' is not a number"),
    ("ratings.dat", b"1::2::::100\n", "rating not a number", "rating '' is not a number"),
    ("ratings.dat", b"1::2::4_5::100\n", "rating not a number", "rating '4_5' is not a number"),
    ("ratings.dat", b"1::2:: 5::100\n", "rating not a number", "rating ' 5' is not a number"),
    ("ratings.dat", b"1::2::nan::100\n", "rating not finite", "rating 'nan' is not a finite number"),
    ("ratings.dat", b"1::2::inf::100\n", "rating not finite", "rating 'inf' is not a finite number"),
    ("ratings.dat", b"1::2::1e999::100\n", "rating not finite", "rating '1e999' is not a finite number"),
    (
        "ratings.dat",
        b"1::2::6::100\n",
        "rating out of scale",
        "'6' is out of dataset.interactions.scale, 1 to 5",
    ),
    ("ratings.dat", b"1::2::0.5::100\n", "rating out of scale", "rating '0.5' is out of dataset.interactions.scale"),
    ("ratings.dat", b"::2::5::100\n", "empty user id", "the user id is empty"),
    ("ratings.dat", b"1::::5::100\n", "empty movie id", "the movie id is empty"),
    ("ratings.dat", b"1::2::5::\n", "empty timestamp", "the timestamp is empty"),
    ("ratings.dat", b"1::2::5::noon\n", "timestamp not a number", "timestamp 'noon' is not a whole number"),
    ("ratings.dat", b"9::2::5::100\n", "unknown user", "unknown user: 9 is not in users.dat"),
    ("ratings.dat", b"1::9::5::100\n", "unknown movie", "unknown movie: 9 is not in movies.dat"),
    ("ratings.dat", b"1::1::4::200\n", "duplicate rating", "rating of user 1 for movie 1 came before"),
    ("ratings.dat", "1::2::٣::100\n".encode(), "looks like UTF-8", "the line is read as Latin-1 but"),
]


def rows(folder, name, content, **reading):
    path = folder / name
    path.write_bytes(content)
    reading = Reading(**{"strict": True, "max_bad_share": 1.0} | reading)
    parsers = {
        "movies.dat": movie_parser(),
        "users.dat": user_parser(CODES, strict=reading.strict),
        "ratings.dat": rating_parser({1, 2}, {1, 2}, (1, 5)),
    }
    return Rows(path, parsers[name], reading)


@pytest.mark.parametrize(("name", "line", "reason", "details"), BAD)
def test_strict_reading_stops_at_the_line(tmp_path, name, line, reason, details):
    with pytest.raises(DatasetError) as caught:
        list(rows(tmp_path, name, GOOD[name] + line))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / name}:2: ")
    assert details in message
    assert re.search("; (fix|save|set|write) ", message), "it says what to do"
    assert len(message) < len(str(tmp_path)) + 320


@pytest.mark.parametrize(("name", "line", "reason", "details"), BAD)
def test_lenient_reading_skips_and_counts(tmp_path, caplog, name, line, reason, details):
    walk = rows(tmp_path, name, GOOD[name] + line + line, strict=False)
    assert list(walk) == list(rows(tmp_path, name, GOOD[name]))
    assert walk.bad == {reason: 2}
    assert f"{name}: 2 of 3 rows skipped: 2 x {reason}" in caplog.text


def test_warning_counts_the_reasons(tmp_path, caplog):
    caplog.set_level(logging.WARNING, "towhee_recsys.data")
    lines = b"1::9::5::0\n" * 2 + b"1::2::6::0\n" + GOOD["ratings.dat"]
    list(rows(tmp_path, "ratings.dat", lines, strict=False))
    assert caplog.messages == [
        f"{tmp_path / 'ratings.dat'}: 3 of 4 rows skipped: "
        "2 x unknown movie (first in row 1), 1 x rating out of scale (first in row 3)"
    ]


def test_warning_says_how_to_heal_the_encoding(tmp_path, caplog):
    list(rows(tmp_path, "movies.dat", GOOD["movies.dat"] + "2::É::Drama\n".encode(), strict=False))
    assert caplog.messages == [
        f"{tmp_path / 'movies.dat'}: 1 of 2 rows skipped: "
        "1 x looks like UTF-8 (first in row 2); set dataset.encoding: utf-8"
    ]


def test_share_of_bad_lines_above_the_limit(tmp_path):
    lines = GOOD["ratings.dat"] + b"1::9::5::0\n1::9::5::0\n1::2::x::0\n"
    walk = rows(tmp_path, "ratings.dat", lines, strict=False, max_bad_share=0.5)
    with pytest.raises(DatasetError) as caught:
        list(walk)
    assert str(caught.value) == (
        f"{tmp_path / 'ratings.dat'}: 3 of 4 rows are bad (75.00%), more than dataset.max_bad_share allows (50.00%): "
        "2 x unknown movie (first in row 2), 1 x rating not a number (first in row 4); "
        "fix the file, or raise dataset.max_bad_share"
    )


def test_a_csv_under_another_name_is_reported_as_such_before_anything_else(tmp_path):
    lines = (
        "movieId,title,genres\n" + "".join(f"{number},Café {number},Drama\n" for number in range(3)) + "9,A,Drama\n" * 9
    )
    with pytest.raises(
        DatasetError, match=r"looks like CSV.*write `::` between the fields.*set dataset\.encoding: utf-8$"
    ):
        list(rows(tmp_path, "movies.dat", lines.encode(), strict=False, max_bad_share=0.1))


def test_colons_of_a_title_are_its_own(tmp_path):
    lines = b"2::A: B (1990)::Drama\n3::: A :(1990)::Drama\n4::A:::Drama\n"
    assert [each["title"] for each in rows(tmp_path, "movies.dat", lines)] == ["A: B", ": A :", "A:"]


def test_share_at_the_limit_is_accepted(tmp_path):
    lines = b"".join(b"%d::A::Drama\n" % number for number in range(71)) + b"x\n" * 29
    assert len(list(rows(tmp_path, "movies.dat", lines, strict=False, max_bad_share=0.29))) == 71


def test_share_error_names_the_cure_of_a_wrong_encoding(tmp_path):
    lines = "".join(f"{number}::Café::Drama\n" for number in range(10)).encode()
    with pytest.raises(DatasetError, match=r"10 x looks like UTF-8 \(first in row 1\); set dataset\.encoding: utf-8$"):
        list(rows(tmp_path, "movies.dat", lines, strict=False, max_bad_share=0.1))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_file(tmp_path, encoding):
    content = (GOOD["movies.dat"] * 3).decode().encode(encoding)
    for strict in (True, False):
        with pytest.raises(DatasetError, match=r"NUL bytes.*save the file as Latin-1 or UTF-8"):
            list(rows(tmp_path, "movies.dat", content, strict=strict, max_bad_share=0.01))


def test_file_without_a_good_line(tmp_path):
    with pytest.raises(DatasetError, match=r"2 of 2 rows are bad \(100.00%\), so nothing is left: 2 x missing fields"):
        list(rows(tmp_path, "movies.dat", b"x\ny\n", strict=False))


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
def test_empty_file(tmp_path, strict, content):
    with pytest.raises(DatasetError, match=r"users\.dat is empty; copy it again"):
        list(rows(tmp_path, "users.dat", content, strict=strict))


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("name", GOOD)
def test_byte_order_mark_and_foreign_line_ends_lose_nothing(tmp_path, caplog, strict, name):
    wanted = list(rows(tmp_path, name, GOOD[name]))
    line = GOOD[name].rstrip()
    for content in (b"\xef\xbb\xbf" + line + b"\n", line + b"\r\n", line + b"\r"):
        assert list(rows(tmp_path, name, content, strict=strict)) == wanted
    assert not caplog.messages


@pytest.mark.parametrize(
    ("name", "cut"), [("movies.dat", b"2::The Cu"), ("users.dat", b"2::F::2"), ("ratings.dat", b"1::2::5::")]
)
def test_cut_last_line(tmp_path, name, cut):
    with pytest.raises(DatasetError, match=r"dat:2: cut last line: it has no newline at its end, and .*; fix the row"):
        list(rows(tmp_path, name, GOOD[name] + cut))
    walk = rows(tmp_path, name, GOOD[name] + cut, strict=False)
    assert len(list(walk)) == 1
    assert walk.bad == {"cut last line": 1}


def test_last_line_without_newline_that_parses(tmp_path):
    content = GOOD["ratings.dat"] + b"1::2::5::100"
    with pytest.raises(DatasetError, match="cut last line: it has no newline at its end, so it may be cut; fix"):
        list(rows(tmp_path, "ratings.dat", content))
    walk = rows(tmp_path, "ratings.dat", content, strict=False)
    assert list(walk) == [(1, 1, 5.0, 100), (1, 2, 5.0, 100)]
    assert not walk.bad


def test_last_line_without_newline_whose_values_are_bad(tmp_path):
    walk = rows(tmp_path, "ratings.dat", GOOD["ratings.dat"] + b"1::9::5::100", strict=False)
    list(walk)
    assert walk.bad == {"unknown movie": 1}


def test_rows_are_read_lazily(tmp_path):
    walk = iter(rows(tmp_path, "ratings.dat", GOOD["ratings.dat"] + b"bad\n"))
    assert next(walk) == (1, 1, 5.0, 100)
    with pytest.raises(DatasetError, match="missing fields"):
        next(walk)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"encoding": "utf-7"}, "encoding: given 'utf-7', accepted: latin-1 or utf-8"),
        ({"max_bad_share": 1.5}, "max_bad_share: given 1.5, accepted: a number from 0 to 1"),
        ({"max_bad_share": float("nan")}, "max_bad_share: given nan, accepted: a number from 0 to 1"),
    ],
)
def test_settings_out_of_range(setting, message):
    with pytest.raises(DatasetError, match=message):
        Reading(**setting)
