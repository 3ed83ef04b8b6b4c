"""The space and the metric that a config declares for `tune`."""

from __future__ import annotations

import pytest

from towhee_recsys.config import dump_config, load_config
from towhee_recsys.config.space import is_whole, tunable
from towhee_recsys.config.yaml import parse_mapping
from towhee_recsys.errors import ConfigError

BAD = """extends: sample
objective: ranking
tune:
  metric: rmse
  space:
    training.learnin_rate: {low: 0.1, high: 0.2}
    training.learning_rate: {low: -1, high: x}
    training.epochs: {low: 2.5, high: 3}
    training.batch_size: {low: 30, high: 3}
    training.ranking_decay: {low: 0, high: 3, log: true}
    training.item_decay: {low: 0, hihg: 3}
    model.tower: [sum, both]
    model.embedding_size: []
    model.dir: [a]
    training.validation: [0.1, 0.2]
    training:
      patience: 3
      temperature: {low: 1, high: 2, log: 3}
      rating_decay: [1, 2]
"""

FACTS = [
    ":4: tune.metric: given 'rmse', which the objective ranking does not learn; accepted: ndcg@10.",
    ":6: tune.space.training.learnin_rate: no setting that can be tuned. Did you mean 'training.learning_rate'?",
    ":7: tune.space.training.learning_rate.low: given -1, accepted: a number above 0.",
    ":7: tune.space.training.learning_rate.high: given 'x', accepted: a number; give values of another kind as a list.",
    ":8: tune.space.training.epochs.low: given 2.5, accepted: a whole number from 1 up.",
    ":9: tune.space.training.batch_size.high: given 3, accepted: a number above low, which is 30.",
    ":10: tune.space.training.ranking_decay.low: given 0, accepted: a number above 0, since the range is logarithmic.",
    ":11: tune.space.training.item_decay: given a mapping of low, hihg, accepted: a range {low: ..., high: ...",
    ":12: tune.space.model.tower: given 'both', accepted: 'sum' or 'joined'.",
    ":13: tune.space.model.embedding_size: given a list of 0, accepted: a range",
    ":14: tune.space.model.dir: no setting that can be tuned.",
    ":15: tune.space.training.validation: no setting that can be tuned.",
    ":17: tune.space.training.patience: given 3, accepted: a range",
    ":18: tune.space.training.temperature.log: given 3, accepted: true or false.",
]


def test_all_that_is_wrong_is_named_with_its_location(tmp_path):
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(str(tmp_path / "bad.yaml"))
    lines = str(caught.value).splitlines()
    assert len(lines) == len(FACTS)
    assert [fact for fact, line in zip(FACTS, lines, strict=True) if fact not in line] == []


@pytest.mark.parametrize(
    ("settings", "fact"),
    [
        ({"tune.space": [1]}, "keyword tune.space: tune.space: given a list of 1, accepted: a mapping"),
        ({"tune.trials": 0}, "tune.trials: given 0, accepted: a whole number from 1 up"),
        ({"tune.validation": 0}, "tune.validation: given 0"),
        ({"tune.metric": "ndcg"}, "tune.metric: given 'ndcg'"),
        ({"tune.sapce": {}}, "Did you mean 'space'?"),
        ({"objective": "rating", "tune.metric": "ndcg@10"}, "the objective rating does not learn; accepted: rmse"),
        ({"tune.space": {"training.preference": [[1]]}}, "tune.space.training.preference: given a list of 1, accepted"),
    ],
)
def test_settings_that_are_refused(settings, fact):
    with pytest.raises(ConfigError) as caught:
        load_config("sample", **settings)
    assert fact in str(caught.value)


def test_a_space_is_dotted_nested_or_given_as_an_override_and_is_written_out():
    whole = {"training.epochs": {"low": 1, "high": 3}, "training": {"preference": [[0, 1], [0, 0, 1]]}}
    config = load_config("sample", overrides=["tune.space.training.patience=[1, null]"], **{"tune.space": whole})
    assert config.tune.space == whole | {"training": {**whole["training"], "patience": [1, None]}}
    assert load_config(parse_mapping(dump_config(config).encode(), "dump").data).tune == config.tune


def test_which_settings_can_be_tuned():
    names = tunable()
    assert {"training.learning_rate", "model.embedding_size", "model.rating_map.slope", "training.epochs"} <= {*names}
    assert not {"model.dir", "training.device", "training.validation", "model", "training"} & {*names}
    assert [is_whole(name) for name in ("training.epochs", "training.patience", "training.temperature")] == [1, 1, 0]
