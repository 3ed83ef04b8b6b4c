"""Folding in liked items where the answer is known: items of kind A lie on one side, those of B on the other."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.config import load_config
from towhee_recsys.config.interactions import Feedback
from towhee_recsys.model import fold_in as module
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.fold_in import _liked_value, fold_in
from towhee_recsys.model.objectives import ObjectiveSettings, unit

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
    decays = {"ranking_decay": 1.0, "rating_decay": 1.0, "temperature": 0.2}
    training = load_config(training=decays).training
    feedback = Feedback(None, 0.0) if implicit else Feedback((1.0, 5.0), 4.0)
    settings = ObjectiveSettings(training, feedback.scale, None if implicit else MAP)

    def folded(raw, *liked):
        rows = [np.array(each, dtype=np.int64) for each in liked]
        return fold_in(raw, rows, items, objective=objective, tower=tower, settings=settings, feedback=feedback)

    folded.tower = tower
    return folded


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
    how = {"objective": "ranking", "tower": "sum", "settings": settings, "feedback": feedback}
    liked = [np.array([0, 1, 2])]
    once = fold_in(people[:1], liked, items, **how)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "STEPS", 400)
        rest = fold_in(people[:1], liked, items, **how)
    assert cosines(once, items) == pytest.approx(cosines(rest, items), abs=0.03)


@pytest.mark.parametrize(
    ("feedback", "value"),
    [
        (Feedback((1.0, 5.0), 4.0), 4.5),
        (Feedback((1.0, 5.0), 3.0), 4.0),
        (Feedback((0.0, 10.0), 7.5), 8.75),
        (Feedback(None, 0.0), 1.0),
    ],
)
def test_a_liked_item_counts_as_the_middle_of_the_ratings_that_show_liking(feedback, value):
    assert _liked_value(feedback) == value
