"""Matrix factorisation of ratings by variational Bayes, with priors that side information predicts.

A rating of user u and item i is normal around `mean + x_u . y_i`. The vectors x and y are random variables: the prior
of x_u is normal around a linear function of the user's features, and so is that of y_i. The posterior is approximated
by one in which all x and y are independent and normal, each with a mean and a full covariance, which are updated in
turns, with the priors and the noise (Bishop 2006, chapter 10). This averages over vectors instead of choosing one, so
that it needs no early stopping and no tuned weight decay, and it shows how sure each vector is.

What it rests on:

- Salakhutdinov & Mnih 2008, "Bayesian probabilistic matrix factorization using Markov chain Monte Carlo"
  (doi:10.1145/1390156.1390267): the model of a rating, with priors whose covariances are learned, by Gibbs sampling.
- Park, Kim & Choi 2013, "Hierarchical Bayesian matrix factorization with side information" (IJCAI): prior means that
  are linear in features of users and items, and their variational updates.
- Koren 2008, "Factorization meets the neighborhood" (SVD++, doi:10.1145/1401890.1401944): which items a user has rated,
  whatever the ratings, helps to predict ratings. Here it enters by the features; see `side_information`.
- Rendle, Zhang & Koren 2019, "On the difficulty of evaluating baselines" (arXiv:1905.01395): a Bayesian factorisation
  with that information on both sides ("flipped") predicts better than all later models on MovieLens 10M.

Work and memory: an iteration takes about `rank ** 2` operations a rating and `2 * rank ** 3` for each user and item.
Memory holds the ratings three times, once by user and once by item and as they were given, the features of both sides,
and three times `rank * (rank + 1) / 2` numbers for each item (1.6 kB each at rank 32). Covariances of users are held
for some users at a time, about as many as there are items.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.errors import TrainingError
from towhee_recsys.model.in_parts import blas_threads
from towhee_recsys.model.teacher.factorisation import Factorisation
from towhee_recsys.support.progress import progress_bar


@dataclass(frozen=True, eq=False)
class Teacher:
    """The predicted rating of a user and an item: `mean + users[user] @ items[item]`.

    Attributes:
        mean: The mean rating.
        users: float32[n, rank], the means of the users' vectors; without ratings, what the features predict.
        items: float32[m, rank], those of the items.
        user_variances: float32[n], what is unsure of each user, as a variance of ratings: tr(S E[y y^T]) with the
            covariance S of the user's vector, and the vectors y of rated items.
        item_variances: float32[m], the same of each item.
        noise: The variance of ratings around what exactly known vectors would predict.
    """

    mean: float
    users: np.ndarray
    items: np.ndarray
    user_variances: np.ndarray
    item_variances: np.ndarray
    noise: float

    def predicted(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """The predicted ratings of pairs of rows `users` int[k] and `items` int[k]: float64[k], not clipped."""
        return self.mean + np.einsum("kd,kd->k", self.users[users], self.items[items], dtype=np.float64)


def fit_teacher(
    interactions: Interactions,
    user_features: np.ndarray,
    item_features: np.ndarray,
    *,
    rank: int,
    iterations: int,
    svd_rank: int,
    progress: bool | None = None,
) -> Teacher:
    """Fits a teacher to ratings. The same data give the same teacher: nothing is drawn, and cores make no difference.

    Args:
        interactions: The ratings to learn from, of the training part alone.
        user_features: float32[n, k], the declared features of all users; see `design`.
        item_features: float32[m, k], those of all items.
        rank: The length of the vectors.
        iterations: How often all vectors are updated.
        svd_rank: How many singular vectors of who has rated what predict the vectors; 0 uses none.
        progress: Shows a bar; by default only in a terminal.

    Raises:
        TrainingError: there is no rating, or a rating is not finite, or the fit is not finite any more.
    """
    states = teacher_iterations(interactions, user_features, item_features, rank=rank, svd_rank=svd_rank)
    with progress_bar(progress, total=iterations, desc="teacher", unit="iteration") as bar:
        for teacher in islice(states, iterations):
            bar.update()
            bar.set_postfix(noise=f"{teacher.noise:.4f}")
    return teacher


def teacher_iterations(
    interactions: Interactions, user_features: np.ndarray, item_features: np.ndarray, *, rank: int, svd_rank: int
) -> Iterator[Teacher]:
    """The teacher after each iteration, without an end; the arguments and errors are those of `fit_teacher`."""
    ratings = interactions.values.astype(np.float64)
    if not len(ratings) or not np.isfinite(ratings).all():
        raise TrainingError(
            f"the teacher (training.teacher) was given {len(ratings)} ratings, {np.isfinite(ratings).sum()} of them "
            "finite; it needs at least one, all finite. Check the interactions, or set training.teacher: none."
        )
    mean, scale = float(ratings.mean()), float(ratings.std()) or 1.0
    standard = ((ratings - mean) / scale).astype(np.float32)
    with blas_threads(1):  # with more, sums would be rounded otherwise
        found = Factorisation(interactions, standard, user_features, item_features, rank=rank, svd_rank=svd_rank)
    while True:
        with blas_threads(1):
            found.iterate()
        users, items = found.users, found.items
        variances = users.variances * scale**2, items.variances * scale**2
        yield Teacher(mean, users.means * scale, items.means.copy(), *variances, scale**2 * found.noise)
