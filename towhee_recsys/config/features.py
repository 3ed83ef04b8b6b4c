"""The declaration of features: which columns of a user and of an item the model reads, and how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from towhee_recsys.config.dataset import DataSchema, UsersTable


class _Feature(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    column: str = Field(min_length=1, description="the column of the users' or items' table")


class IdFeature(_Feature):
    """The raw id: an embedding a known id, one for all unknown."""

    kind: Literal["id"] = "id"
    size: int = Field(default=256, ge=1, description="the embedding's length")


class CategoryFeature(_Feature):
    """One of few values: an embedding each, one for the unknown."""

    kind: Literal["category"] = "category"
    size: int = Field(default=16, ge=1, description="the embedding's length")
    names: dict[int | str, str] | None = Field(
        default=None, description="code -> name; both are accepted, nothing else is"
    )
    groups_to: int | None = Field(
        default=None, description="codes start groups of numbers: a number up to this one falls into the group below it"
    )


class CategoriesFeature(_Feature):
    """A set of values, such as genres."""

    kind: Literal["categories"] = "categories"
    size: int = Field(default=32, ge=1, description="the length of the embeddings or of the connected layer")
    pooling: Literal["sum", "multi_hot"] = Field(
        default="multi_hot", description="summed embeddings, or a connected layer"
    )


class TextFeature(_Feature):
    """Words: embeddings, a convolution over neighbours, the maximum over the text (Kim 2014, arXiv:1408.5882)."""

    kind: Literal["text"] = "text"
    size: int = Field(default=32, ge=1, description="the word embedding's length")
    filters: int = Field(default=32, ge=1, description="how many patterns the convolution looks for")
    window: int = Field(default=3, ge=1, description="words a pattern spans")
    length: int = Field(default=15, ge=1, description="words read; longer texts are cut")


class HistoryFeature(_Feature):
    """Items that the user likes: embeddings of their ids, summed, over the root of their number.

    Training fills it from the training part, so that its column need not be in the data.
    """

    kind: Literal["history"] = "history"
    column: str = Field(default="liked", min_length=1, description="the field of a user's record")
    size: int = Field(default=256, ge=1, description="the embedding's length, in a joined tower")
    length: int = Field(default=64, ge=1, description="items read; of longer histories the last")


class NumberFeature(_Feature):
    """A number, standardised by its training mean and deviation; or between knots, with an embedding at each."""

    kind: Literal["number"] = "number"
    size: int = Field(default=8, ge=1, description="the length of its connected layer, in a joined tower")
    knots: int | None = Field(
        default=None, ge=2, description="embeddings at so many quantiles, straight lines between; left out: one line"
    )


Feature = Annotated[
    IdFeature | CategoryFeature | CategoriesFeature | TextFeature | HistoryFeature | NumberFeature,
    Field(discriminator="kind"),
]


class Features(BaseModel):
    """The features of both towers, in the order in which they are joined."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    user: list[Feature] = Field(
        default=[], min_length=1, description="what the user tower reads; left out: the id, and what has codes or lists"
    )
    item: list[Feature] = Field(
        default=[], min_length=1, description="what the item tower reads; left out: the id, the title, and lists"
    )

    @field_validator("item")
    @classmethod
    def _history_is_a_users(cls, features: list[Feature]) -> list[Feature]:
        if any(feature.kind == "history" for feature in features):
            raise ValueError("history is what users like: a feature of users, not of items")
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
    title = [TextFeature(column=items.title)] if items.title else []
    return Features(
        user=features.user or [IdFeature(column=users.id), *_of_codes(users), *_of_lists(users)],
        item=features.item or [IdFeature(column=items.id), *_of_codes(items), *_of_lists(items), *title],
    )


def with_codes(features: Features, dataset: DataSchema) -> Features:
    """`features`, each category with the codes that `dataset` declares for its column, unless it has names itself."""
    return Features(
        user=[_named(feature, dataset.users) for feature in features.user],
        item=[_named(feature, dataset.items) for feature in features.item],
    )


def _of_codes(table: UsersTable) -> list[Feature]:
    return [CategoryFeature(column=column) for column in table.codes]


def _of_lists(table: UsersTable) -> list[Feature]:
    return [CategoriesFeature(column=column) for column in table.lists]


def _named(feature: Feature, table: UsersTable) -> Feature:
    if not isinstance(feature, CategoryFeature) or feature.names is not None or feature.column not in table.codes:
        return feature
    codes = table.codes[feature.column]
    return feature.model_copy(update={"names": codes.names, "groups_to": codes.groups_to})
