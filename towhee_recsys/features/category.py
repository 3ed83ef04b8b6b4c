"""The kind `category`: one of few values, with an embedding for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from towhee_recsys.features.codes import code_of, label
from towhee_recsys.features.column import Similarity, State, VocabularyColumn
from towhee_recsys.features.feature import LARGEST_SIZE, Feature
from towhee_recsys.features.layer import Layer, Weight, lookup, zeros
from towhee_recsys.features.vocabulary import UNKNOWN, Vocabulary

_BOOLEANS = (bool, np.bool_)


class CategoryFeature(Feature):
    """One of few values: an embedding for each, and one for all unknown values."""

    kind: Literal["category"] = "category"
    size: int = Field(default=16, ge=1, le=LARGEST_SIZE, description="the embedding's length")
    names: dict[int | str, str] | None = Field(
        default=None, description="code -> name; both are accepted, nothing else is"
    )
    groups_to: int | None = Field(
        default=None, description="codes start groups of numbers: a number up to this one falls into the group below it"
    )

    learns_unknown: ClassVar[bool] = True
    grouping: ClassVar[Literal["none", "one", "several"]] = "one"

    def groups_of(self, value: Any) -> list[str]:
        """The value's name if it has one, else the value itself."""
        code = code_of(self, value)
        if code is None:
            return []
        return [self.names[code] if self.names else str(code)]

    def describe(self, value: Any) -> str:
        """The code and its name: `25 (25-34)`."""
        return label(self, value)

    @property
    def group_names(self) -> list[str]:
        """The names of the codes, in the order of their declaration."""
        return list(self.names.values()) if self.names else []


class CategoryColumn(VocabularyColumn[CategoryFeature]):
    """Whole numbers, texts or booleans: int64[n] rows of an embedding table."""

    paddle_layer = "towhee_recsys.model.paddle.layers.CategoryLayer"

    @classmethod
    def fit(cls, feature: CategoryFeature, values: Sequence[Any]) -> State:
        """The distinct values; of a named category all its codes, seen or not."""
        seen = feature.names or (_as_text(value) for value in values if value is not None)
        return {"values": Vocabulary(seen).values}

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """The row of each value: int64[n]."""
        return self.vocabulary.rows([self._checked(value) for value in values])

    def linear(self, encoded: np.ndarray) -> np.ndarray:
        """A number for each row: 1 for the value's own and 0 for the others."""
        return np.eye(self.table_rows, dtype=np.float32)[encoded]

    def decode(self, line: np.ndarray) -> Any:
        """The value as text, or the code of a named one."""
        return None if line == UNKNOWN else code_of(self.feature, self.vocabulary.values[int(line) - 1])

    def unknown_values(self, value: Any) -> list[str]:
        """The value, if training never met it.

        Raises:
            QueryError: the value is not acceptable.
        """
        checked = self._checked(value)
        return [] if checked is None or checked in self.vocabulary else [str(value)]

    def layer(self, size: int, weight: Weight) -> Layer:
        """The embedding of each row."""
        return Layer(lookup, weight("embedding.weight", self.table_rows, size), zeros(size))

    def similarity(self, others: np.ndarray) -> Similarity:
        """1 for the same known value, else 0."""
        return lambda rows: ((rows[:, None] == others) & (rows[:, None] != UNKNOWN)).astype(np.float32)

    def _checked(self, value: Any) -> Any:
        code = code_of(self.feature, value)
        if not isinstance(code, (int, str, np.integer, np.bool_, type(None))):
            raise self.refused(value, "a whole number, a text, true or false")
        return _as_text(code)


def _as_text(value: Any) -> Any:
    """A boolean as the text that YAML and JSON have for it, so that the boolean and the text are one value."""
    return str(value).lower() if isinstance(value, _BOOLEANS) else value
