"""MovieLens' declaration, and declarations of datasets as `load_config` completes them."""

from __future__ import annotations

from typing import Any

from towhee_recsys.config import DataSchema, load_config

MOVIELENS = load_config().features
CODES = load_config().dataset.users.codes
GENDERS, AGES, OCCUPATIONS = (CODES[column].names for column in ("gender", "age", "occupation"))


def schema(**dataset: Any) -> DataSchema:
    """The complete declaration of a `dataset` section."""
    return load_config(dataset=dataset).dataset
