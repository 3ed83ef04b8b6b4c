"""Interactions in tests."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from towhee_recsys.data import Interactions


def same(one: Interactions, other: Interactions) -> bool:
    """Whether all arrays are equal, and of the same types; parts may be None in both."""
    pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(Interactions)]
    return all(np.array_equal(a, b) and getattr(a, "dtype", None) == getattr(b, "dtype", None) for a, b in pairs)
