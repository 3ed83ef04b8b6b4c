"""Pipelines declared in YAML, and Towhee's `AutoPipes` names for them.

Importing this package makes `AutoPipes.pipeline("towhee_recsys/recommend", config=...)` work, likewise
`towhee_recsys/index` and `towhee_recsys/similar`.
"""

from __future__ import annotations

from towhee import AutoPipes
from towhee.runtime.auto_pipes import set_pipe_name

from towhee_recsys.config import Config
from towhee_recsys.pipelines.builder import load_pipeline
from towhee_recsys.pipelines.runtime import Pipeline

__all__ = ["Pipeline", "index_pipeline", "load_pipeline", "recommend_pipeline", "similar_pipeline"]


def index_pipeline(config: Config | str | None = None) -> Pipeline:
    """A dataset's movies into the index: call it with the dataset's folder, or with nothing for the config's.

    `.get()` gives `[IndexRecord]`. The old index answers until the new one is complete.
    """
    return load_pipeline("index", config)


def recommend_pipeline(config: Config | str | None = None) -> Pipeline:
    """A user, or a list of users, to recommendations: `recommend({"gender": "F", "age": 25}).get()` gives `[movies]`.

    Each movie is a dict with rank, movie_id, title, year, genres, score (cosine) and predicted_rating (stars).
    """
    return load_pipeline("recommend", config)


def similar_pipeline(config: Config | str | None = None) -> Pipeline:
    """A movie, or a list of movies, to the movies most like it: `similar({"movie_id": 260}).get()` gives `[movies]`."""
    return load_pipeline("similar", config)


for _define in (index_pipeline, recommend_pipeline, similar_pipeline):
    with set_pipe_name(f"towhee_recsys/{_define.__name__.removesuffix('_pipeline')}"):
        AutoPipes.register(_define)
