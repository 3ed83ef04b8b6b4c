"""The rows of interactions that no check has refused, collected from the parts of a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee_recsys.data.pairs import repeated
from towhee_recsys.data.sources.bad_rows import BadRows
from towhee_recsys.data.sources.lines import ONE_RATING, BadLine
from towhee_recsys.data.sources.table.ids import Known
from towhee_recsys.data.sources.table.raw import RawTable


class GoodRows:
    """The good rows of the parts of a table, column by column; of implicit feedback those of another weight than 0."""

    def __init__(self, explicit: bool) -> None:
        self._explicit = explicit
        self._parts: list[list[np.ndarray]] = [[], [], [], []]
        self._numbers: list[Sequence[int]] = []
        self._read = 0
        self._bad: BadRows | None = None

    def add(self, raw: RawTable, user: np.ndarray, item: np.ndarray, values: np.ndarray, times: np.ndarray) -> None:
        """Adds the rows of a part whose checks are done."""
        values = np.where(raw.good, values, 0).astype(np.float32)  # what is refused may be too large
        kept = raw.good if self._explicit else raw.good & (values != 0)
        for parts, column in zip(self._parts, (user, item, values, times), strict=True):
            parts.append(column[kept])
        self._numbers.append(raw.numbers if kept.all() else np.asarray(raw.numbers)[kept].tolist())
        self._read += len(raw.numbers) + raw.bad_before
        self._bad = raw.bad

    def arrays(self) -> list[np.ndarray]:
        """Users, items, values and times of all rows; the parts are emptied, so that memory holds them once."""
        found = []
        for parts in self._parts:
            found.append(np.concatenate(parts))
            parts.clear()
        return found

    def refuse_duplicates(self, user: np.ndarray, item: np.ndarray, users: Known, items: Known) -> np.ndarray | slice:
        """The rows whose pair of a user and an item has not come before; others are refused.

        Raises:
            DatasetError: there is such a row, and reading is strict.
        """
        again = repeated(user, item)
        if not again.any():
            return slice(None)
        assert self._bad
        first = int(np.flatnonzero(again)[0])
        [user_id], [item_id] = users.ids[[user[first]]].tolist(), items.ids[[item[first]]].tolist()
        pair = f"user {user_id!r} and item {item_id!r}"
        details = f"duplicate rating: {pair} came before; accepted: one rating for each pair"
        self._bad.refuse(BadLine("duplicate rating", details, cure=ONE_RATING), self._number(first), int(again.sum()))
        return ~again

    def close(self) -> BadRows:
        """Ends the checks.

        Raises:
            DatasetError: no row is good, or too many are bad.
        """
        assert self._bad
        self._bad.close(self._read)
        return self._bad

    def _number(self, row: int) -> int:
        for numbers in self._numbers:
            if row < len(numbers):
                return numbers[row]
            row -= len(numbers)
        raise IndexError(row)
