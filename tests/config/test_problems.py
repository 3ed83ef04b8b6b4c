from __future__ import annotations

import pytest

from towhee_recsys.config import Config
from towhee_recsys.config.schema import TrainingConfig
from towhee_recsys.features import KINDS as KNOWN

SHOP = """\
extends: sample
version: true
top_k: 0
seed: 4.0
embedding_size: 4
catalogue:
milvus:
  collectoin: items
  collection: the items
training: {epochs: true, learning_rate: .inf, device: GPU, batch_size: many}
dataset: {interactions: {scale: [5, 1]}, strict: "yes", max_bad_share: 2}
features:
  user:
    - {kind: id, column: user_id}
    - {kind: txt, column: gender}
    - kind: category
      sze: 3
      names: {1: 2}
    - 5
    - {column: age}
"""

TOP_LEVEL = ", ".join(sorted({*Config.model_fields, "extends"}))
MILVUS = "access, collection, index, recall, server, uri"
TRAINING = ", ".join(sorted(TrainingConfig.model_fields))
KINDS = ", ".join(sorted(KNOWN))


def test_every_problem_is_reported_at_once_with_its_place(write, refused):
    assert sorted(refused(write("shop.yaml", SHOP)).splitlines()) == sorted(
        f"- shop.yaml:{line}"
        for line in (
            "2: version: given true, accepted: 1.",
            "3: top_k: given 0, accepted: a whole number from 1 to 16384.",
            "4: seed: given 4.0, accepted: a whole number from 0 to 4294967295.",
            f"5: embedding_size: unknown key. Did you mean 'model.embedding_size'? Accepted: {TOP_LEVEL}.",
            "6: catalogue: given null, accepted: text that is not empty.",
            "8: milvus.collectoin: unknown key. Did you mean 'collection'? "
            "Accepted: access, collection, index, recall, server, uri.",
            "9: milvus.collection: given 'the items', accepted: "
            "a name of letters, digits and _, at most 100 and no digit first.",
            "10: training.epochs: given true, accepted: a whole number from 1 up.",
            "10: training.learning_rate: given inf, accepted: a number above 0.",
            "10: training.device: given 'GPU', accepted: 'auto', 'cpu' or 'gpu'. Did you mean 'gpu'?",
            "10: training.batch_size: given 'many', accepted: a whole number from 1 up.",
            "11: dataset.interactions.scale: given [5.0, 1.0], accepted: [lowest, highest] with lowest < highest.",
            "11: dataset.strict: given 'yes', accepted: true, false or null.",
            "11: dataset.max_bad_share: given 2, accepted: a number from 0 to 1.",
            f"15: features.user[1].kind: given 'txt', accepted: {KINDS}. Did you mean 'text'?",
            "16: features.user[2].column: missing, accepted: text that is not empty.",
            "17: features.user[2].sze: unknown key. Did you mean 'size'? "
            "Accepted: column, groups_to, kind, names, size.",
            "18: features.user[2].names[1]: given 2, accepted: text. Put it in quotes to make it a text.",
            f"19: features.user[3]: given 5, accepted: a mapping with a kind: {KINDS}.",
            f"20: features.user[4].kind: missing, accepted: {KINDS}.",
        )
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"milvus": None},
            f"milvus: given null, accepted: a mapping of {MILVUS}.",
        ),
        (
            {"milvus": ["x"]},
            f"milvus: given a list of 1, accepted: a mapping of {MILVUS}.",
        ),
        ({"training": {"held_out": 0.1}}, f"training.held_out: unknown key. Accepted: {TRAINING}."),
        ({"training": {"decay": 0.1}}, "training.decay: unknown key. Did you mean '"),
        ({"training": {"validation": 1}}, "training.validation: given 1, accepted: a number from 0 to below 1."),
        ({"training": {"patience": 0}}, "training.patience: given 0, accepted: a whole number from 1 up or null."),
        ({"training": {"temperature": 0}}, "training.temperature: given 0, accepted: a number above 0."),
        ({"training": {"preference": [1]}}, "training.preference: given a list of 1, accepted: a list of "),
        ({"training": {"preference": [0, -1]}}, "training.preference[1]: given -1, accepted: a number from 0 up."),
        ({"training": {"sampled_items": 0}}, "training.sampled_items: given 0, accepted: a whole number from 1 up."),
        (
            {"objective": "rank"},
            "objective: given 'rank', accepted: 'auto', 'rating', 'ranking' or 'both'. Did you mean 'ranking'?",
        ),
        ({"objective": None}, "objective: given null, accepted: 'auto', 'rating', 'ranking' or 'both'."),
        (
            {"protocol": "ranking-8020"},
            "protocol: given 'ranking-8020', accepted: 'rating-90-10', 'ranking-80-20', 'random-811-r3', "
            "'leave-last-out', 'temporal', 'cold-users', 'cold-items' or 'pre-split'. Did you mean 'ranking-80-20'?",
        ),
        ({"require": {"rmse": 0.86}}, "require.rmse: given 0.86, accepted: text. Put it in quotes to make it a text."),
        ({"require": ["rmse"]}, "require: given a list of 1, accepted: a mapping of names to texts."),
        ({"model": {"tower": "sums"}}, "model.tower: given 'sums', accepted: 'sum' or 'joined'. Did you mean 'sum'?"),
        ({"model": {"embedding_size": 3}}, "model.embedding_size: given 3, accepted: a whole number from 4 to 32768."),
        ({"training": {"unknown_rate": -1}}, "training.unknown_rate: given -1, accepted: a number from 0 to below 1."),
        (
            {"training": {"unknown_rate": False}},
            "training.unknown_rate: given false, accepted: a number from 0 to below 1.",
        ),
        (
            {"model": {"rating_map": {"slope": 0}}},
            "model.rating_map.slope: given 0, accepted: a number above 0 or null.",
        ),
        ({"dataset": {"interactions": {"scale": [1]}}}, "dataset.interactions.scale[1]: missing, accepted: a number."),
        (
            {"dataset": {"interactions": {"scale": [1, 2, 3]}}},
            "dataset.interactions.scale: given a list of 3, accepted: [a number, a number] or null.",
        ),
        ({"dataset": {"seed": 1}}, "dataset.seed: unknown key. Did you mean 'seed', at the top level? Accepted: "),
        ({"dataset": {"path": ""}}, "dataset.path: given '', accepted: text that is not empty or null."),
        ({"dataset": {"path": "x", "name": "y" * 99}, "top_k": "z" * 99}, f"top_k: given '{'z' * 56}..., accepted: "),
        ({7: 1}, f"[7]: unknown key. Accepted: {TOP_LEVEL}."),
        ({"top_k": object()}, "top_k: given a object, accepted: a whole number from 1 to 16384."),
        (
            {"features": {"user": [{"kind": "category", "column": "x", "names": {1.5: "x"}}], "item": "all"}},
            "features.user[0].names.***: the key is neither a text nor a whole number.",
        ),
        (
            {"features": {"user": [{"kind": "id", "column": "x"}] * 2, "item": [{"kind": "id", "column": "x"}]}},
            "features.user: the features [0] and [1] have the same column.",
        ),
    ],
)
def test_a_problem_in_plain_words(refused, settings, message):
    assert f"given settings: {message}" in refused(settings)
    assert "pydantic" not in refused(settings)
    assert "should be" not in refused(settings)


def test_a_query_without_quotes_is_cut_at_its_commas(write, refused):
    """YAML takes what follows a comma within {...} for a key: the message has the keys there are, and the cure."""
    table = "{sql: {url: 'sqlite:///shop.db', query: SELECT id, sku FROM orders}, user: id, item: sku}"
    message = refused(write("shop.yaml", f"dataset: {{name: shop, interactions: {table}}}"))
    assert "dataset.interactions.sql." in message
    assert "unknown key. A value with a comma stands in quotes" in message
    assert message.endswith("Accepted: query, url.")
