from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from tests.declarations import schema
from tests.protocols.conftest import DRAWN
from towhee_recsys.config.interactions import ANY_WEIGHT
from towhee_recsys.config.schema import ProtocolName
from towhee_recsys.data import interactions_frame, read_dataset
from towhee_recsys.errors import EvaluationError
from towhee_recsys.protocols import PROTOCOLS, make_task, split


@pytest.mark.parametrize("protocol", DRAWN)
def test_every_protocol_splits_the_sample(task_of, protocol):
    task = task_of(protocol, read_dataset(schema(name="sample")), validation=0.05)
    assert (task.protocol, task.seed, task.liked) == (protocol, 42, 4)
    assert len(task.questions[0].users) > 10


@pytest.mark.parametrize("protocol", DRAWN)
def test_a_split_has_the_parts_of_the_task_and_no_questions(task_of, protocol):
    dataset = read_dataset(schema(name="sample"))
    task, parts = task_of(protocol, dataset, validation=0.05), split(protocol, dataset, seed=42, validation=0.05)
    assert not parts.questions
    assert np.array_equal(parts.new_items, task.new_items)
    for name in ("train", "validation", "test"):
        own, expected = getattr(parts, name), getattr(task, name)
        assert all(np.array_equal(getattr(own, column), values) for column, values in vars(expected).items())


@pytest.mark.parametrize("protocol", ["leave-last-out", "temporal"])
def test_timestamps_that_are_all_equal(dataset_of, task_of, protocol):
    dataset = dataset_of([(user, item, 4, 7) for user in range(1, 11) for item in range(1, 101)])
    with pytest.raises(EvaluationError) as caught:
        task_of(protocol, dataset)
    message = str(caught.value)
    for fact in (protocol, "1,000 interactions", "mine", "time 7", "dataset.interactions.time", "rating-90-10"):
        assert fact in message
    assert "temporal" not in message.replace(f"protocol {protocol}", ""), "another one by time is no cure"


@pytest.mark.parametrize("protocol", DRAWN)
@pytest.mark.parametrize("count", [0, 1])
def test_too_few_ratings(dataset_of, task_of, protocol, count):
    with pytest.raises(EvaluationError, match=f"mine has too few interactions .* protocol {protocol}: of {count},"):
        task_of(protocol, dataset_of([(1, 1, 5, 0)][:count], users=2, items=2))


def test_one_user_is_too_few_to_hold_out(dataset_of, task_of):
    dataset = dataset_of([(1, item, 5, item) for item in range(1, 31)])
    with pytest.raises(EvaluationError) as caught:
        task_of("cold-users", dataset, validation=0.05)
    for fact in ("mine", "cold-users", "of 30, by 1 users", "train on 0", "validate with 0", "test on 30", "Give more"):
        assert fact in str(caught.value)


def test_two_ratings_are_too_few_where_validation_is_wanted(dataset_of, task_of):
    dataset = dataset_of([(1, 1, 5, 0), (1, 2, 5, 1)])
    assert len(task_of("rating-90-10", dataset).train) == 1
    with pytest.raises(EvaluationError, match="train on 0, validate with 1 and test on 1"):
        task_of("rating-90-10", dataset, validation=0.1)


def test_a_protocol_that_is_not_known(random_dataset, task_of):
    with pytest.raises(EvaluationError) as caught:
        task_of("cold-user", random_dataset(1))
    for fact in ("'cold-user'", "Did you mean 'cold-users'?", ", ".join(PROTOCOLS)):
        assert fact in str(caught.value)


@pytest.mark.parametrize("share", [1, -0.1, float("nan")])
def test_a_share_out_of_range(random_dataset, task_of, share):
    with pytest.raises(EvaluationError, match=rf"validation: given {share!r}, accepted: a share .*, 0 <= share < 1"):
        task_of("rating-90-10", random_dataset(1), validation=share)


def test_a_config_accepts_the_names_of_all_protocols():
    assert get_args(ProtocolName) == tuple(PROTOCOLS)


@pytest.mark.parametrize("protocol", DRAWN)
def test_a_protocol_names_its_questions(random_dataset, task_of, protocol):
    questions = task_of(protocol, random_dataset(1)).questions
    assert tuple(question.name for question in questions) == PROTOCOLS[protocol].question_names


@pytest.mark.parametrize("protocol", DRAWN)
@pytest.mark.parametrize(("liked", "expected"), [(None, ANY_WEIGHT), (2, 2), (0, ANY_WEIGHT)])
def test_without_a_scale_liking_goes_by_the_weight(random_dataset, dataset_of, task_of, protocol, liked, expected):
    rows = interactions_frame(random_dataset(1)).to_numpy()
    task = task_of(protocol, dataset_of(rows, scale=None, liked=liked), validation=0.1)
    assert task.liked == expected


def test_each_protocol_is_described_in_a_sentence():
    for protocol in PROTOCOLS.values():
        assert protocol.description.endswith(".")
        assert ". " not in protocol.description


@pytest.fixture(scope="module")
def ml1m(ml1m_dir):
    return read_dataset(schema(path=str(ml1m_dir)))


@pytest.mark.ml1m
@pytest.mark.parametrize(
    ("protocol", "parts", "users", "candidates"),
    [
        ("rating-90-10", (900_188, 0, 100_021), None, 3_883),
        ("ranking-80-20", (800_193, 0, 200_016), None, 3_883),
        ("random-811-r3", (674_674, 80_902, 80_902), 6_038, 3_628),
        ("cold-users", None, 604, 3_883),
        ("cold-items", None, None, 152),
    ],
)
def test_movielens(ml1m, protocol, parts, users, candidates):
    task = make_task(protocol, ml1m, seed=42, validation=0)
    main = task.questions[0]
    assert parts in (None, (len(task.train), len(task.validation), len(task.test)))
    assert users in (None, len(main.users))
    assert main.candidates.sum() == candidates
    assert len(task.train) + len(task.validation) + len(task.test) == (836_478 if "r3" in protocol else 1_000_209)
