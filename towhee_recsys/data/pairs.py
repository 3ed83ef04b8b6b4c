"""Pairs of a user and an item as single numbers, to find those that are the same."""

from __future__ import annotations

import numpy as np


def pair_keys(users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """A number for each pair of row numbers from 0 up, int64[n]: the same one for the same pair."""
    return users.astype(np.int64) * (int(items.max(initial=0)) + 1) + items


def repeated(users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Where a pair has come before, bool[n]."""
    keys = pair_keys(users, items)
    again = np.zeros(len(keys), dtype=bool)
    ordered = np.sort(keys)
    if (ordered[1:] == ordered[:-1]).any():
        order = np.argsort(keys, kind="stable")
        again[order[1:]] = keys[order[1:]] == keys[order[:-1]]
    return again
