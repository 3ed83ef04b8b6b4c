"""Folding in liked items where the answer is known: items of kind A lie on one side, those of B on the other."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.config import load_config
from towhee_recsys.config.interactions import Feedback
from towhee_recsys.model import fold_in as module
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.fold_in import disliked_value, fold_in, liked_value
from towhee_recsys.model.objectives import NewItems, ObjectiveSettings, unit

MAP = Calibration(slope=6.0, intercept=3.4, lowest=1.0, highest=5.0)
EACH, FREE = 20, 8
KINDS = np.repeat(["A", "B"], EACH)


def lifted(free: np.ndarray, end: list[float]) -> np.ndarray:
    return np.concatenate([free, np.tile(end, (len(free), 1))], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def items() -> np.ndarray:
    random = np.random.default_rng(0)
    sides = np.zeros((2 * EACH, FREE))
    sides[:, 0] = np.where(KINDS == "A", 0.8, -0.8)
    return unit(lifted(sides + random.normal(0, 0.1, sides.shape), [1, 0]))[0]


@pytest.fixture(scope="module")
def people() -> np.ndarray:
    """Raw vectors by demographics alone: five people who all lean a little towards nothing."""
    return lifted(np.random.default_rng(1).normal(0, 0.05, (5, FREE)), [0, 1])


@pytest.fixture(
    scope="module",
    params=["both-sum", "ranking-sum", "rating-sum", "ranking-joined", "rating-joined", "ranking-sum-implicit"],
)
def folded(request, items):
    """Folds likes in, by each objective and kind of tower."""
    objective, tower, *implicit = request.param.split("-")
    fixed = {"ranking_decay": 1.0, "rating_decay": 1.0, "rating_weight": 1.0, "temperature": 0.2, "teacher": None}
    training = load_config(training=fixed).training
    feedback = Feedback(None, 0.0) if implicit else Feedback((1.0, 5.0), 4.0)
    settings = ObjectiveSettings(training, feedback.scale, None if implicit else MAP)

    def folded(raw, *liked, disliked=None, past=0):
        new = [interactions(*each, feedback) for each in zip(liked, disliked or [[]] * len(liked), strict=True)]
        counts = np.broadcast_to(past, len(raw)).astype(np.int64)
        return fold_in(raw, new, counts, items, objective=objective, tower=tower, settings=settings)

    folded.tower = tower
    return folded


def interactions(liked, disliked, feedback):
    values = [liked_value(feedback)] * len(liked) + [disliked_value(feedback)] * len(disliked)
    return NewItems(np.array([*liked, *disliked], dtype=np.int64), np.array(values, dtype=np.float32))


def cosines(raw, items) -> np.ndarray:
    return unit(raw)[0] @ items.T


def test_users_who_like_some_of_a_kind_get_the_others_of_it(folded, people, items):
    raw = folded(people[:2], [0, 1, 2], [EACH, EACH + 1, EACH + 2])
    for scores, kind in zip(cosines(raw, items), "AB", strict=True):
        best = np.argsort(-scores)[:EACH]
        assert (KINDS[best] == kind).mean() > 0.9
        assert scores[kind == KINDS].mean() > scores[kind != KINDS].mean() + 0.1


def test_what_is_liked_and_its_neighbours_rise(folded, people, items):
    before, after = (cosines(raw, items)[0] for raw in (people[:1], folded(people[:1], [3, 4])))
    assert (after[[3, 4]] > before[[3, 4]]).all()
    assert (after - before)[:EACH].mean() > (after - before)[EACH:].mean() + 0.1


def test_users_who_like_nothing_keep_their_vector_to_the_last_bit(folded, people):
    found = folded(people, [1], [], [2, 30], [], [])
    for row in (1, 3, 4):
        assert found[row].tobytes() == people[row].tobytes()
    assert not np.array_equal(found[0], people[0])
    assert folded(people, [], [], [], [], []).tobytes() == people.tobytes()


def test_a_batch_gives_what_each_gets_alone(folded, people, items):
    likes = [[0, 1, 2], [EACH], [], list(range(15)), [5, EACH + 5]]
    together = folded(people, *likes)
    alone = np.concatenate([folded(people[row : row + 1], own) for row, own in enumerate(likes)])
    assert cosines(together, items) == pytest.approx(cosines(alone, items), abs=1e-3)
    backwards = folded(people[::-1], *likes[::-1])[::-1]
    assert cosines(together, items) == pytest.approx(cosines(backwards, items), abs=1e-3)


def test_the_order_of_what_is_liked_does_not_matter(folded, people, items):
    one, other = folded(people[:1], [4, 1, 30]), folded(people[:1], [30, 4, 1])
    assert cosines(one, items) == pytest.approx(cosines(other, items), abs=1e-3)


def test_only_the_free_part_moves_and_the_given_vectors_stay(folded, people):
    before = people.copy()
    found = folded(people, *[[0, 1]] * 5)
    assert np.array_equal(people, before)
    assert (found.dtype, found.shape) == (np.float32, people.shape)
    assert np.array_equal(found[:, -2:], people[:, -2:]) == (folded.tower == "sum")


def test_it_converges(people, items):
    """A stationary point of what is lost: another start ends at the same cosines."""
    training = load_config(training={"ranking_decay": 1.0, "temperature": 0.2}).training
    feedback = Feedback((1.0, 5.0), 4.0)
    settings = ObjectiveSettings(training, feedback.scale, MAP)
    how = {"objective": "ranking", "tower": "sum", "settings": settings}
    new = [interactions([0, 1, 2], [], feedback)]
    once = fold_in(people[:1], new, np.zeros(1, np.int64), items, **how)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "STEPS", 400)
        rest = fold_in(people[:1], new, np.zeros(1, np.int64), items, **how)
    assert cosines(once, items) == pytest.approx(cosines(rest, items), abs=0.03)


@pytest.mark.parametrize(
    ("feedback", "liked", "disliked"),
    [
        (Feedback((1.0, 5.0), 4.0), 4.5, 1.5),
        (Feedback((1.0, 5.0), 3.0), 4.0, 2.0),
        (Feedback((0.0, 10.0), 7.5), 8.75, 1.25),
        (Feedback(None, 0.0), 1.0, -1.0),
    ],
)
def test_a_liked_item_counts_as_the_middle_of_the_ratings_that_show_liking(feedback, liked, disliked):
    assert (liked_value(feedback), disliked_value(feedback)) == (liked, disliked)


def test_users_who_only_dislike_some_of_a_kind_get_the_other_kind(folded, people, items):
    raw = folded(people[:2], [], [], disliked=[[0, 1, 2], [EACH, EACH + 1, EACH + 2]])
    for before, after, kind in zip(cosines(people[:2], items), cosines(raw, items), "AB", strict=True):
        change = after - before
        assert change[kind == KINDS].mean() < change[kind != KINDS].mean() - 0.1


def test_what_is_liked_and_disliked_counts_together(folded, people, items):
    liked, both = (cosines(folded(people[:1], [0], disliked=[each]), items)[0] for each in ([], [EACH]))
    assert (both - liked)[:EACH].mean() > (both - liked)[EACH:].mean()


def test_an_interaction_moves_a_user_less_the_more_training_has_read(folded, people, items):
    """By about its share: a tenth as far with ten times as many past interactions."""
    raw = folded(np.tile(people[:1], (5, 1)), *[[3]] * 5, past=[0, 10, 100, 1000, 10_000])
    ways = np.abs(cosines(raw, items) - cosines(people[:1], items)).mean(axis=1)
    assert (np.diff(ways) < 0).all()
    assert ways[0] > 2 * ways[1]
    assert ways[3] / ways[4] == pytest.approx(10, rel=0.5)


def test_many_interactions_move_a_known_user_as_far_as_few_a_new_one(folded, people, items):
    known = folded(people[:1], [0, 1, 2, 3, 4, 5, 6, 7], past=2)
    assert (np.argsort(-cosines(known, items)[0])[:EACH] < EACH).mean() > 0.9


def test_one_user_s_interactions_do_not_change_another_s(folded, people, items):
    """Not even the weights that their events are taken relative to."""
    together = folded(people[:3], [0], [5, 6], [], disliked=[[EACH], [], [7]], past=[0, 50, 3])
    alone = folded(people[:1], [0], disliked=[[EACH]], past=[0])
    assert cosines(together[:1], items) == pytest.approx(cosines(alone, items), abs=1e-3)
