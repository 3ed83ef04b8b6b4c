from __future__ import annotations

import pytest

from tests.declarations import AGES, MOVIELENS, OCCUPATIONS
from towhee_recsys.errors import QueryError
from towhee_recsys.features import CategoryFeature
from towhee_recsys.features.codes import code_of, label

GENDER, AGE, OCCUPATION = MOVIELENS.user[1:]


def refused(feature: CategoryFeature, value: object) -> str:
    with pytest.raises(QueryError) as raised:
        code_of(feature, value)
    return str(raised.value)


@pytest.mark.parametrize("feature", [GENDER, AGE, OCCUPATION], ids=lambda feature: feature.column)
def test_every_code_and_every_name_in_any_case(feature):
    for code, name in feature.names.items():
        for given in (code, str(code), f" {code} ", name, name.upper(), name.lower(), f"{name} "):
            assert code_of(feature, given) == code, given


@pytest.mark.parametrize(
    ("years", "group"),
    [
        (1, 1),
        (2, 1),
        (17, 1),
        (18, 18),
        (24, 18),
        (25, 25),
        (34, 25),
        (49, 45),
        (55, 50),
        (56, 56),
        (57, 56),
        (120, 56),
    ],
)
def test_years_fall_into_their_group(years, group):
    assert code_of(AGE, years) == code_of(AGE, str(years)) == group


@pytest.mark.parametrize(("feature", "code"), [(OCCUPATION, 12), (GENDER, "F")], ids=["occupation", "gender"])
def test_without_groups_a_number_is_only_a_code(feature, code):
    assert code_of(feature, code) == code
    assert "Accepted" in refused(feature, 99)


@pytest.mark.parametrize("value", [-1, 0, 121, 200, 10**12, True, False, "X", 1.5, "1.5", "", [25], "٣٣٣"])
def test_other_ages_are_refused_with_what_is_accepted(value):
    message = refused(AGE, value)
    assert f"age {value!r} is not known" in message
    assert "25 (25-34)" in message
    assert "any whole number from 1 to 120" in message


@pytest.mark.parametrize("value", [-1, 21, 99, True, 1.5, ["programmer"]])
def test_other_occupations_are_refused_with_all_that_there_are(value):
    message = refused(OCCUPATION, value)
    assert f"occupation {value!r} is not known" in message
    assert all(f"{code} ({name})" in message for code, name in OCCUPATIONS.items())
    assert "whole number" not in message


@pytest.mark.parametrize(
    ("feature", "given", "meant"),
    [
        (OCCUPATION, "programer", "programmer"),
        (OCCUPATION, "Artsit", "artist"),
        (GENDER, "femal", "female"),
        (AGE, "25-35", "25-34"),
    ],
)
def test_a_slip_gets_the_nearest_name(feature, given, meant):
    assert refused(feature, given).endswith(f"Did you mean {meant!r}?")


def test_gender_x():
    assert refused(GENDER, "X") == "gender 'X' is not known. Accepted: F (female), M (male)."


def test_none_is_unknown_and_without_names_everything_is_its_own_code():
    assert code_of(AGE, None) is None
    assert code_of(CategoryFeature(column="zip_code"), "01234") == "01234"


def test_labels():
    assert label(AGE, 30) == "25 (25-34)"
    assert label(OCCUPATION, "programmer") == "12 (programmer)"
    assert label(CategoryFeature(column="zip_code"), "01234") == "01234"
    assert {label(AGE, code) for code in AGES} == {f"{code} ({name})" for code, name in AGES.items()}
