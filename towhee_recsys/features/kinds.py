"""The kinds of features: a new one is a file like those of the others, and a line here."""

from __future__ import annotations

from typing import Any, NamedTuple

from towhee_recsys.features.categories import CategoriesColumn, CategoriesFeature
from towhee_recsys.features.category import CategoryColumn, CategoryFeature
from towhee_recsys.features.column import Column
from towhee_recsys.features.feature import Feature
from towhee_recsys.features.history import HistoryColumn, HistoryFeature
from towhee_recsys.features.id import IdColumn, IdFeature
from towhee_recsys.features.number import NumberColumn, NumberFeature
from towhee_recsys.features.text import TextColumn, TextFeature


class FeatureKind(NamedTuple):
    """A kind: the class of its declarations and the class of its fitted columns."""

    declaration: type[Feature]
    column: type[Column[Any]]


KINDS: dict[str, FeatureKind] = {
    "id": FeatureKind(IdFeature, IdColumn),
    "category": FeatureKind(CategoryFeature, CategoryColumn),
    "categories": FeatureKind(CategoriesFeature, CategoriesColumn),
    "text": FeatureKind(TextFeature, TextColumn),
    "history": FeatureKind(HistoryFeature, HistoryColumn),
    "number": FeatureKind(NumberFeature, NumberColumn),
}
"""Every kind by its name in a config. The schema of configs is made of them when `towhee_recsys.config` is imported."""
