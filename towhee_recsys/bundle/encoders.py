"""Encoders: records in, raw vectors out, by the bundle's towers in NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.towers import item_vectors, loaded, rating_tower
from towhee_recsys.errors import QueryError
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.features.encoder import Record
from towhee_recsys.features.liked import LIKED, liked_of
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.embeddings import Embeddings, ModelRef


class _Encoder:
    """Records of one side to vectors. A record with a known id may leave out the rest: it is filled in."""

    def __init__(self, bundle: Bundle, side: Literal["user", "item"], refuse_unknown: bool):
        self.bundle, self._refuse_unknown = bundle, refuse_unknown
        self.side: FeatureEncoder = bundle.users if side == "user" else bundle.items
        for_user = side == "user"
        self.model = ModelRef(
            bundle.model_id, bundle.calibration if for_user else None, None if for_user else bundle.item_schema
        )
        self._tower, self._lines, self._known = loaded(bundle, side)
        self.id_column = (bundle.schema.users if side == "user" else bundle.schema.items).id  # a feature or not

    def __call__(self, records: Record | Sequence[Record]) -> Embeddings:
        """One record gives float32[dim], a list of n gives float32[n, dim], by one pass through the tower.

        Raises QueryError for a field or a value that the model cannot take.
        """
        if not isinstance(records, (list, tuple)):
            return self([records])[0]  # type: ignore[list-item]
        return Embeddings(self._tower(self._arrays(records)), None, self.model)

    def _arrays(self, records: Sequence[Record]) -> list[np.ndarray]:
        arrays = self.side.encode(records)
        for line, record in enumerate(records):
            key = record.get(self.id_column)
            if key is not None:
                self._fill_in(key, record, line, arrays)
        return arrays

    def _fill_in(self, key: Any, record: Record, line: int, arrays: list[np.ndarray]) -> None:
        known = self._lines.get(str(key))
        if known is None:
            others = [feature.column for feature in self.side.features if feature.column != self.id_column]
            if self._refuse_unknown and all(record.get(column) is None for column in others):
                raise QueryError(self._unknown(key, others))
            return
        for place, feature in enumerate(self.side.features):
            if record.get(feature.column) is None:
                arrays[place][line] = self._known[place][known]

    def _unknown(self, key: Any, others: Sequence[str]) -> str:
        return f"{self.id_column} {key!r} is not known to this model. Give what is known of it: {', '.join(others)}."


class UserEncoder(_Encoder):
    """Users to raw vectors to search with; where the objective is `both`, their `rating` are those to predict stars.

    A record may have `liked`, a list of item ids: a tower with a history reads them, for others the vector is folded
    in (see model/fold_in.py).
    `unknown_user` says what an unknown id with no other field gets: error, or general.
    """

    def __init__(self, bundle: Bundle, unknown_user: Literal["error", "general"] = "error"):
        if unknown_user not in ("error", "general"):
            raise QueryError(f"unknown_user {unknown_user!r} is not known. Accepted: error, general.")
        super().__init__(bundle, "user", refuse_unknown=unknown_user == "error")
        self._reads_history = any(feature.kind == "history" for feature in bundle.users.features)
        self._rating_tower = rating_tower(bundle) if bundle.config.objective == "both" else None

    def __call__(self, records: Record | Sequence[Record]) -> Embeddings:
        """One record gives float32[dim], a list of n gives float32[n, dim], by one pass through the tower.

        Raises QueryError for a field or a value that the model cannot take, and for a liked item it does not know.
        """
        if not isinstance(records, (list, tuple)):
            return self([records])[0]  # type: ignore[list-item]
        liked = [] if self._reads_history else [liked_of(record) for record in records]
        arrays = self._arrays(records if self._reads_history else [_without_liked(record) for record in records])
        raw = self._tower(arrays)
        if any(liked):
            raw = _folded(self.bundle, raw, liked)
        return Embeddings(raw, self._rating_tower(arrays) if self._rating_tower else None, self.model)

    def _unknown(self, key: Any, others: Sequence[str]) -> str:
        return super()._unknown(key, others) + " Or set unknown_user: general, to give such users the general list."


class ItemEncoder(_Encoder):
    """Items to raw vectors; an item that training never saw is carried by its other features."""

    def __init__(self, bundle: Bundle):
        super().__init__(bundle, "item", refuse_unknown=True)


def _without_liked(record: Record) -> Record:
    if not isinstance(record, Mapping):
        return record
    return {name: value for name, value in record.items() if name != LIKED}


def _folded(bundle: Bundle, raw: np.ndarray, liked: Sequence[Sequence[Any]]) -> np.ndarray:
    from towhee_recsys.model.fold_in import fold_in

    lines, vectors = item_vectors(bundle)
    unknown = sorted({str(key) for keys in liked for key in keys} - lines.keys())
    if unknown:
        raise QueryError(f"liked: item {unknown[0]} is not known to this model. Leave it out; give ids of its items.")
    places = [np.array([lines[str(key)] for key in keys], dtype=np.int64) for keys in liked]
    return fold_in(raw, places, vectors, bundle.config, Calibration(**bundle.manifest["rating_map"]))
