"""Groups of users and of items, by activity, popularity and features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee_recsys.features import Feature

if TYPE_CHECKING:
    import pandas as pd

MOST = 24
"""The most groups of a feature that are shown: the largest ones."""

UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Group:
    """Rows of the table of users or items, bool[rows], under a name."""

    label: str
    mask: np.ndarray


def by_activity(counts: np.ndarray, users: np.ndarray) -> list[Group]:
    """Of `users`, int64[n], those without interactions by `counts`, int64[all users], and quarters of the others."""
    among = np.isin(np.arange(len(counts)), users)
    active = counts[among & (counts > 0)]
    edges = np.unique(np.quantile(active, [0, 0.25, 0.5, 0.75], method="lower")) if len(active) else np.zeros(0)
    groups = []
    for low, high in zip([0, *edges], [*edges, np.inf], strict=True):
        mask = among & (counts >= low) & (counts < high)
        groups += [Group(_range(counts[mask].min(), counts[mask].max()), mask)] if mask.any() else []
    return groups


def by_popularity(counts: np.ndarray) -> list[Group]:
    """Items by the magnitude of their `counts` of interactions, int64[items]: 0, 1 to 9, 10 to 99 and so on."""
    digits = np.where(counts > 0, np.floor(np.log10(np.maximum(counts, 1))) + 1, 0)
    groups = []
    for each in np.unique(digits):
        low, high = int(10 ** (each - 1)) if each else 0, int(10**each) - 1
        groups.append(Group(_range(low, high), digits == each))
    return groups


def by_feature(feature: Feature, table: pd.DataFrame) -> list[Group]:
    """The values of a category or the members of categories, in the order of their names, else of the values."""
    kinds = [_labels(feature, value) for value in table[feature.column].astype(object)]
    sizes = Counter(label for labels in kinds for label in labels)
    shown = {label for label, _ in sizes.most_common(MOST)}
    ordered = [label for label in _ordered(feature, sizes) if label in shown]
    return [Group(label, np.array([label in labels for labels in kinds])) for label in ordered]


def label_of(feature: Feature, value: Any) -> str:
    """A category's value as a person reads it: its name if it has one."""
    return _labels(feature, value)[0]


def _labels(feature: Feature, value: Any) -> Sequence[str]:
    import pandas as pd

    return feature.groups_of(None if pd.api.types.is_scalar(value) and pd.isna(value) else value) or [UNKNOWN]


def _ordered(feature: Feature, labels: Iterable[str]) -> list[str]:
    names = feature.group_names
    order = {name: number for number, name in enumerate(names)}
    return sorted(labels, key=lambda label: (label == UNKNOWN, order.get(label, len(names)), _number(label), label))


def _number(label: str) -> float:
    """So that 9 comes before 10."""
    return float(label) if label.isdecimal() else np.inf


def _range(low: float, high: float) -> str:
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
