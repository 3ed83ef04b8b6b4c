"""Pipelines declared in YAML, and Towhee's `AutoPipes` names for them.

Importing this package makes `AutoPipes.pipeline("towhee_recsys/recommend", config=...)` work, likewise
`towhee_recsys/index` and `towhee_recsys/similar`.
"""

from __future__ import annotations

from towhee import AutoPipes
from towhee.runtime.auto_pipes import set_pipe_name

from towhee_recsys.config import Config, load_config
from towhee_recsys.index import open_index
from towhee_recsys.model.vectors import Origin
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
    return _of_the_configs_model("recommend", config)


def similar_pipeline(config: Config | str | None = None) -> Pipeline:
    """A movie, or a list of movies, to the movies most like it: `similar({"movie_id": 260}).get()` gives `[movies]`."""
    return _of_the_configs_model("similar", config)


def _of_the_configs_model(name: str, config: Config | str | None) -> Pipeline:
    """The shipped pipeline, after making sure that the index is of the model that will encode the queries."""
    from towhee_recsys.bundle import load_bundle

    config = load_config(config)
    pipeline = load_pipeline(name, config)
    model = Origin(load_bundle(config.model.dir).model_id)
    open_index(config.milvus.uri, config.milvus.collection).live(model)
    return pipeline


for _define in (index_pipeline, recommend_pipeline, similar_pipeline):
    with set_pipe_name(f"towhee_recsys/{_define.__name__.removesuffix('_pipeline')}"):
        AutoPipes.register(_define)
