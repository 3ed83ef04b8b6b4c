"""Columns that are made from the interactions: a model that reads them has seen what it is to predict."""

from __future__ import annotations

import numpy as np
import pandas as pd

from towhee_recsys.init.features import is_numeric
from towhee_recsys.init.names import is_aggregate

LEAKS, NAMED_LEAKS = 0.9, 0.5
"""The rank correlation from which on a column leaks; the lower one where its name is that of a figure, too."""

FEWEST = 10
"""With fewer rows to compare, any two columns may agree."""

KNOWN = 5
"""The fewest interactions of a row whose mean is compared."""


def leaks_of(table: pd.DataFrame, rows: np.ndarray, values: np.ndarray, identifier: str) -> dict[str, str]:
    """The columns of users or items that follow the number or the mean of their interactions, with the reason.

    Args:
        table: The users or the items.
        rows: The row of each interaction in `table`.
        values: The value of each interaction.
        identifier: The column with the ids.
    """
    counts = np.bincount(rows, minlength=len(table)).astype(float)
    sums = np.bincount(rows, weights=values, minlength=len(table))
    means = np.where(counts >= KNOWN, sums / np.maximum(counts, 1), np.nan)
    aggregates = {"number": counts, "sum": sums, "mean": means}
    found = {}
    for name in table.columns:
        if name == identifier or not is_numeric(table[name]):
            continue
        column = table[name].astype(float)
        strengths = {what: abs(_correlation(column, pd.Series(each))) for what, each in aggregates.items()}
        what, strength = max(strengths.items(), key=lambda pair: pair[1])
        if strength >= (NAMED_LEAKS if is_aggregate(str(name)) else LEAKS):
            found[str(name)] = f"it follows the {what} of the interactions (rank correlation {strength:.2f})"
    return found


def _correlation(one: pd.Series, other: pd.Series) -> float:
    """Spearman's, over the rows where both are there; 0 where there are too few of them."""
    both = one.notna() & other.notna()
    if both.sum() < FEWEST or one[both].nunique() < 3 or other[both].nunique() < 3:
        return 0.0
    return float(np.corrcoef(one[both].rank(), other[both].rank())[0, 1])
