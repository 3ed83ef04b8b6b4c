"""Pipelines declared in YAML, and Towhee's `AutoPipes` names for them.

Importing this package makes `AutoPipes.pipeline("towhee_recsys/recommend", config=...)` work, likewise
`towhee_recsys/index`, `towhee_recsys/add` and `towhee_recsys/similar`.
"""

from __future__ import annotations

from pathlib import Path

from towhee import AutoPipes
from towhee.runtime.auto_pipes import set_pipe_name

from towhee_recsys.config import Config, load_config
from towhee_recsys.lifecycle.parts import index_of
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.pipelines.builder import load_pipeline
from towhee_recsys.pipelines.runtime import Pipeline

__all__ = [
    "Pipeline",
    "add_items",
    "add_pipeline",
    "index_pipeline",
    "load_pipeline",
    "recommend_pipeline",
    "similar_pipeline",
]


def index_pipeline(config: Config | str | None = None) -> Pipeline:
    """A dataset's items into the index: call it with the dataset's folder, or with nothing for the config's.

    `.get()` gives `[IndexRecord]`. The old index answers until the new one is complete.
    """
    return load_pipeline("index", config)


def add_pipeline(config: Config | str | None = None) -> Pipeline:
    """Items that training need not have seen into the live index: call it with a file of them, or its folder.

    `.get()` gives two receipts for each 100,000 items: of the live build, with no rows, and of what was written to it.
    """
    return load_pipeline("add", config)


def add_items(config: Config | str, file: str | Path) -> int:
    """Adds the items of `file`, in the format of movies.dat, to the live index; gives how many it has.

    They are found at once, those that training never saw by genres, title and year; an item that is there is replaced.
    After a kill the same call ends what was begun. The next indexing has only what the dataset has. Raises DatasetError
    for a file that cannot be read, IndexMismatchError when the index is missing or of another model than `model.dir`.
    """
    written = add_pipeline(config)(str(file)).to_list()
    return sum(receipt.rows for _, receipt in written)


def recommend_pipeline(config: Config | str | None = None) -> Pipeline:
    """A user, or a list of users, to recommendations: `recommend({"gender": "F", "age": 25}).get()` gives `[items]`.

    Each item is a dict with rank, movie_id, title, year, genres, score (cosine) and predicted_rating (stars).
    """
    return _of_the_configs_model("recommend", config)


def similar_pipeline(config: Config | str | None = None) -> Pipeline:
    """An item, or a list of items, to the items most like it: `similar({"movie_id": 260}).get()` gives `[items]`."""
    return _of_the_configs_model("similar", config)


def _of_the_configs_model(name: str, config: Config | str | None) -> Pipeline:
    """The shipped pipeline, after making sure that a build is there for the model that will encode the queries."""
    from towhee_recsys.bundle import load_bundle

    config = load_config(config)
    pipeline = load_pipeline(name, config)
    bundle, index = load_bundle(config.model.dir), index_of(config)
    index.live()
    index.answering(ModelRef(bundle.model_id), bundle.dim)
    return pipeline


for _define in (add_pipeline, index_pipeline, recommend_pipeline, similar_pipeline):
    with set_pipe_name(f"towhee_recsys/{_define.__name__.removesuffix('_pipeline')}"):
        AutoPipes.register(_define)
