"""Movies to vectors."""

from __future__ import annotations

from towhee import register

from towhee_recsys.operators.item_encoder import ItemEncoderOperator


@register(name="towhee_recsys/movie_encoder")
class MovieEncoderOperator(ItemEncoderOperator):
    """A movie record, or a list of them, to raw vectors: `item_encoder` under the tutorial's name.

        pipe.input("movie").map("movie", "vector", ops.towhee_recsys.movie_encoder(model_dir="artifacts/ml-1m/model"))

    A record has any of `movie_id, title, year, genres`. The id is enough for a movie of the training data; a movie that
    training never saw is encoded by title, year and genres.
    """
