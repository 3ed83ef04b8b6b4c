from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from towhee_recsys.features import Vocabulary
from towhee_recsys.features.vocabulary import UNKNOWN


def test_values_are_sorted_numbers_by_size_and_known_from_row_1():
    vocabulary = Vocabulary([10, 9, 100, 9, 1])
    assert vocabulary.values == ["1", "9", "10", "100"]
    assert vocabulary.rows([1, 9, 10, 100]).tolist() == [1, 2, 3, 4]
    assert len(vocabulary) == 5, "one row more, for the unknown"


def test_whatever_was_not_seen_has_row_0():
    vocabulary = Vocabulary(["Drama", "War"])
    assert UNKNOWN == 0
    assert vocabulary.rows(["Opera", None, "", "drama", 0]).tolist() == [0, 0, 0, 0, 0]
    assert "Opera" not in vocabulary


@pytest.mark.parametrize("value", [42, "42", np.int64(42), np.str_("42")])
def test_a_number_and_its_text_are_one_value(value):
    assert Vocabulary([value]).values == ["42"]
    assert Vocabulary([7, 42]).row(value) == 2
    assert value in Vocabulary(["42"])


def test_rows_are_int64_also_of_nothing():
    for rows in (Vocabulary([]).rows([]), Vocabulary("ab").rows("abc")):
        assert rows.dtype == np.int64
    assert len(Vocabulary([])) == 1


def test_a_vocabulary_made_of_its_own_values_is_the_same():
    values = Vocabulary(["b", "a", "cc", 3, 12, "é"]).values
    assert Vocabulary(values).values == values


FIT = """
import json
from towhee_recsys import load_config, read_dataset
from towhee_recsys.features import FeatureEncoder

config = load_config("sample")
dataset = read_dataset(config.dataset)
users = FeatureEncoder.fit(config.features.user, dataset.users, set(dataset.users["user_id"]))
items = FeatureEncoder.fit(config.features.item, dataset.items, set(dataset.items["movie_id"]))
print(json.dumps([users.state, items.state]))
"""


def test_what_is_fitted_does_not_depend_on_the_order_of_hashes(capsys):
    exec(FIT, {})
    here = capsys.readouterr().out
    environment = os.environ | {"PYTHONHASHSEED": "1"}  # this process has a seed of its own
    done = subprocess.run([sys.executable, "-c", FIT], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == here
    assert "Film-Noir" in here
