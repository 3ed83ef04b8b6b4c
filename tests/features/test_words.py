from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee_recsys.features.words import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Schindler's List", ["schindler's", "list"]),
        ("Schindler’s List", ["schindler's", "list"]),
        ("'Til There Was You", ["til", "there", "was", "you"]),
        ("Dogs' Days", ["dogs", "days"]),
        ("Rock 'n' Roll", ["rock", "n", "roll"]),
        ("Cléo from 5 to 7", ["cléo", "from", "5", "to", "7"]),
        ("2001: A Space Odyssey", ["2001", "a", "space", "odyssey"]),
        ("Se7en", ["se7en"]),
        ("8½", ["81", "2"]),
        ("M*A*S*H", ["m", "a", "s", "h"]),
        ("snake_case", ["snake", "case"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("ＦＵＬＬ ﬁt", ["full", "fit"]),
        ("七人の侍", ["七人の侍"]),
        ("...", []),
        ("", []),
    ],
)
def test_known_answers(text, found):
    assert words(text) == found


def test_both_spellings_of_an_accent_are_one_word():
    assert words("Ame\u0301lie") == words("Am\u00e9lie") == ["amélie"]


@given(st.text())
def test_words_are_their_own_words(text):
    for word in words(text):
        assert words(word) == [word]


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_letters_are_read_as_any(text):
    assert words(text) == words(f"é {text}")[1:]


@given(st.text(), st.text())
def test_a_blank_parts_words(left, right):
    assert words(f"{left} {right}") == words(left) + words(right)
