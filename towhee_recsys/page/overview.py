"""The items of a build at a glance: their places on the map, and their facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.data.items import FieldType, Id
from towhee_recsys.stores.catalogue import Catalogue, Facts
from towhee_recsys.stores.projection import Projection

PART = 5_000
"""Items that are read at once."""


@dataclass(frozen=True, eq=False)
class Overview:
    """The items on the map of a build, 100,000 at most.

    Attributes:
        ids: Their ids.
        places: Where they are, int16[n, 2].
        facts: Their facts.
    """

    ids: list[Id]
    places: np.ndarray
    facts: list[Facts]

    def values(self, column: str) -> list[Any]:
        """The values of a column; None where one is missing."""
        return [each.get(column) for each in self.facts]

    def counts(self, column: str, kind: FieldType) -> list[tuple[Any, int]]:
        """The distinct values of a column, or the members of its lists, the most frequent first, and how often."""
        values = self.values(column)
        return counted((member for value in values if value for member in value) if kind == "texts" else values)


def counted(values: Iterable[Any]) -> list[tuple[Any, int]]:
    """The distinct values but None, the most frequent first, and how often each is there."""
    counts = Counter(value for value in values if value is not None)
    return sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))


def read_overview(projection: Projection, catalogue: Catalogue, build: str) -> Overview:
    """The items of a build that have a place and facts; none of a build without a map.

    Raises:
        StoreError: a store fails.
    """
    ids, places = projection.read(build)
    facts = [each for part in _parts(ids) for each in catalogue.get(part, build)]
    there = [row for row, each in enumerate(facts) if each is not None]
    return Overview([ids[row] for row in there], places[there], [facts[row] or {} for row in there])


def _parts(ids: Sequence[Id]) -> list[Sequence[Id]]:
    return [ids[first : first + PART] for first in range(0, len(ids), PART)]
