"""How well a bundle predicts the ratings that its training held out, next to two plain guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from towhee_recsys.config import Config, load_config
from towhee_recsys.errors import BundleError
from towhee_recsys.evaluation.metrics import mae, rmse

if TYPE_CHECKING:
    import pandas as pd

    from towhee_recsys.bundle import Bundle


def evaluate(config: Config | str) -> dict[str, Any]:
    """RMSE and MAE on the held-out test ratings, of the model and of two baselines on the same ratings.

    Gives `{"protocol", "seed", "model_id", "ratings", "metrics": {"rmse", "mae"}, "baselines": {name: {...}}}`.
    Raises BundleError when there is no bundle, or when it was trained on another dataset than the config's: then
    nobody knows what it has seen.
    """
    from towhee_recsys.bundle import load_bundle
    from towhee_recsys.datasets import read_dataset, split_ratings

    config = load_config(config)
    bundle = load_bundle(config.model.dir)
    where = config.dataset.model_dump(include={"path", "download"})  # how it is read decides the split, too
    dataset = read_dataset(bundle.config.dataset.model_copy(update=where))
    if dataset.fingerprint != bundle.manifest["dataset"]["fingerprint"]:
        raise BundleError(
            f"the model in {config.model.dir} was trained on other data than {config.dataset.path}: which ratings "
            "it has seen is not known. Train it again, or name the dataset that it was trained on."
        )
    trained = bundle.config.training  # the shares and the seed that decided what was held out
    split = split_ratings(len(dataset.ratings), trained.validation, trained.test, bundle.config.seed)
    training, test = dataset.ratings.iloc[split.train], dataset.ratings.iloc[split.test]
    return {
        "protocol": f"rating-{100 * (1 - trained.test):g}-{100 * trained.test:g}",
        "seed": bundle.config.seed,
        "model_id": bundle.model_id,
        "ratings": len(test),
        "metrics": _errors(_predicted(bundle, test), test),
        "baselines": {
            "the mean rating": _errors(np.full(len(test), training["rating"].mean()), test),
            "the film's mean rating": _errors(_film_means(training, test), test),
        },
    }


def _predicted(bundle: Bundle, ratings: pd.DataFrame) -> np.ndarray:
    """The stars that the bundle's towers predict: each user and each movie is encoded once."""
    from towhee_recsys.bundle import MovieEncoder, UserEncoder
    from towhee_recsys.model.vectors import normalize

    users, user_rows = np.unique(ratings["user_id"].to_numpy(), return_inverse=True)
    movies, movie_rows = np.unique(ratings["movie_id"].to_numpy(), return_inverse=True)
    user_vectors = normalize(UserEncoder(bundle)([{"user_id": key} for key in users.tolist()]))
    movie_vectors = normalize(MovieEncoder(bundle)([{"movie_id": key} for key in movies.tolist()]))
    cosines = np.einsum("ij,ij->i", np.asarray(user_vectors)[user_rows], np.asarray(movie_vectors)[movie_rows])
    return bundle.calibration.stars(cosines)


def _film_means(training: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    means = training.groupby("movie_id")["rating"].mean()
    return test["movie_id"].map(means).fillna(training["rating"].mean()).to_numpy()


def _errors(predicted: np.ndarray, test: pd.DataFrame) -> dict[str, float]:
    actual = test["rating"].to_numpy()
    return {"rmse": rmse(predicted, actual), "mae": mae(predicted, actual)}
