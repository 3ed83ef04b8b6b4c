"""A bundle's config and fitted features: they may come from an untrusted source, and are checked as they are read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from towhee_recsys.bundle.manifest import KNOWN, WEIGHTS
from towhee_recsys.config import Config, read_yaml, shown_path, shown_value
from towhee_recsys.errors import BundleError, ConfigError
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.support.files import read_text

CURE = "Train again, or restore the folder."


def read_config(file: Path) -> Config:
    """The config of a bundle. It is complete: no other file is read for it, and no variable of the environment.

    Raises:
        BundleError: it cannot be read, is no config, or extends another file.
    """
    try:
        settings = read_yaml(file).data
        if "extends" in settings:
            raise BundleError(f"{file} extends a file outside its folder. Do not use this bundle.")
        return Config.model_validate(settings)
    except ConfigError as error:
        raise BundleError(f"{file} is no config of a model: {error} {CURE}") from None
    except ValidationError as error:
        raise BundleError(f"{file} is no config of a model: {_first_problem(error)} {CURE}") from None


def read_encoders(file: Path, config: Config) -> tuple[FeatureEncoder, FeatureEncoder]:
    """The fitted features of users and of items.

    Raises:
        BundleError: they cannot be read, or do not fit the features of `config`.
    """
    try:
        fitted = json.loads(read_text(file, _most_bytes(file.parent)))
        users = FeatureEncoder(config.features.user, fitted["user"])
        items = FeatureEncoder(config.features.item, fitted["item"])
        for encoder in (users, items):
            _check_encoding(encoder)
    except Exception as error:  # whatever may be in there
        raise BundleError(f"{file} has no vocabularies that fit config.yaml: {error!r}. {CURE}") from None
    return users, items


def _most_bytes(folder: Path) -> int:
    """What features.json may take: its values are in known.npz, too, or have rows in weights.npz."""
    return max(4 << 20, sum((folder / name).stat().st_size for name in (KNOWN, WEIGHTS)))


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False)[0]
    return f"{shown_path(problem['loc'])}: given {shown_value(problem['loc'], problem['input'])}: {problem['msg']}."


def _check_encoding(encoder: FeatureEncoder) -> None:
    """Encodes a record of missing values: what was fitted must be of the right types, and its numbers finite."""
    columns = encoder.state["columns"]
    if not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        raise ValueError("columns are not a list of texts")
    if not all(np.isfinite(array).all() for array in encoder.encode([dict.fromkeys(columns)])):
        raise ValueError("numbers are not finite")
