"""The manifest of a bundle: its fields, and the check that the bundle has exactly the files that it names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from towhee_recsys.data.items import ItemSchema
from towhee_recsys.errors import BundleError
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.prediction_variance import PredictionVariance
from towhee_recsys.support.files import read_text, sha256
from towhee_recsys.support.section import Section

if TYPE_CHECKING:
    from typing_extensions import Self

FORMAT_VERSION: Final = 6
MANIFEST = "manifest.json"
CONFIG, FEATURES, KNOWN, WEIGHTS = "config.yaml", "features.json", "known.npz", "weights.npz"
POPULARITY = "item.popularity"
"""The array in known.npz with the popularity of each known item, float32[items]."""

COUNTS = "user.counts"
"""The array in known.npz with the number of interactions of each known user that training read, int32[users]."""

USER_VARIANCES, ITEM_VARIANCES = "user.variances", "item.variances"
"""The arrays in known.npz with the relative variances of known users and items, float32[users] and float32[items].

They are there where the manifest has a `prediction_variance`.
"""
ITEM_COUNTS = "item.counts"
"""The array in known.npz with the number of interactions of each known item that training read, int32[items]."""

ANCHORS, ANCHOR_WEIGHTS, MEANS = "item.anchors", "item.anchor_weights", "item.means"
"""The arrays in known.npz with the kernel regression of items without interactions; a model may have none."""

COMPARED = "user.compared"
"""The array in known.npz with the rows of the users that new ones are compared with, int64[k]."""

LOG_SUMS = "user.log_sums"
"""The array in known.npz with the logarithm of the sum of each such user's softmax over the rated items, float32[k]."""

IDENTITY = (FEATURES, KNOWN, WEIGHTS)
"""The files that decide what vectors the model gives.

The model id is the hash of them, of the calibration and of the prediction variance.
"""

MAX_MANIFEST = 1 << 20
"""Bytes that a manifest may have."""


class Versions(Section):
    """The versions of the packages that made the bundle."""

    towhee_recsys: str
    paddlepaddle: str
    numpy: str


class DatasetFacts(Section):
    """The dataset that the model was trained on: its name, the hash of its content and its numbers of rows.

    `removed` is how many interactions cleaning has removed, by the rule.
    """

    name: str
    fingerprint: str
    users: int = Field(ge=0)
    items: int = Field(ge=0)
    interactions: int = Field(ge=0)
    removed: dict[str, int] = Field(default={})


class Manifest(Section):
    """The manifest. `rating_map` is the line that training used, `calibration` the one fitted on held-out ratings;
    both are None where the dataset has no rating scale. `prediction_variance` says how sure predicted ratings are; it
    is None where no teacher was trained. `measured` has what `run` measured before it let the model serve: the metrics
    of the model and of each baseline, by name; it is empty for a model that was only trained.
    """

    format_version: Literal[6]
    model_id: str
    versions: Versions
    seed: int
    dataset: DatasetFacts
    items: ItemSchema
    trained_on: dict[str, Any]
    dim: int = Field(ge=1)
    metric: Literal["IP"]
    rating_map: Calibration | None
    calibration: Calibration | None
    prediction_variance: PredictionVariance | None = Field(default=None)
    quality: dict[str, int | float]
    measured: dict[str, dict[str, float]] = Field(default={})
    files: dict[str, str]

    @field_validator("trained_on")
    @classmethod
    def _names_its_protocol(cls, given: dict[str, Any]) -> dict[str, Any]:
        if not {"protocol", "fingerprint", "reading"} <= given.keys() or not isinstance(given["protocol"], str):
            raise ValueError("it has no protocol, fingerprint and reading")
        return given

    @field_validator("quality")
    @classmethod
    def _names_its_epoch(cls, given: dict[str, int | float]) -> dict[str, int | float]:
        if not isinstance(given.get("kept_epoch"), int) or given["kept_epoch"] < 0:
            raise ValueError("it has no kept_epoch")
        return given

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not {CONFIG, *IDENTITY} <= self.files.keys():
            raise ValueError("files are missing")
        if (self.rating_map is None) != (self.calibration is None):
            raise ValueError("rating_map and calibration exist together")
        if self.prediction_variance and not self.calibration:
            raise ValueError("prediction_variance without a calibration")
        if self.model_id != model_id(self.files, self.calibration, self.prediction_variance):
            raise ValueError("the model id is not that of the files")
        return self


def model_id(
    files: Mapping[str, str], calibration: Calibration | None, variance: PredictionVariance | None = None
) -> str:
    """The id of the model whose files have these SHA-256."""
    maps = [each and asdict(each) for each in (calibration, variance)]
    content = [files[name] for name in IDENTITY], *maps
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def read_manifest(folder: Path) -> str:
    """The manifest's text.

    Raises:
        BundleError: it is missing or cannot be read.
    """
    try:
        return read_text(folder / MANIFEST, MAX_MANIFEST)
    except FileNotFoundError:
        raise BundleError(
            f"there is no trained model in {folder}. Train one with `towhee-recsys train -c CONFIG`, "
            "or name its folder in model.dir."
        ) from None
    except (OSError, ValueError) as error:
        raise BundleError(f"{folder / MANIFEST} cannot be read: {error}. Train again, or restore the folder.") from None


def parsed(folder: Path, text: str) -> Manifest:
    """The manifest from its `text`.

    Raises:
        BundleError: it is damaged, or of another format.
    """
    try:
        version = json.loads(text)["format_version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise damaged(folder) from None
    if version != FORMAT_VERSION:
        raise BundleError(
            f"{folder} has format version {version!r}; this towhee_recsys reads {FORMAT_VERSION}. "
            "Train again with `towhee-recsys train -c CONFIG`, or use the version that wrote it."
        )
    try:
        return Manifest.model_validate_json(text)
    except ValidationError:
        raise damaged(folder) from None


def checked(folder: Path, text: str) -> Manifest:
    """The manifest from its `text`, after every file of `folder` was compared with it.

    Raises:
        BundleError: the manifest is damaged or of another format, or a file is missing or not the one that was saved.
    """
    manifest = parsed(folder, text)
    for name, digest in manifest.files.items():
        file = folder / name
        if file.parent != folder:
            raise BundleError(f"{folder / MANIFEST} names a file outside its folder: {name!r}. Do not use this bundle.")
        if not file.is_file():
            raise BundleError(f"{file} is missing. Train again, or restore the whole folder.")
        if sha256(file) != digest:
            raise BundleError(f"{file} is not what was saved: its SHA-256 differs. Train again, or restore the folder.")
    return manifest


def damaged(folder: Path) -> BundleError:
    """The error for a manifest that is incomplete, or whose entries do not fit together."""
    return BundleError(f"{folder / MANIFEST} is damaged. Train again, or restore the folder.")
