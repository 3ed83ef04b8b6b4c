from __future__ import annotations

from pathlib import Path

import pytest

from towhee_recsys.config.document import as_document, dotted, flat, merge
from towhee_recsys.errors import ConfigError


def test_a_path_is_written_as_people_write_it():
    assert dotted(("features", "user", 1, "size")) == "features.user[1].size"
    assert dotted(("top_k",)) == "top_k"


def test_python_values_become_plain_copies():
    given = {"a": (1, [2]), "b": Path("x")}
    document = as_document(given, "here")
    assert document.data == {"a": [1, [2]], "b": "x"}
    document.data["a"][1].append(3)
    assert given["a"] == (1, [2])
    assert document.where(("a", 1, 0)) == "here"


def test_a_mapping_in_itself_is_refused():
    loop: dict = {}
    loop["a"] = loop
    with pytest.raises(ConfigError, match=r"^here: nested deeper than 50 levels\.$"):
        as_document(loop, "here")


def test_mappings_merge_and_the_rest_is_replaced():
    base = as_document({"m": {"a": 1, "b": [1, {"c": 2}]}, "x": 1}, "base")
    over = as_document({"m": {"b": [3]}, "x": {"y": 2}}, "over")
    merged = merge(base, over)
    assert merged.data == {"m": {"a": 1, "b": [3]}, "x": {"y": 2}}
    assert base.data == {"m": {"a": 1, "b": [1, {"c": 2}]}, "x": 1}


def test_a_merged_key_has_the_place_where_its_value_was_written():
    base = as_document({"m": {"a": 1, "b": [1, {"c": 2}]}}, "base")
    merged = merge(base, as_document({"m": {"b": [3]}}, "over"))
    assert merged.where(("m", "a")) == "base"
    assert merged.where(("m", "b", 0)) == "over"
    assert merged.where(("m", "b", 1, "c")) == "over"
    assert merged.where(("gone",)) == "base"


def test_flat_names_sections_and_settings():
    assert dict(flat({"a": {"b": [1]}})) == {"a": {"b": [1]}, "a.b": [1]}
