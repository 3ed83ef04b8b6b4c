"""Where a config's folders and files are on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from towhee_recsys.config.document import Document
from towhee_recsys.config.schema import Config, DatasetConfig
from towhee_recsys.errors import ConfigError, close_match

KNOWN = ("ml-1m", "sample")


def cache_folder() -> Path:
    """The folder for downloads: `TOWHEE_RECSYS_HOME`, else the user's cache folder."""
    import platformdirs

    home = os.environ.get("TOWHEE_RECSYS_HOME") or platformdirs.user_cache_dir("towhee_recsys")
    return Path(home).expanduser()


def located(config: Config, document: Document) -> Config:
    """`config` with the dataset's folder and strictness filled in and `~` written out.

    Raises:
        ConfigError: the dataset is the user's own and has no path.
    """
    dataset = config.dataset
    filled = {"path": _dataset_path(dataset, document), "strict": _is_strict(dataset)}
    model, milvus = config.model, config.milvus
    return config.model_copy(
        update={
            "dataset": dataset.model_copy(update=filled),
            "model": model.model_copy(update={"dir": os.path.expanduser(model.dir)}),
            "milvus": milvus.model_copy(update={"uri": os.path.expanduser(milvus.uri)}),
        }
    )


def _is_strict(dataset: DatasetConfig) -> bool:
    return dataset.name in KNOWN if dataset.strict is None else dataset.strict


def _dataset_path(dataset: DatasetConfig, document: Document) -> str:
    if dataset.path is not None:
        return os.path.expanduser(dataset.path)
    if dataset.name == "sample":
        return str(Path(__file__).parent.parent / "data" / "sample")
    if dataset.name == "ml-1m":
        return str(cache_folder() / "ml-1m")
    place = document.where(("dataset", "name"))
    raise ConfigError(
        f"{place}: dataset.path: missing; a dataset of your own needs the folder of its movies.dat, users.dat and "
        f"ratings.dat. Known by name: {', '.join(KNOWN)}.{close_match(dataset.name, KNOWN)}"
    )
