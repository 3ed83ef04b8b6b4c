"""Encoders: records in, raw vectors out, by the bundle's towers in NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np

from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.new_interactions import NewInteractions
from towhee_recsys.bundle.towers import Entity, loaded, rating_tower
from towhee_recsys.bundle.user_parts import UserParts, user_parts
from towhee_recsys.bundle.variances import item_variances, user_variances, variances_of
from towhee_recsys.config.objectives import purposes
from towhee_recsys.errors import QueryError
from towhee_recsys.features import FeatureEncoder, Record
from towhee_recsys.features.encoder import plain
from towhee_recsys.features.liked import DISLIKED, FEEDBACK, INCLUDE_SEEN, LIKED
from towhee_recsys.model.embeddings import Embeddings, ModelRef


class _Encoder:
    """Records of users or of items to vectors. A record with a known id needs no other field: these are filled in."""

    def __init__(self, bundle: Bundle, entity: Entity, model: ModelRef, *, also: Sequence[str], refuse_unknown: bool):
        self.bundle, self.model = bundle, model
        self.features: FeatureEncoder = bundle.users if entity == "user" else bundle.items
        self.id_column = (bundle.schema.users if entity == "user" else bundle.schema.items).id  # a feature or not
        self._tower, self._rows, self._known = loaded(bundle, entity)
        self._also, self._refuse_unknown = also, refuse_unknown
        self._ignored = [*also, FEEDBACK, INCLUDE_SEEN] if entity == "user" else also

    def __call__(self, records: Record | Sequence[Record]) -> Embeddings:
        """One record gives float32[dim], a list of n gives float32[n, dim], by one pass through the tower.

        Raises:
            QueryError: a record has a field or a value that the model cannot take, or an unknown id alone.
        """
        if not isinstance(records, (list, tuple)):
            return self([records])[0]  # type: ignore[list-item]
        return Embeddings(self._tower(self._arrays(records)), None, self.model)

    def _arrays(self, records: Sequence[Record]) -> list[np.ndarray]:
        """The records' arrays, one a feature, where known values replace missing fields."""
        if (rows := self._rows_of_ids(records)) is not None:
            return [own[rows] for own in self._known]
        arrays = self.features.encode(records, ignored=self._ignored)
        for line, record in enumerate(records):
            key = plain(record.get(self.id_column))
            row = None if key is None else self._rows.get(str(key))
            if row is not None:
                self._fill_in(record, arrays, line, row)
            elif key is not None and self._refuse_unknown:
                self._check_described(key, record)
        return arrays

    def _rows_of_ids(self, records: Sequence[Record]) -> list[int] | None:
        """The rows of records that are known ids alone, as most of a long list are; None where one has more or less."""
        if not all(isinstance(record, dict) and len(record) == 1 and self.id_column in record for record in records):
            return None
        rows = [self._rows.get(str(plain(record[self.id_column]))) for record in records]
        return None if None in rows else rows  # type: ignore[return-value]

    def _fill_in(self, record: Record, arrays: Sequence[np.ndarray], line: int, known: int) -> None:
        for array, own, feature in zip(arrays, self._known, self.features.features, strict=True):
            if record.get(feature.column) is None:
                array[line] = own[known]

    def _check_described(self, key: Any, record: Record) -> None:
        """Raises QueryError for a record that is only an unknown id."""
        fields = [feature.column for feature in self.features.features if feature.column != self.id_column]
        fields += [name for name in self._also if name not in fields]
        if not any(_is_given(record.get(field)) for field in (*fields, FEEDBACK)):
            raise QueryError(
                f"{self.id_column} {key!r} is not known to this model. {self._advice(fields)}", self.id_column
            )

    def _advice(self, fields: Sequence[str]) -> str:
        if not fields:
            return "It reads nothing but ids: give one of its training data, or train again with data that have it."
        return f"Give what is known of it: {', '.join(fields)}."


class UserEncoder(_Encoder):
    """Users to raw vectors to search with; where the objective has two purposes, with others to predict `rating`s.

    A record may have `liked` and `disliked`, lists of item ids, and `feedback`, interactions since the training as a
    list of (item id, rating or weight): a tower with a history reads what is liked, for others the vector is folded in
    (see model/fold_in.py). It may have `include_seen`, which is not read here.
    `unknown_user` is what an unknown id with no other field gives: an error, or, for general, the same as {}.
    """

    def __init__(self, bundle: Bundle, unknown_user: Literal["error", "general"] = "error"):
        if unknown_user not in ("error", "general"):
            raise QueryError(f"unknown_user {unknown_user!r} is not known. Accepted: error, general.")
        self._new = NewInteractions(bundle)
        super().__init__(
            bundle,
            "user",
            ModelRef(bundle.model_id, bundle.calibration, item_variances=item_variances(bundle)),
            also=[LIKED, DISLIKED] if self._new.fold_in else [DISLIKED],
            refuse_unknown=unknown_user == "error",
        )
        user_variances(bundle)  # read here, since a call needs no file of the bundle
        self._rating_tower = rating_tower(bundle) if len(purposes(bundle.config.objective)) > 1 else None

    def __call__(self, records: Record | Sequence[Record]) -> Embeddings:
        """One record gives float32[dim], a list of n gives float32[n, dim], by one pass through the tower.

        Raises:
            QueryError: a record has a field or a value that the model cannot take, an unknown id alone, or likes an
                item, or dislikes one, that the model does not know.
        """
        if not isinstance(records, (list, tuple)):
            return self([records])[0]  # type: ignore[list-item]
        arrays = self._arrays(records)
        raw = self._new.folded_in(self._tower(arrays), records, arrays, self._row)
        rating = self._rating_tower(arrays) if self._rating_tower else None
        return Embeddings(raw, rating, self.model, self.variances(records))

    def variances(self, records: Sequence[Record]) -> np.ndarray | None:
        """The variance of each user's predicted ratings for a usual item, in squared ratings, float64[n].

        None where the model does not know it. Of a user whom training did not have it is that of a user without
        interactions, and less where what the record likes or dislikes moves the vector that ratings are predicted with.
        """
        return variances_of(self.bundle, list(map(self._row, records)), lambda row: self._moving(records[row]))

    def _moving(self, record: Record) -> int:
        """How many interactions of a record move the vector that ratings are predicted with."""
        return 0 if self._rating_tower else self._new.count(record)

    def parts(self, records: Sequence[Record]) -> list[UserParts]:
        """For each record what each known fact of the user adds to the raw vector to search with.

        Raises:
            QueryError: as a call.
        """
        arrays = self._arrays(records)
        unfolded = self._tower(arrays)
        raw = self._new.folded_in(unfolded, records, arrays, self._row)
        return user_parts(records, arrays, self._nothing, unfolded, raw, self.features, self._tower)

    def knows(self, records: Sequence[Record]) -> np.ndarray:
        """For each record whether the model knows anything of the user: bool[n].

        It knows nothing where all features are as those of {}, and the record has no items to fold in: one that is only
        disliked is something, too.

        Raises:
            QueryError: a record has a field that the model does not know, or, up to the first value that the model
                knows, one that it cannot take.
        """
        if self._new.fold_in and (rows := self._rows_of_ids(records)) is not None and self._described[rows].all():
            return np.ones(len(records), dtype=bool)
        return np.array([self._knows(record) for record in records], dtype=bool)

    def _knows(self, record: Record) -> bool:
        return self._new.some(record) or self._is_described(record) or self._differs(record)

    def _arrays(self, records: Sequence[Record]) -> list[np.ndarray]:
        arrays = super()._arrays(records)
        self._new.into_histories(arrays, records)
        return arrays

    def _row(self, record: Any) -> int | None:
        """The row of a known user, None for another."""
        key = plain(record.get(self.id_column)) if isinstance(record, Mapping) else None
        return None if key is None else self._rows.get(str(key))

    def _is_described(self, record: Record) -> bool:
        """Whether the record has an id of which the model knows something."""
        row = self._row(record)
        return row is not None and bool(self._described[row])

    @cached_property
    def _described(self) -> np.ndarray:
        """For each known user whether the model knows more than the id: bool[users]."""
        pairs = zip(self._known, self._nothing, strict=True)
        return np.any([(own != none).reshape(len(own), -1).any(axis=1) for own, none in pairs], axis=0)

    @cached_property
    def _nothing(self) -> list[np.ndarray]:
        """The arrays of {}."""
        return self.features.encode([{}])

    def _differs(self, record: Record) -> bool:
        """Whether the array of a feature is other than that of {}; no more are made than that takes.

        All are made where one is a history, in which new interactions are, too.
        """
        if not self._new.fold_in:
            return any((own != none).any() for own, none in zip(self._arrays([record]), self._nothing, strict=True))
        self.features.check(record, self._ignored)
        values = (plain(record.get(feature.column)) for feature in self.features.features)
        columns = zip(values, self.features.columns, self._nothing, strict=True)
        return any(value is not None and (column.encode([value]) != none).any() for value, column, none in columns)

    def _advice(self, fields: Sequence[str]) -> str:
        return super()._advice(fields) + " Or set unknown_user: general, to give such users the most popular items."


class ItemEncoder(_Encoder):
    """Items to raw vectors; an item that training never saw is encoded by its other features.

    The vectors of items without interactions are of length 1: see `model/kernel_regression.py`.
    """

    def __init__(self, bundle: Bundle):
        model = ModelRef(bundle.model_id, None, bundle.item_schema, item_variances(bundle))
        super().__init__(bundle, "item", model, also=(), refuse_unknown=True)


def _is_given(value: Any) -> bool:
    is_many = isinstance(value, (list, tuple, set, frozenset, np.ndarray))
    return len(value) > 0 if is_many else value is not None
