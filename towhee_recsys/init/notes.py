"""What a reader of an inferred config should know: decisions, doubts, and columns that are left out."""

from __future__ import annotations

from dataclasses import dataclass, field

Path = tuple[str, ...]
"""The keys of a setting, such as `("dataset", "interactions", "user")`."""


@dataclass(eq=False)
class Notes:
    """Collects what the config and the verdict explain.

    Attributes:
        why: A comment for a setting.
        unsure: What may be wrong with a setting, and what to write instead.
        left_out: Why a column is not a feature, by table and column.
        leaks: The columns among them that are made from the interactions.
    """

    why: dict[Path, str] = field(default_factory=dict)
    unsure: dict[Path, str] = field(default_factory=dict)
    left_out: dict[tuple[str, str], str] = field(default_factory=dict)
    leaks: list[tuple[str, str]] = field(default_factory=list)
