"""The teacher recovers what was planted, knows how sure it is, and depends on nothing but its data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.errors import TrainingError
from towhee_recsys.model.teacher import Teacher, cells, factorisation, fit_teacher, teacher_iterations

NOISE = 0.5
"""The standard deviation of planted ratings around what the planted vectors give."""


class Planted:
    """Ratings of planted vectors of rank 3, a part of which features predict; a quarter of them is held out."""

    def __init__(self, users: int = 400, items: int = 300, share: float = 0.2, seed: int = 0):
        rng = np.random.default_rng(seed)
        self.user_features = rng.standard_normal((users, 2)).astype(np.float32)
        self.item_features = rng.standard_normal((items, 2)).astype(np.float32)
        x = rng.standard_normal((users, 3)) + self.user_features @ rng.standard_normal((2, 3)) / 2
        y = rng.standard_normal((items, 3)) / 2 + self.item_features @ rng.standard_normal((2, 3)) / 4
        self.ratings = 3 + x @ y.T
        cells = np.flatnonzero(rng.random(users * items) < share)
        rows, columns = np.divmod(cells, items)
        noise = rng.normal(0, NOISE, len(cells))
        held_out = rng.random(len(cells)) < 0.25
        self.noisy = self.ratings[rows, columns] + noise
        self.training = Interactions.of(rows[~held_out], columns[~held_out], self.noisy[~held_out])
        self.test = Interactions.of(rows[held_out], columns[held_out], self.noisy[held_out])

    def fit(self, **settings: int) -> Teacher:
        chosen = {"rank": 5, "iterations": 30, "svd_rank": 4} | settings
        return fit_teacher(self.training, self.user_features, self.item_features, **chosen)


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted()


@pytest.fixture(scope="module")
def teacher(planted: Planted) -> Teacher:
    return planted.fit()


def test_the_planted_ratings_are_recovered(planted, teacher):
    error = teacher.predicted(planted.test.users, planted.test.items) - planted.test.values
    assert np.sqrt(np.mean(error**2)) < 1.1 * NOISE


def test_the_noise_is_the_planted_one(planted, teacher):
    assert teacher.noise == pytest.approx(NOISE**2, rel=0.1)


def test_the_standard_deviation_of_a_prediction_is_that_of_its_error(planted, teacher):
    users, items = planted.test.users, planted.test.items
    error = np.abs(teacher.predicted(users, items) - planted.test.values)
    deviation = np.sqrt(teacher.noise + teacher.user_variances[users] + teacher.item_variances[items])
    for share, width in ((0.5, 0.674), (0.8, 1.282), (0.95, 1.96)):
        assert np.mean(error < width * deviation) == pytest.approx(share, abs=0.03)


def test_the_noise_converges(planted):
    states = teacher_iterations(planted.training, planted.user_features, planted.item_features, rank=5, svd_rank=4)
    noise = [teacher.noise for teacher, _ in zip(states, range(40), strict=False)]
    steps = np.abs(np.diff(noise))
    assert steps[-1] < 1e-3 * noise[-1]
    assert steps[-10:].max() < steps[:10].max() / 20


def test_features_predict_whom_ratings_do_not_show(planted):
    """The ratings of the last users are held back; what their features plant is found all the same."""
    new = np.arange(380, 400)
    training = planted.training.at(planted.training.users < new[0])
    found = fit_teacher(training, planted.user_features, planted.item_features, rank=5, iterations=30, svd_rank=0)
    nothing = fit_teacher(
        training, planted.user_features[:, :0], planted.item_features, rank=5, iterations=30, svd_rank=0
    )
    users, items = np.repeat(new, 300), np.tile(np.arange(300), len(new))
    errors = [
        np.sqrt(np.mean((each.predicted(users, items) - planted.ratings[users, items]) ** 2))
        for each in (found, nothing)
    ]
    assert errors[0] < 0.9 * errors[1]
    assert found.user_variances[new].min() > found.user_variances[:380].max()


def test_who_has_rated_what_predicts_ratings():
    """Users rate what they like, so which items those are tells of the ratings of the others."""
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((500, 2)), rng.standard_normal((200, 2))
    liking = x @ y.T
    users, items = np.nonzero(rng.random(liking.shape) < 0.15 / (1 + np.exp(-2 * liking)))
    values = 3 + liking[users, items] + rng.normal(0, 1, len(users))
    test = rng.random(len(users)) < 0.2
    nothing = np.zeros((500, 0), np.float32), np.zeros((200, 0), np.float32)
    training = Interactions.of(users[~test], items[~test], values[~test])
    teachers = [fit_teacher(training, *nothing, rank=4, iterations=30, svd_rank=rank) for rank in (0, 4)]
    without, knowing = (np.std(each.predicted(users[test], items[test]) - values[test]) for each in teachers)
    assert knowing < without - 0.01


@pytest.mark.parametrize("users_at_once", [cells.CHUNK, 300])
def test_the_order_of_rows_makes_no_difference(planted, teacher, users_at_once, monkeypatch):
    monkeypatch.setattr(cells, "CHUNK", users_at_once)
    rng = np.random.default_rng(2)
    users, items, ratings = (rng.permutation(count) for count in (400, 300, len(planted.training)))
    shuffled = planted.training.at(ratings)
    moved = Interactions.of(np.argsort(users)[shuffled.users], np.argsort(items)[shuffled.items], shuffled.values)
    found = fit_teacher(
        moved, planted.user_features[users], planted.item_features[items], rank=5, iterations=30, svd_rank=4
    )
    assert found.users @ found.items.T == pytest.approx(
        (teacher.users @ teacher.items.T)[np.ix_(users, items)], abs=5e-3
    )
    assert found.user_variances == pytest.approx(teacher.user_variances[users], rel=1e-2)
    assert found.item_variances == pytest.approx(teacher.item_variances[items], rel=1e-2)


@pytest.mark.parametrize("cores", [1, 3])
def test_the_number_of_cores_makes_no_difference(planted, teacher, cores, monkeypatch):
    with ThreadPoolExecutor(cores) as pool:
        monkeypatch.setattr(factorisation, "threads", lambda: pool)
        found = planted.fit()
    for name in ("users", "items", "user_variances", "item_variances", "noise"):
        assert np.array_equal(getattr(found, name), getattr(teacher, name)), name


def of(users: int, items: int, pairs: list[tuple[int, int]], values: list[float]) -> tuple[Interactions, ...]:
    rated = Interactions.of([user for user, _ in pairs], [item for _, item in pairs], values)
    return rated, np.zeros((users, 0), np.float32), np.zeros((items, 1), np.float32)


EVERYTHING = [(user, item) for user in range(200) for item in range(150)]
DEGENERATE = {
    "one rating": of(1, 1, [(0, 0)], [4]),
    "one user": of(1, 5, [(0, 1), (0, 3)], [4, 2]),
    "one item": of(5, 1, [(1, 0), (3, 0)], [4, 2]),
    "rows without ratings": of(30, 20, [(3, 2), (5, 2), (5, 9)], [4, 1, 5]),
    "equal ratings": of(200, 150, EVERYTHING[::3], [3.7] * len(EVERYTHING[::3])),
    "everything is rated": of(200, 150, EVERYTHING, [1 + user % 5 for user, _ in EVERYTHING]),
    "a pair twice": of(3, 3, [(0, 0), (0, 0), (1, 2)], [4, 1, 5]),
    "large numbers": of(3, 3, [(0, 0), (0, 1), (1, 2)], [4e8, 1e8, 5e8]),
}


@pytest.mark.parametrize("data", DEGENERATE.values(), ids=list(DEGENERATE))
@pytest.mark.parametrize(("rank", "svd_rank"), [(8, 16), (1, 0)])
def test_there_is_an_answer_to_degenerate_data(data, rank, svd_rank):
    found = fit_teacher(*data, rank=rank, iterations=10, svd_rank=svd_rank)
    ratings = data[0]
    assert found.users.shape == (len(data[1]), rank)
    assert found.items.shape == (len(data[2]), rank)
    for numbers in (found.users, found.items, found.user_variances, found.item_variances, found.noise):
        assert np.isfinite(numbers).all()
    assert min(found.user_variances.min(), found.item_variances.min()) >= 0
    assert found.noise > 0
    predicted = found.predicted(ratings.users, ratings.items)
    spread = np.ptp(ratings.values)
    assert (np.abs(predicted - ratings.values) <= 1e-3 + spread).all()


def test_a_pair_that_is_rated_twice_has_two_ratings():
    once, twice = (
        of(2, 2, [(0, 0), (1, 1), *pairs], [1, 3, *values])
        for pairs, values in (
            ([(0, 1)], [5]),
            ([(0, 1), (0, 1)], [5, 5]),
        )
    )
    less, more = (fit_teacher(*data, rank=2, iterations=5, svd_rank=0) for data in (once, twice))
    assert more.mean == pytest.approx(3.5)
    assert less.mean == pytest.approx(3)


@pytest.mark.parametrize(("values", "given"), [([], "0 ratings"), ([4, np.nan], "2 ratings, 1 of them")])
def test_ratings_that_are_missing_or_not_finite_are_refused(values, given):
    ratings = Interactions.of([0] * len(values), range(len(values)), values)
    with pytest.raises(TrainingError, match="teacher") as caught:
        fit_teacher(ratings, np.zeros((1, 0)), np.zeros((2, 0)), rank=2, iterations=1, svd_rank=0)
    assert given in str(caught.value)


def test_what_becomes_infinite_is_refused():
    ratings, users, items = of(2, 2, [(0, 0), (1, 1)], [1, 5])
    users = np.full((2, 1), np.inf, np.float32)
    with np.errstate(all="ignore"), pytest.raises(TrainingError, match="teacher"):
        fit_teacher(ratings, users, items, rank=2, iterations=3, svd_rank=0)
