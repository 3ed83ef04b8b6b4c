"""Interactions in tests."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from towhee_recsys.data import Interactions


def same(one: Interactions, other: Interactions) -> bool:
    """Whether all arrays are equal, and of the same types."""
    pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(Interactions)]
    return all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)
