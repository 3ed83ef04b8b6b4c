"""YAML with comments is read back as the settings that were written, whatever texts are in them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from towhee_recsys.config.yaml import parse_mapping
from towhee_recsys.init.document import WIDTH, commented_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SCALARS = TEXTS | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(TEXTS, SCALARS, max_size=3)
ELEMENTS = st.lists(st.dictionaries(TEXTS, SCALARS, min_size=1, max_size=3), min_size=1, max_size=3)
SECTIONS = st.dictionaries(TEXTS, VALUES | ELEMENTS | st.dictionaries(TEXTS, VALUES, max_size=3), max_size=4)


@settings(deadline=None)
@given(st.dictionaries(TEXTS, SCALARS | SECTIONS.filter(bool), min_size=1, max_size=4), TEXTS, st.data())
def test_settings_come_back(written, comment, data):
    comments = {(key,): data.draw(TEXTS) for key in written}
    comments |= {(key, inner): comment for key, value in written.items() if isinstance(value, dict) for inner in value}
    after = {(key,): [comment, comment] for key in written}
    text = commented_yaml(written, comments, [comment], after)
    assert parse_mapping(text.encode(), "written").data == written


def test_comments_are_behind_or_above_their_setting():
    words = " ".join(["word"] * 60)
    text = commented_yaml(
        {"a": {"b": 1, "c": 2}, "d": 3}, {("a", "b"): "short", ("a", "c"): words}, ["top"], {("a",): ["end"]}
    )
    lines = text.splitlines()
    assert lines[:4] == ["# top", "", "a:", "  b: 1      # short"]
    assert lines[4].startswith("  # word word")
    assert max(map(len, lines)) <= WIDTH
    assert lines[-4:] == ["  c: 2", "  # end", "", "d: 3"]
