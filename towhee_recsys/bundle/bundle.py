"""Reading a bundle: everything in it is checked before anything of it is used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from towhee_recsys.bundle.arrays import ArrayFile, open_arrays
from towhee_recsys.bundle.contents import read_config, read_encoders
from towhee_recsys.bundle.manifest import CONFIG, FEATURES, KNOWN, Manifest, checked, damaged, parsed, read_manifest
from towhee_recsys.config import Config, DataSchema
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.errors import BundleError, RecsysError
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.prediction_variance import PredictionVariance
from towhee_recsys.support.files import recover
from towhee_recsys.support.forks import new_lock

_loaded: dict[Path, tuple[str, Bundle]] = {}
_lock = new_lock()


@dataclass(frozen=True, eq=False, repr=False)
class Bundle:
    """A trained model on disk.

    Attributes:
        directory: Its folder.
        manifest: Its format, the model's id, the versions, seed and dataset that made it, its quality, and the SHA-256
            of every file.
        config: The config that trained it, without the locations of data and stores.
        users: The fitted features of users.
        items: The fitted features of items.
    """

    directory: Path
    manifest: Manifest
    config: Config
    users: FeatureEncoder
    items: FeatureEncoder

    def __repr__(self) -> str:
        return f"Bundle({str(self.directory)!r}, model_id={self.model_id!r}, dataset={self.manifest.dataset.name!r})"

    @property
    def model_id(self) -> str:
        """The hash of everything that decides the answers: features, weights, calibration and prediction variance."""
        return self.manifest.model_id

    @property
    def dim(self) -> int:
        """The length of the vectors."""
        return self.manifest.dim

    @property
    def quality(self) -> dict[str, int | float]:
        """The epoch that was kept, and its figures on the validation part."""
        return self.manifest.quality

    @property
    def calibration(self) -> Calibration | None:
        """From cosine to rating; None where the dataset has no rating scale."""
        return self.manifest.calibration

    @property
    def prediction_variance(self) -> PredictionVariance | None:
        """How sure predicted ratings are; None where it is not known."""
        return self.manifest.prediction_variance

    @property
    def schema(self) -> DataSchema:
        """The declaration of the dataset that the model was trained on."""
        return self.config.dataset

    @property
    def item_schema(self) -> ItemSchema:
        """The columns of the items that a catalogue and an index keep."""
        return self.manifest.items

    def changed_columns(self, config: Config) -> list[str]:
        """The settings of the items' columns that `config` has otherwise, such as `dataset.items.filter`.

        An index has the columns that its model was trained with: such settings take effect with the next training.
        """
        ours, given = self.schema.items, config.dataset.items
        names = ("title", "show", "filter", "expires", "time_unit")
        return [f"dataset.items.{name}" for name in names if getattr(ours, name) != getattr(given, name)]

    def known_ids(self, side: Literal["user", "item"]) -> list[str]:
        """The ids of the users or the items that the model knows, as text, in the order of their table.

        Raises:
            BundleError: they cannot be read.
        """
        return list(map(str, self.arrays(KNOWN, f"{side}.ids")[f"{side}.ids"]))

    def arrays(self, name: str, prefix: str = "") -> dict[str, np.ndarray]:
        """The arrays of `weights.npz` or `known.npz` by their names; with a `prefix` those that begin with it.

        Raises:
            BundleError: they cannot be read.
        """
        with self.open_arrays(name) as file:
            names = [each for each in file.names if each.startswith(prefix) and file.header(each)]
            return {each: file.read(each) for each in names}

    @contextmanager
    def open_arrays(self, name: str) -> Iterator[ArrayFile]:
        """The arrays of `weights.npz` or `known.npz`, none of which is read yet.

        Raises:
            BundleError: they cannot be read; what is raised while they are open, too.
        """
        try:
            with open_arrays(self.directory / name) as file:
                yield file
        except RecsysError:
            raise
        except Exception as error:  # whatever may be in there
            raise BundleError(f"{self.directory / name} holds no plain arrays: {error}. Train again.") from None

    def check_unchanged(self) -> None:
        """Checks that no other training has replaced the files since they were loaded.

        Raises:
            BundleError: one has.
        """
        if parsed(self.directory, read_manifest(self.directory)) != self.manifest:
            raise BundleError(f"the model in {self.directory} was replaced after it was loaded. Load it again.")


def load_bundle(directory: str | Path) -> Bundle:
    """The bundle in `directory`, checked; the same one again as long as it is unchanged on disk.

    Raises:
        BundleError: it is missing, incomplete, damaged or of another format.
    """
    if "\0" in str(directory):
        raise BundleError(f"the folder of the model, {str(directory)!r}, has a NUL character; write it without one.")
    path = Path(directory).resolve()
    with _lock:
        try:
            return _load(path)
        except (RecsysError, OSError):
            return _load(path)  # a training may have replaced it in the meantime: then it is whole now


def read_bundle(path: Path) -> Bundle:
    """The bundle in `path`, read and checked from its first file to its last.

    Raises:
        BundleError: it is missing, incomplete, damaged or of another format.
    """
    return _read(path, checked(path, read_manifest(path)))


def _load(path: Path) -> Bundle:
    if not path.exists():
        recover(path)
    text = read_manifest(path)
    if path not in _loaded or _loaded[path][0] != text:
        for gone in [each for each in _loaded if not each.exists()]:
            del _loaded[gone]
        _loaded[path] = text, _read(path, checked(path, text))
    return _loaded[path][1]


def _read(path: Path, manifest: Manifest) -> Bundle:
    config = read_config(path / CONFIG)
    declared = config.model.embedding_size, config.dataset.items.id, config.dataset.feedback.scale is not None
    if declared != (manifest.dim, manifest.items.id, manifest.calibration is not None):
        raise damaged(path)
    users, items = read_encoders(path / FEATURES, config)
    return Bundle(path, manifest, config, users, items)
