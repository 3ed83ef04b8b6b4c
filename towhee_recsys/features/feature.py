"""The declaration of a feature in a config, and the properties of its kind before anything is fitted."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from towhee_recsys.support.section import Section


class Feature(Section):
    """A declared feature. Each kind is a class of its own, in a file of its own; `kinds.py` lists them.

    Attributes:
        kind: The name of the kind in a config.
        column: The column of the users' or items' table, which is also the field of a record.
        size: The length of the feature's embeddings; the kind decides what else it means.
        is_id: Whether the values are ids: only those that training knows get a row, and each has biases.
        is_history: Whether the values are the items that a user likes, which training fills in.
        learns_unknown: Whether training hides some values, to learn the row of the unknown. Other kinds encode a
            missing value as nothing, or as a mean.
        decays: Whether its vectors are pulled to 0, since it could learn single users and items by heart.
        is_costly: Whether its layer costs so much that a step of training computes it for a part of the items only.
        grouping: Whether a value puts its record into one group of records, such as an age, or into several.
    """

    kind: str
    column: str = Field(min_length=1, description="the column of the users' or items' table")
    size: int = Field(ge=1, description="the embedding's length")

    is_id: ClassVar[bool] = False
    is_history: ClassVar[bool] = False
    learns_unknown: ClassVar[bool] = False
    decays: ClassVar[bool] = False
    is_costly: ClassVar[bool] = False
    grouping: ClassVar[Literal["none", "one", "several"]] = "none"

    @property
    def joined_size(self) -> int:
        """The length of the feature's part of a joined tower."""
        return self.size

    def groups_of(self, value: Any) -> list[str]:
        """The groups of a record with this value, by their names; an empty list where the value is missing."""
        return []

    def describe(self, value: Any) -> str:
        """`value` as a person reads it."""
        return str(value)

    def from_text(self, text: str) -> Any:
        """The value that a text of the command line stands for.

        Raises:
            ValueError: the text stands for none.
        """
        return text

    @property
    def group_names(self) -> list[str]:
        """The names of the groups that are declared, in their order; others may occur."""
        return []
