"""The bad rows of a table: the first one stops the reading, or they are skipped and counted."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass

from towhee_recsys.config import DataSchema
from towhee_recsys.data.sources.lines import BadLine
from towhee_recsys.errors import DatasetError

ENCODINGS = ("latin-1", "utf-8")
SKIP = "fix the row, or set dataset.strict: false to skip such rows"
RAISE_LIMIT = "fix the file, or raise dataset.max_bad_share"

logger = logging.getLogger("towhee_recsys.data")


@dataclass(frozen=True)
class Reading:
    """How files are read: the settings of the same names in `DataSchema`.

    Raises:
        DatasetError: a setting is outside its range.
    """

    strict: bool = True
    max_bad_share: float = 0.01
    encoding: str = "latin-1"

    def __post_init__(self) -> None:
        if self.encoding not in ENCODINGS:
            raise DatasetError(f"encoding: given {self.encoding!r}, accepted: {' or '.join(ENCODINGS)}")
        if not 0 <= self.max_bad_share <= 1:
            raise DatasetError(f"max_bad_share: given {self.max_bad_share!r}, accepted: a number from 0 to 1")

    @classmethod
    def of(cls, schema: DataSchema) -> Reading:
        """The settings of `schema`."""
        return cls(bool(schema.strict), schema.max_bad_share, schema.encoding)


class BadRows:
    """Refuses the bad rows of the table that messages call `name`.

    `counts` has the skipped rows by reason; `warning` is what `close` logs about them, "" where there are none.
    """

    def __init__(self, name: str, reading: Reading) -> None:
        self.name, self.reading = name, reading
        self.counts: Counter[str] = Counter()
        self.warning = ""
        self._first: dict[str, tuple[int, BadLine]] = {}

    def refuse(self, problem: BadLine, number: int, count: int = 1) -> None:
        """Counts `count` rows with this problem, the first of which has the row number `number`.

        Raises:
            DatasetError: reading is strict.
        """
        if self.reading.strict:
            raise DatasetError(f"{self.name}:{number}: {problem.details}; {problem.cure or SKIP}") from None
        self.counts[problem.reason] += count
        self._first.setdefault(problem.reason, (number, problem))

    def close(self, rows: int) -> None:
        """Ends the reading of a table of `rows` rows, the bad ones included, with a warning if some are bad.

        Raises:
            DatasetError: there are no rows, none is good, or more are bad than `max_bad_share` allows.
        """
        bad = self.counts.total()
        if rows == 0:
            raise DatasetError(f"{self.name} is empty; copy it again from where it came")
        if bad / rows > self.reading.max_bad_share:
            limit = f"more than dataset.max_bad_share allows ({self.reading.max_bad_share:.2%})"
            raise DatasetError(self._complaint(bad, rows, limit))
        if bad == rows:
            raise DatasetError(self._complaint(bad, rows, "so nothing is left"))
        if bad:
            summary = f"{self.name}: {bad:,} of {rows:,} rows skipped: {self._reasons()}"
            self.warning = "; ".join([summary, *self._cures()])
            logger.warning("%s", self.warning)

    def _complaint(self, bad: int, rows: int, limit: str) -> str:
        cure = "; ".join(self._cures()) or RAISE_LIMIT
        return f"{self.name}: {bad:,} of {rows:,} rows are bad ({bad / rows:.2%}), {limit}: {self._reasons()}; {cure}"

    def _reasons(self) -> str:
        """How many rows have each problem, the most frequent first, and where it comes first."""
        return ", ".join(
            f"{count:,} x {reason} (first in row {self._first[reason][0]:,})"
            for reason, count in self.counts.most_common()
        )

    def _cures(self) -> list[str]:
        """The cures for more than one row, such as another encoding; that of the most frequent problem first."""
        problems = [self._first[reason][1] for reason, _ in self.counts.most_common()]
        return list(dict.fromkeys(problem.cure for problem in problems if problem.cure))
