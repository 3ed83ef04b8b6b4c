"""The quick way to read ratings gives what line by line reading gives, or nothing."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.interactions import same
from towhee_recsys.data import Interactions
from towhee_recsys.data.sources.bad_rows import Reading
from towhee_recsys.data.sources.movielens.fast import read_ratings_fast
from towhee_recsys.data.sources.movielens.parsers import rating_parser
from towhee_recsys.data.sources.movielens.source import _ratings
from towhee_recsys.data.sources.rows import Rows
from towhee_recsys.errors import DatasetError

USERS, MOVIES, SCALE = pd.Index([1, 30, 2]), pd.Index([5, 6, 2**63 - 1]), (1.0, 5.0)
GOOD = "1::5::4::978300760\n2::6::3::0\n30::9223372036854775807::1::9223372036854775807\n"

BAD = {
    "empty": "",
    "no newline at the end": GOOD[:-1],
    "blank line": GOOD + "\n",
    "carriage returns": GOOD.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + GOOD,
    "one colon": GOOD + "2::5:4::1\n",
    "a field between": GOOD + "2:7:5::4::1\n",
    "five fields, then three": GOOD + "1::6::4::1::1\n2::5::4\n",
    "three fields, then five": GOOD + "2::5::4\n1::6::4::1::1\n",
    "one more colon, then one less": GOOD + "1::6::4::1:\n2::5::4:1\n",
    "empty id": GOOD + "::5::4::1\n",
    "empty rating": GOOD + "2::5::::1\n",
    "not whole": GOOD + "2.0::5::4::1\n",
    "no number": GOOD + "2::5::4.4.4::1\n",
    "half a star": GOOD + "2::5::3.5::1\n",
    "a point": GOOD + "2::5::.::1\n",
    "too large": GOOD + "2::5::4::9223372036854775808\n",
    "unknown user": GOOD + "3::5::4::1\n",
    "unknown movie": GOOD + "2::7::4::1\n",
    "below the scale": GOOD + "2::5::0.9::1\n",
    "above the scale": GOOD + "2::5::5.1::1\n",
    "twice": GOOD + "1::5::1::1\n",
    "letters": GOOD + "2::5::NA::1\n",
    "a sign": GOOD + "+2::5::4::1\n",
    "blanks": GOOD + " 2::5::4::1\n",
}


def slowly(path) -> Interactions | None:
    try:
        return _ratings(Rows(path, rating_parser(USERS, MOVIES, SCALE), Reading()), USERS, MOVIES)
    except DatasetError:
        return None


def test_a_file_without_a_bad_line_is_read_alike(tmp_path):
    (path := tmp_path / "ratings.dat").write_text(GOOD)
    quick = read_ratings_fast(path, USERS, MOVIES, SCALE)
    assert same(quick, slowly(path))
    assert quick.users.tolist() == [0, 2, 1]
    assert quick.items.tolist() == [0, 1, 2]


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_any_other_is_left_to_the_reading_line_by_line(tmp_path, text):
    (path := tmp_path / "ratings.dat").write_text(text, encoding="utf-8", newline="")
    assert read_ratings_fast(path, USERS, MOVIES, SCALE) is None


def test_a_file_that_is_not_there_too(tmp_path):
    assert read_ratings_fast(tmp_path / "ratings.dat", USERS, MOVIES, SCALE) is None


pieces = st.sampled_from(["1", "2", "30", "5", "6", "9223372036854775807", "4", "3.5", ".5", "5.", "0", "007", "", "x"])
lines = st.lists(st.lists(pieces, min_size=3, max_size=5), max_size=4)
breaks = st.sampled_from(["::"] * 8 + [":", ":::", ""])


@settings(max_examples=300, deadline=None)
@given(lines=lines, data=st.data())
def test_whatever_it_reads_is_what_line_by_line_reading_gives(tmp_path_factory, lines, data):
    path = tmp_path_factory.mktemp("fast") / "ratings.dat"
    text = "".join("".join(part + data.draw(breaks) for part in line[:-1]) + line[-1] + "\n" for line in lines)
    path.write_text(text, newline="")
    quick = read_ratings_fast(path, USERS, MOVIES, SCALE)
    if quick is not None:
        assert same(quick, slowly(path))
