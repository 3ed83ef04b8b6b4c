"""Encoders: records in, raw vectors out, by the bundle's exported towers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.errors import QueryError
from towhee_recsys.features import Side
from towhee_recsys.features.side import Record
from towhee_recsys.model.vectors import Origin, Vectors, with_origin


class _Encoder:
    """Records of one side to vectors. A record with a known id may leave out the rest: it is filled in."""

    def __init__(self, bundle: Bundle, side: Literal["user", "movie"], refuse_unknown: bool):
        self.bundle, self._refuse_unknown = bundle, refuse_unknown
        self.side: Side = bundle.users if side == "user" else bundle.movies
        self.origin = Origin(bundle.model_id, bundle.calibration if side == "user" else None)
        self._tower, self._lines, self._known = _loaded(bundle, side)
        self.id_column = f"{side}_id"  # a feature or not, it names the known

    def __call__(self, records: Record | Sequence[Record]) -> Vectors:
        """One record gives float32[dim], a list of n gives float32[n, dim], by one pass through the tower.

        Raises QueryError for a field or a value that the model cannot take.
        """
        if not isinstance(records, (list, tuple)):
            return self([records])[0]  # type: ignore[list-item]
        if not records:
            return with_origin(np.zeros((0, self.bundle.dim)), self.origin)
        arrays = self.side.encode(records)
        for line, record in enumerate(records):
            key = record.get(self.id_column)
            if key is not None:
                self._fill_in(key, record, line, arrays)
        return with_origin(self._tower(arrays), self.origin)

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
    """Users to raw vectors. `unknown_user` says what an unknown id with no other field gets: error, or general."""

    def __init__(self, bundle: Bundle, unknown_user: Literal["error", "general"] = "error"):
        if unknown_user not in ("error", "general"):
            raise QueryError(f"unknown_user {unknown_user!r} is not known. Accepted: error, general.")
        super().__init__(bundle, "user", refuse_unknown=unknown_user == "error")

    def _unknown(self, key: Any, others: Sequence[str]) -> str:
        return super()._unknown(key, others) + " Or set unknown_user: general, to give such users the general list."


class MovieEncoder(_Encoder):
    """Movies to raw vectors; a movie that training never saw is carried by its other features."""

    def __init__(self, bundle: Bundle):
        super().__init__(bundle, "movie", refuse_unknown=True)


@lru_cache(maxsize=8)  # both towers of a few models: a service that goes on while others are trained keeps no more
def _loaded(bundle: Bundle, side: str) -> tuple[Any, dict[str, int], list[np.ndarray]]:
    """The exported tower, the line of each known record by its id, and the known records' arrays."""
    from towhee_recsys.model.export import ExportedTower

    stored = bundle.arrays("known.npz")
    ids = stored.pop(f"{side}.ids").tolist()
    arrays = [stored[f"{side}.{place}"] for place in range(sum(name.startswith(f"{side}.") for name in stored))]
    tower = ExportedTower(bundle.directory / f"{side}_tower")
    bundle.check_unchanged()
    return tower, {key: line for line, key in enumerate(ids)}, arrays
