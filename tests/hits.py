"""Hits, as a search gives them to `lookup`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """An item's id, its cosine with the query, the predicted rating if any, and the build that it was found in."""

    id: int | str
    score: float
    predicted_rating: float | None = None
    build: str = ""
