"""Where folding in starts: each of six training users likes a kind of items of its own."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.config import load_config
from towhee_recsys.model.fold_in import fold_in
from towhee_recsys.model.objectives import NewItems, ObjectiveSettings, unit
from towhee_recsys.model.similar_users import SHARED, TrainedUsers

KINDS, EACH = 6, 10
SETTINGS = ObjectiveSettings(load_config(training={"ranking_decay": 0.1, "temperature": 0.12}).training, None, None)


def lifted(free: np.ndarray, end: list[float]) -> np.ndarray:
    return np.concatenate([free, np.tile(end, (len(free), 1))], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def items() -> np.ndarray:
    """Sixty items, ten along each axis."""
    free = np.repeat(np.eye(KINDS), EACH, axis=0) + np.random.default_rng(0).normal(0, 0.05, (KINDS * EACH, KINDS))
    return unit(lifted(free, [1, 0]))[0]


@pytest.fixture(scope="module")
def raw() -> np.ndarray:
    """The raw vectors of the training users: user k likes kind k."""
    return lifted(2 * np.eye(KINDS), [0, 1])


@pytest.fixture(scope="module")
def trained(raw, items) -> TrainedUsers:
    """They have the groups 1, 1, 1, 2, 2, 2, and tags."""
    log_sums = np.log(np.exp(unit(raw)[0] @ items.T / SETTINGS.training.temperature).sum(axis=1))
    tags = np.zeros((KINDS, 4), dtype=np.float32)
    tags[[0, 0, 1, 2, 3, 4, 5], [1, 2, 1, 2, 3, 0, 0]] = 1
    described = lifted(np.zeros((KINDS, KINDS)), [0, 1])
    return TrainedUsers.of(raw, described, log_sums.astype(np.float32), [np.repeat([1, 2], 3), tags])


@pytest.fixture(scope="module")
def folded(items, trained):
    """Folds weights in, by rows of items and their values."""

    def folded(raw, *new, past=0, trained=trained, group=0, tags=()):
        events = [NewItems(np.array([*each], np.int64), np.array([*each.values()], np.float32)) for each in new]
        own = np.zeros((len(raw), 4), dtype=np.float32)
        own[:, list(tags) or [0]] = 1
        return fold_in(
            raw,
            events,
            np.full(len(raw), past),
            items,
            objective="ranking",
            tower="sum",
            settings=SETTINGS,
            trained=trained,
            attributes=[np.full(len(raw), group), own],
        )

    return folded


@pytest.fixture
def nobody() -> np.ndarray:
    return lifted(np.zeros((1, KINDS)), [0, 1])


@pytest.mark.parametrize("kind", range(KINDS))
def test_who_likes_what_one_training_user_likes_starts_near_that_user(kind, trained, folded, raw, items, nobody):
    liked = np.arange(3) + kind * EACH
    likelihoods = (unit(raw)[0] @ items[liked].T / 0.12).sum(axis=1) - 3 * trained.log_sums
    start = trained.start(nobody[0], likelihoods, [np.int64(0), np.array([1, 0, 0, 0])])
    assert start == pytest.approx(raw[kind], abs=0.02)
    found = folded(nobody, dict.fromkeys(liked.tolist(), 1.0))
    cosines = unit(found)[0] @ unit(raw)[0].T
    assert (cosines.argmax(), cosines.max() > 0.9) == (kind, True)
    without = folded(nobody, dict.fromkeys(liked.tolist(), 1.0), trained=None)
    assert (unit(without)[0] @ unit(raw)[0].T)[0, kind] < cosines.max()


def test_who_likes_nothing_keeps_the_described_vector(folded, nobody):
    assert folded(nobody, {}).tobytes() == nobody.tobytes()


def test_who_only_dislikes_starts_from_the_described_vector(folded, nobody):
    disliked = {0: -1.0, 1: -1.0}
    assert folded(nobody, disliked).tobytes() == folded(nobody, disliked, trained=None).tobytes()


def test_a_known_user_starts_from_what_training_found(folded, raw):
    event = {55: 1.0}
    assert folded(raw[:1], event, past=7).tobytes() == folded(raw[:1], event, past=7, trained=None).tobytes()


def test_a_batch_gives_what_each_gets_alone_to_the_last_bit(folded, nobody):
    new = [{0: 1.0}, {}, {12: 2.0, 33: 1.0, 7: -1.0}, {59: 1.0}]
    together = folded(np.repeat(nobody, 4, axis=0), *new)
    assert together.tobytes() == b"".join(folded(nobody, each).tobytes() for each in new)
    assert together.tobytes() == folded(np.repeat(nobody, 4, axis=0), *new).tobytes()


@pytest.mark.parametrize(("group", "tags", "like"), [(1, [], {0, 1, 2}), (2, [], {3, 4, 5}), (0, [3], {3})])
def test_shared_attributes_raise_weights(group, tags, like, trained, nobody):
    own = np.zeros(4, dtype=np.float32)
    own[tags or [0]] = 1
    start = trained.start(nobody[0], np.zeros(KINDS), [np.int64(group), own])[:KINDS]
    weights = np.exp(SHARED * np.isin(np.arange(KINDS), [*like]))
    assert start == pytest.approx(2 * weights / weights.sum(), abs=1e-5)


def test_sets_are_shared_by_their_cosine_and_unknown_values_by_nobody(trained, nobody):
    start = trained.start(nobody[0], np.zeros(KINDS), [np.int64(0), np.array([0, 1, 1, 0], dtype=np.float32)])
    weights = np.exp(SHARED * np.array([1, 0.5**0.5, 0.5**0.5, 0, 0, 0]))
    assert start[:KINDS] == pytest.approx(2 * weights / weights.sum(), abs=1e-5)


def test_half_of_the_start_is_the_described_vector_and_what_ids_have_added():
    raw, described = lifted(np.array([[3.0, 1.0]]), [0, 1]), lifted(np.array([[1.0, 1.0]]), [0, 1])
    trained = TrainedUsers.of(raw, described, np.zeros(1, np.float32), [])
    start = trained.start(lifted(np.array([[0.0, 4.0]]), [0, 1])[0], np.zeros(1), [])
    assert start == pytest.approx([(2 + 3) / 2, (4 + 1) / 2, 0, 1])  # (described + what the id adds + the other) / 2
