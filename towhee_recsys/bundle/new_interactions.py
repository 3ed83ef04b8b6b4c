"""The interactions since the training that users' records have, in the vectors of these users."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.counts import interaction_counts
from towhee_recsys.bundle.similar_users import attributes, trained_users
from towhee_recsys.bundle.towers import item_vectors, loaded
from towhee_recsys.errors import QueryError
from towhee_recsys.features import Record
from towhee_recsys.features.history import HistoryColumn
from towhee_recsys.features.liked import DISLIKED, FEEDBACK, LIKED, feedback_of, liked_of

FIELDS = (LIKED, DISLIKED, FEEDBACK)


class NewInteractions:
    """What records have in `liked`, `disliked` and `feedback`, of the items that a bundle knows.

    Attributes:
        fold_in: Whether vectors are folded in; else the tower has a history, which takes what is liked.
    """

    def __init__(self, bundle: Bundle):
        self._bundle, self._feedback = bundle, bundle.schema.feedback
        columns = enumerate(bundle.users.columns)
        self._histories = [(row, each) for row, each in columns if isinstance(each, HistoryColumn)]
        self.fold_in = not self._histories

    def some(self, record: Any) -> bool:
        """Whether a record has interactions to fold in."""
        return self.fold_in and bool(self._values(record))

    def count(self, record: Any) -> int:
        """How many items a record likes, dislikes or has feedback of, where they are folded in."""
        if not self.fold_in:
            return 0
        keys = {str(key) for key, _ in feedback_of(record)}
        return len(keys.union(*(map(str, liked_of(record, field)) for field in (LIKED, DISLIKED))))

    def folded_in(
        self,
        raw: np.ndarray,
        records: Sequence[Record],
        arrays: list[np.ndarray],
        row_of: Callable[[Record], int | None],
    ) -> np.ndarray:
        """`raw` vectors float32[n, dim], of the users of records, moved by what the records have.

        `arrays` are the records' arrays, one a feature; `row_of` gives the row of a known user, None for another.

        Raises:
            QueryError: a field is wrong, or has an item that the model does not know.
        """
        values = [self._values(record) for record in records] if self.fold_in else []
        return self._moved(raw, values, arrays, list(map(row_of, records))) if any(values) else raw

    def into_histories(self, arrays: Sequence[np.ndarray], records: Sequence[Record]) -> None:
        """Adds what is liked to the users' histories in `arrays`, and takes out what is disliked.

        Raises:
            QueryError: a field is wrong.
        """
        for row, column in self._histories:
            for line, record in zip(arrays[row], records, strict=True):
                feedback, disliked = dict(feedback_of(record)), liked_of(record, DISLIKED)
                if feedback or disliked:
                    liked = [key for key, value in feedback.items() if value >= self._feedback.liked]
                    _update(line, column, liked, [*disliked, *(key for key in feedback if key not in liked)])

    def _moved(
        self,
        raw: np.ndarray,
        values: Sequence[dict[int, float]],
        arrays: list[np.ndarray],
        rows: Sequence[int | None],
    ) -> np.ndarray:
        from towhee_recsys.model.fold_in import fold_in
        from towhee_recsys.model.objectives import NewItems, ObjectiveSettings

        config, counts = self._bundle.config, interaction_counts(self._bundle)
        new = [NewItems(np.array([*each], np.int64), np.array([*each.values()], np.float32)) for each in values]
        return fold_in(
            raw,
            new,
            np.array([0 if row is None else counts[row] for row in rows], dtype=np.int64),
            item_vectors(self._bundle)[1],
            objective=config.objective,
            tower=config.model.tower,
            settings=ObjectiveSettings(config.training, self._feedback.scale, self._bundle.manifest.rating_map),
            trained=trained_users(self._bundle),
            attributes=attributes(self._bundle.users, arrays),
        )

    def _values(self, record: Any) -> dict[int, float]:
        """The values of a record's interactions by the rows of their items.

        Of several ratings of an item the last counts, of weights their sum, and in any case what the record likes or
        dislikes. An item of the feedback that the model does not know, such as one that was added later, is left out.
        """
        if not isinstance(record, Mapping) or record.keys().isdisjoint(FIELDS):
            return {}
        if all(record.get(field) is None for field in FIELDS):
            return {}
        from towhee_recsys.model.fold_in import disliked_value, liked_value

        rows, values = loaded(self._bundle, "item").rows, dict[int, float]()
        for key, value in feedback_of(record):
            if (row := rows.get(str(key))) is not None:
                values[row] = value + (0.0 if self._feedback.scale else values.get(row, 0.0))
        for field, value_in in ((LIKED, liked_value), (DISLIKED, disliked_value)):
            for key in liked_of(record, field):
                values[self._row(key, field, rows)] = value_in(self._feedback)
        return values

    def _row(self, key: Any, field: str, rows: dict[str, int]) -> int:
        if str(key) not in rows:
            raise QueryError(
                f"{field}: item {key} is not known to this model. Leave it out; give ids of its items.", field
            )
        return rows[str(key)]


def _update(line: np.ndarray, column: HistoryColumn, liked: Sequence[Any], disliked: Sequence[Any]) -> None:
    """Puts liked items to the end of a history int64[length], and takes disliked ones out."""
    added, removed = (column.known_rows(ids).tolist() for ids in (liked, disliked))
    kept = [row for row in line.tolist() if row and row not in added and row not in removed]
    rows = [*kept, *added][-len(line) :]
    line[:] = 0
    line[: len(rows)] = rows
