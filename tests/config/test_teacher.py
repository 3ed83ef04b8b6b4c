"""`training.teacher`: a section of settings, or none."""

from __future__ import annotations

import pytest

from towhee_recsys.config import config_schema, dump_config, load_config
from towhee_recsys.config.schema import TeacherConfig
from towhee_recsys.config.yaml import parse_mapping
from towhee_recsys.errors import ConfigError
from towhee_recsys.tuning.space import value_in


@pytest.mark.parametrize("given", ["none", "null"])
def test_none_is_a_text_or_null_and_is_written_out(given):
    config = load_config("sample", overrides=[f"training.teacher={given}"])
    assert config.training.teacher is None
    assert config.training.ratings_share == 1
    assert load_config(parse_mapping(dump_config(config).encode(), "dump").data) == config
    assert value_in(config, "training.teacher.rank") is None


def test_single_settings_are_laid_over_the_others():
    config = load_config("sample", overrides=["training.teacher.rank=16", "training.teacher.weight=0.75"])
    assert config.training.teacher == TeacherConfig(rank=16, weight=0.75)
    assert config.training.ratings_share == 0.25
    without = {"extends": "sample", "training": {"teacher": "none"}}
    assert load_config(without, overrides=["training.teacher.rank=16"]).training.teacher == TeacherConfig(rank=16)


@pytest.mark.parametrize(
    ("setting", "accepted"),
    [
        (
            "teacher=3",
            "training.teacher: given 3, accepted: a mapping of iterations, kind, rank, svd_rank, weight, 'none'",
        ),
        ("teacher.kind=gibbs", "training.teacher.kind: given 'gibbs', accepted: 'bayesian'"),
        ("teacher.rank=0", "training.teacher.rank: given 0, accepted: a whole number from 1 to 1024"),
        ("teacher.iterations=0", "training.teacher.iterations: given 0, accepted: a whole number from 1 up"),
        ("teacher.svd_rank=-1", "training.teacher.svd_rank: given -1, accepted: a whole number from 0 to 1024"),
        ("teacher.weight=1", "training.teacher.weight: given 1, accepted: a number above 0 and below 1"),
        ("teacher.factors=3", "training.teacher.factors: unknown key."),
        ("seen_share=[1.1]", "training.seen_share[0]: given 1.1, accepted: a number from 0 to 1"),
    ],
)
def test_what_is_refused(setting, accepted):
    with pytest.raises(ConfigError) as caught:
        load_config("sample", overrides=[f"training.{setting}"])
    assert accepted in str(caught.value)


@pytest.mark.parametrize(("given", "fits"), [("none", True), (None, True), ({"rank": 8}, True), ("no", False)])
def test_the_json_schema_accepts_what_the_loader_accepts(given, fits):
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(config_schema())
    assert validator.is_valid({"training": {"teacher": given}}) is fits
