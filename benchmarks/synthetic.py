"""Any number of random items and vectors, generated in chunks, so that memory use is constant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 1000
"""Items, or vectors, in a chunk."""

FIRST_ID, STEP = 10_000_000, 7
"""The first id and the step between ids, which no model has seen."""

LONGEST = 5
"""The highest number of words of a title."""

DIRECTIONS = 300
"""The number of clusters of vectors."""

SPREAD = 1.2
"""The length of a vector's deviation from its cluster's direction, whose length is 1."""


def write_items(file: Path, count: int, like: pd.DataFrame, seed: int = 42, encoding: str = "latin-1") -> None:
    """Writes `count` items in the format of movies.dat, with the words, years and genres of the items `like`.

    Each is drawn independently: words with the frequencies in these titles, the year of one item and the genres of
    another. A model of `like` therefore has clustered vectors for them, as for real items. A larger `count` begins with
    the items of a smaller one.
    """
    like = like[like["year"].notna()]
    words = np.array([word for title in like["title"] for word in title.split()])
    years, genres = like["year"].to_numpy(np.int64), np.array(["|".join(each) for each in like["genres"]])
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding=encoding, newline="\n") as out:
        for first in range(0, count, CHUNK):
            rng = np.random.default_rng([seed, first])
            lengths = rng.integers(1, LONGEST + 1, CHUNK).tolist()
            titles = words[rng.integers(len(words), size=(CHUNK, LONGEST))].tolist()
            facts = zip(years[rng.integers(len(years), size=CHUNK)], genres[rng.integers(len(genres), size=CHUNK)])  # noqa: B905
            for place, (year, kinds) in zip(range(min(CHUNK, count - first)), facts):  # noqa: B905
                title = " ".join(titles[place][: lengths[place]])
                out.write(f"{FIRST_ID + STEP * (first + place)}::{title} ({year})::{kinds}\n")


def vectors(count: int, dim: int = 256, seed: int = 42, part: int = 0) -> Iterator[np.ndarray]:
    """Unit vectors float32[at most CHUNK, dim], `count` in all, around DIRECTIONS directions drawn by `seed`.

    Variances decrease from the first component to the last, as those of a trained model's vectors do along their
    principal directions: with equal variances, all neighbours would be equally far. Another `part` has other vectors
    around the same directions.
    """
    deviations = np.arange(1, dim + 1, dtype=np.float32) ** -0.5
    deviations /= np.linalg.norm(deviations)
    centres = _unit(np.random.default_rng(seed).standard_normal((DIRECTIONS, dim), dtype=np.float32) * deviations)
    for first in range(0, count, CHUNK):
        rng = np.random.default_rng([seed, 1 + part, first])
        beside = SPREAD * deviations * rng.standard_normal((CHUNK, dim), dtype=np.float32)
        yield _unit(centres[rng.integers(DIRECTIONS, size=CHUNK)] + beside)[: count - first]


def _unit(raw: np.ndarray) -> np.ndarray:
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)
