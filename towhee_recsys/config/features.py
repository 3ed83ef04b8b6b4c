"""The features that the two towers read, and those that the declaration of a dataset suggests."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, field_validator

from towhee_recsys.config.dataset import DataSchema
from towhee_recsys.config.tables import UsersTable
from towhee_recsys.features import KINDS, CategoriesFeature, CategoryFeature, Feature, IdFeature, TextFeature
from towhee_recsys.support.section import Section

if TYPE_CHECKING:
    AnyFeature = Feature
else:
    AnyFeature = Annotated[reduce(or_, (kind.declaration for kind in KINDS.values())), Field(discriminator="kind")]


class Features(Section):
    """The features of both towers, in the order in which they are joined."""

    user: list[AnyFeature] = Field(
        default=[], min_length=1, description="what the user tower reads; left out: the id, and what has codes or lists"
    )
    item: list[AnyFeature] = Field(
        default=[], min_length=1, description="what the item tower reads; left out: the id, the title, and lists"
    )

    @field_validator("item")
    @classmethod
    def _without_histories(cls, features: list[Feature]) -> list[Feature]:
        for feature in features:
            if feature.is_history:
                raise ValueError(f"{feature.kind} is what users like: a feature of users, not of items")
        return features

    @field_validator("user", "item")
    @classmethod
    def _each_column_once(cls, features: list[Feature]) -> list[Feature]:
        first: dict[str, int] = {}
        for number, feature in enumerate(features):
            if first.setdefault(feature.column, number) != number:
                raise ValueError(f"the features [{first[feature.column]}] and [{number}] have the same column")
        return features


def default_features(features: Features, dataset: DataSchema) -> Features:
    """`features`, with those that the declaration of `dataset` suggests for a side that has none."""
    users, items = dataset.users, dataset.items
    title: list[Feature] = [TextFeature(column=items.title)] if items.title else []
    return Features(
        user=features.user or _each_column_once([IdFeature(column=users.id), *_of_codes(users), *_of_lists(users)]),
        item=features.item
        or _each_column_once([IdFeature(column=items.id), *_of_codes(items), *_of_lists(items), *title]),
    )


def with_codes(features: Features, dataset: DataSchema) -> Features:
    """`features`, each category with the codes that `dataset` declares for its column, unless it has names itself."""
    return Features(
        user=[_named(feature, dataset.users) for feature in features.user],
        item=[_named(feature, dataset.items) for feature in features.item],
    )


def _each_column_once(features: list[Feature]) -> list[Feature]:
    """The first feature of each column: the id may be the title, too."""
    first: dict[str, Feature] = {}
    for feature in features:
        first.setdefault(feature.column, feature)
    return list(first.values())


def _of_codes(table: UsersTable) -> list[Feature]:
    return [CategoryFeature(column=column) for column in table.codes]


def _of_lists(table: UsersTable) -> list[Feature]:
    return [CategoriesFeature(column=column) for column in (*table.lists, *table.multi_hot)]


def _named(feature: Feature, table: UsersTable) -> Feature:
    if not isinstance(feature, CategoryFeature) or feature.names is not None or feature.column not in table.codes:
        return feature
    codes = table.codes[feature.column]
    return feature.model_copy(update={"names": codes.names, "groups_to": codes.groups_to})
