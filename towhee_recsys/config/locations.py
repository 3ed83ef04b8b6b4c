"""Where a config's model and stores are: what it does not name is below a folder with the dataset's name."""

from __future__ import annotations

import os
import re
from urllib.parse import quote

from towhee_recsys.config.dataset import CACHE
from towhee_recsys.config.milvus import DATASET, MilvusConfig
from towhee_recsys.config.schema import Config, ModelConfig
from towhee_recsys.config.serving import ServeConfig

_UNSAFE = re.compile(r"[^\w.-]|^\.")


def folder_name(name: str) -> str:
    """A dataset's name as the name of one folder: a dot at its start and unsafe characters are percent-encoded."""
    return _UNSAFE.sub(lambda found: quote(found[0], safe="").replace(".", "%2E"), name)


def with_locations(config: Config, folder: str) -> Config:
    """`config` with its default locations below `artifacts/<folder>`, and `~` written out in those of files."""
    defaults = {ModelConfig().dir, MilvusConfig().uri, Config().catalogue, CACHE}

    def located(location: str) -> str:
        return location.replace(DATASET, folder) if location in defaults else os.path.expanduser(location)

    cache = config.dataset.cache
    return config.model_copy(
        update={
            "dataset": config.dataset.model_copy(update={"cache": cache and located(cache)}),
            "model": config.model.model_copy(update={"dir": located(config.model.dir)}),
            "milvus": config.milvus.model_copy(update={"uri": located(config.milvus.uri)}),
            "catalogue": located(config.catalogue),
            "history": config.history and located(config.history),  # it may be `${catalogue}`
            "feedback": config.feedback and located(config.feedback),
        }
    )


def without_locations(config: Config) -> Config:
    """`config` without where its data and stores are: that is no part of a model, and may hold a password."""
    dataset, nowhere = config.dataset, {"path": None, "sql": None}
    tables = {
        "users": dataset.users.model_copy(update=nowhere),
        "items": dataset.items.model_copy(update=nowhere),
        "interactions": dataset.interactions.model_copy(update=nowhere | {"validation": None, "test": None}),
    }
    return config.with_model_dir(ModelConfig().dir).model_copy(
        update={
            "dataset": dataset.model_copy(update={"path": None, "cache": CACHE} | tables),
            "milvus": MilvusConfig(),
            "catalogue": Config().catalogue,
            "history": None,
            "feedback": None,
            "serve": ServeConfig(),
        }
    )
