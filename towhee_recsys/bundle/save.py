"""Writing a bundle: into a temporary folder, which is moved to its place in one step."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee_recsys.bundle.bundle import Bundle, load_bundle
from towhee_recsys.bundle.manifest import (
    ANCHOR_WEIGHTS,
    ANCHORS,
    COMPARED,
    CONFIG,
    COUNTS,
    FEATURES,
    FORMAT_VERSION,
    ITEM_COUNTS,
    ITEM_VARIANCES,
    KNOWN,
    LOG_SUMS,
    MANIFEST,
    MEANS,
    POPULARITY,
    USER_VARIANCES,
    WEIGHTS,
    DatasetFacts,
    Manifest,
    Versions,
    model_id,
)
from towhee_recsys.config import Config, dump_config, without_locations
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.kernel_regression import KernelRegression
from towhee_recsys.model.relative_variances import RelativeVariances
from towhee_recsys.support.files import replace_directory, sha256, write_file
from towhee_recsys.version import __version__

if TYPE_CHECKING:
    from towhee_recsys.model.paddle.fusion import FusionModel


@dataclass(frozen=True)
class Trained:
    """What a training has found, to be saved.

    Attributes:
        config: The config, as it was loaded.
        users: The fitted features of users.
        items: The fitted features of items.
        known: For `user` and `item`, the ids of the known records as `ids`, text, and their arrays as `0`, `1`, …, one
            a feature.
        counts: How many interactions of each known user training has read, int32[users].
        item_counts: Likewise of each known item, int32[items].
        compared: The rows of the known users that new ones are compared with, int64[k], and for each the logarithm of
            the sum of its softmax over the rated items, float32[k].
        popularity: How many users like each known item, float32[items].
        model: The trained towers.
        regression: What was fitted for items without interactions; None for a model that has none.
        rating_map: The line from cosine to rating that training used; None where there is no rating scale.
        calibration: The line that predictions use; likewise.
        variances: How sure predicted ratings are; None where no teacher was trained.
        dataset: name, fingerprint, the numbers of users, items and interactions, and of removed interactions by rule.
        item_schema: The columns of the items that a catalogue and an index keep.
        trained_on: The protocol and seed that split the data, and how they were read.
        quality: The epoch that was kept as `kept_epoch`, and its figures on the validation part.
        history: A line of figures for each epoch.
    """

    config: Config
    users: FeatureEncoder
    items: FeatureEncoder
    known: dict[str, dict[str, np.ndarray]]
    counts: np.ndarray
    item_counts: np.ndarray
    compared: tuple[np.ndarray, np.ndarray]
    popularity: np.ndarray
    model: FusionModel
    regression: KernelRegression | None
    rating_map: Calibration | None
    calibration: Calibration | None
    variances: RelativeVariances | None
    dataset: dict[str, Any]
    item_schema: ItemSchema
    trained_on: dict[str, Any]
    quality: dict[str, float]
    history: list[dict[str, float]]


def save_bundle(directory: str | Path, trained: Trained, draw: Callable[[Path], None]) -> Bundle:
    """Writes the bundle and returns it, loaded; `draw` makes the picture of the training curves.

    It replaces an older one as `replace_bundle` does.
    """

    def fill(folder: Path) -> None:
        _write_parts(folder, trained)
        draw(folder / "curves.png")
        _write_text(folder / MANIFEST, _manifest(folder, trained).model_dump_json(indent=1))

    return replace_bundle(directory, fill)


def replace_bundle(directory: str | Path, fill: Callable[[Path], None]) -> Bundle:
    """Replaces the bundle in `directory` by the one that `fill` makes, in one step, and returns it, loaded."""
    target = Path(directory).resolve()
    replace_directory(target, fill)
    return load_bundle(target)


def _write_parts(folder: Path, trained: Trained) -> None:
    _write_text(folder / CONFIG, dump_config(without_locations(trained.config)).removesuffix("\n"))
    _write_json(folder / FEATURES, {"user": trained.users.state, "item": trained.items.state})
    _write_json(folder / "history.json", trained.history)
    known = {f"{side}.{name}": array for side, arrays in trained.known.items() for name, array in arrays.items()}
    known |= {COUNTS: trained.counts, ITEM_COUNTS: trained.item_counts, POPULARITY: trained.popularity}
    known |= dict(zip((COMPARED, LOG_SUMS), trained.compared, strict=True))
    if trained.variances:
        known |= {USER_VARIANCES: trained.variances.users, ITEM_VARIANCES: trained.variances.items}
    if fitted := trained.regression:
        known |= {ANCHORS: fitted.anchors, ANCHOR_WEIGHTS: fitted.weights, MEANS: fitted.means}
    write_file(folder / KNOWN, lambda file: np.savez(file, **known))  # type: ignore[arg-type]
    write_file(folder / WEIGHTS, lambda file: np.savez(file, **trained.model.state_dict()))  # each is copied in turn


def _manifest(folder: Path, trained: Trained) -> Manifest:
    from towhee_recsys.model.paddle.quiet import paddle

    files = {file.name: sha256(file) for file in sorted(folder.iterdir())}
    variance = trained.variances.prediction if trained.variances else None
    return Manifest(
        format_version=FORMAT_VERSION,
        model_id=model_id(files, trained.calibration, variance),
        versions=Versions(towhee_recsys=__version__, paddlepaddle=paddle.__version__, numpy=np.__version__),
        seed=trained.config.seed,
        dataset=DatasetFacts(**trained.dataset),
        items=trained.item_schema,
        trained_on=trained.trained_on,
        dim=trained.model.embedding_size,
        metric="IP",
        rating_map=trained.rating_map,
        calibration=trained.calibration,
        prediction_variance=variance,
        quality=trained.quality,
        files=files,
    )


def _write_json(path: Path, content: Any) -> None:
    _write_text(path, json.dumps(content, indent=1, ensure_ascii=False))


def _write_text(path: Path, text: str) -> None:
    write_file(path, f"{text}\n".encode())
