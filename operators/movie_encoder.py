"""Movies to vectors."""

from __future__ import annotations

from typing import Any

from towhee import register


@register(name="towhee_recsys/movie_encoder")
class MovieEncoderOperator:
    """A movie record, or a list of them, to raw vectors float32[dim] or float32[n, dim].

        pipe.input("movie").map("movie", "vector", ops.towhee_recsys.movie_encoder(model_dir="artifacts/ml-1m/model"))

    A record has any of `movie_id, title, year, genres`; of a movie of the training data the id is enough, one
    that training never saw is carried by title and genres. Raises BundleError when built, QueryError when called.
    """

    def __init__(self, model_dir: str):
        from towhee_recsys.bundle import ItemEncoder, load_bundle

        self._encode = ItemEncoder(load_bundle(model_dir))

    def __call__(self, movies: Any) -> Any:
        """The raw vectors of `movies`."""
        return self._encode(movies)
