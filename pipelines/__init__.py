"""Pipelines declared in YAML, and Towhee's `AutoPipes` names for them.

Importing this package makes `AutoPipes.pipeline("towhee_recsys/recommend", config=...)` work, likewise
`towhee_recsys/index`, `towhee_recsys/add` and `towhee_recsys/similar`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from towhee import AutoPipes
from towhee.runtime.auto_pipes import set_pipe_name

from towhee_recsys.bundle import load_bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.engines import Engine
from towhee_recsys.pipelines.builder import load_pipeline
from towhee_recsys.pipelines.frames import recommend_frame
from towhee_recsys.pipelines.kept_out import why_not
from towhee_recsys.pipelines.runtime import Pipeline
from towhee_recsys.stores.vectors import index_of

__all__ = [
    "Pipeline",
    "add_items",
    "add_pipeline",
    "index_pipeline",
    "load_pipeline",
    "recommend_frame",
    "recommend_pipeline",
    "similar_pipeline",
    "why_not",
]

log = logging.getLogger(__name__)


def index_pipeline(config: Config | str | None = None, engine: Engine | None = None) -> Pipeline:
    """Indexes the items of the config's dataset: `index_pipeline(config)()`.

    The call takes the path of another file or folder in the dataset's format, too, or a mapping of data frames.
    `.get()` gives `[IndexRecord]`. The previous index serves until the new one is complete. With an `engine`, which
    must be open while the pipeline is called, its workers encode the items, and this process writes them.

    Raises:
        BundleError: there is no model in `model.dir` that can be used.
        RecsysError: a store cannot be opened, or a setting is not acceptable.
    """
    config = load_config(config)
    pipeline = load_pipeline("index", config, engine=engine)
    if changed := load_bundle(config.model.dir).changed_columns(config):
        log.warning(
            "%s changed since the model in %s was trained, and the index keeps the columns of that training: train, "
            "then index again",
            " and ".join(changed),
            config.model.dir,
        )
    return pipeline


def add_pipeline(config: Config | str | None = None) -> Pipeline:
    """Adds items, which the model need not know, to the live index: call it with a file in the dataset's format.

    `.get()` gives two receipts for each 100,000 items: of the live build, with no rows, and of what was written to it.

    Raises:
        BundleError: the published model cannot be used.
        IndexMismatchError: there is no index, or its model is not here.
    """
    return load_pipeline("add", config)


def add_items(config: Config | str, file: str | Path, on_written: Callable[[int], object] = lambda items: None) -> int:
    """Adds the items of `file`, in the dataset's format, to the live index; returns how many it has.

    They can be found at once; those that training never saw are encoded by their features. An item that is in the index
    is replaced. After a kill the same call completes what was begun. The next index run has the dataset's items alone.
    `on_written` is called with the number of items just written, from any thread.

    Raises:
        DatasetError: the file cannot be read.
        IndexMismatchError: there is no index, or its model is not here.
        QueryError: an item cannot be encoded or stored.
        StoreError: a store fails.
    """
    config = load_config(config)
    pipeline = add_pipeline(config)
    with index_of(config.milvus).progress.observe(on_written):
        written = pipeline(str(file)).to_list()
    return sum(receipt.rows for _, receipt in written)


def recommend_pipeline(config: Config | str | None = None) -> Pipeline:
    """Recommends items to a user, or to each of a list of users: `recommend({"age": 25}).get()` gives `[items]`.

    A user is a dict of declared columns. An item is a dict: `rank`, its id and facts under their declared names (for
    MovieLens movie_id, title, year, genres), `score` (cosine; the relative popularity where nothing is known of the
    user) and, where there is a rating scale, `predicted_rating`.

    Raises:
        BundleError: the published model cannot be used.
        IndexMismatchError: there is no index, or its model is not here.
    """
    return load_pipeline("recommend", config)


def similar_pipeline(config: Config | str | None = None) -> Pipeline:
    """Finds the items most like an item, or like each of a list: `similar({"movie_id": 260}).get()` gives `[items]`.

    Raises:
        BundleError: the published model cannot be used.
        IndexMismatchError: there is no index, or its model is not here.
    """
    return load_pipeline("similar", config)


for _define in (add_pipeline, index_pipeline, recommend_pipeline, similar_pipeline):
    with set_pipe_name(f"towhee_recsys/{_define.__name__.removesuffix('_pipeline')}"):
        AutoPipes.register(_define)
