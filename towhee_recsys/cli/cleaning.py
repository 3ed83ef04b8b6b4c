"""What cleaning has removed, for people."""

from __future__ import annotations

from collections.abc import Mapping

from towhee_recsys.cli.common import table


def removed_table(removed: Mapping[str, int]) -> None:
    """Prints how many interactions each rule has removed; nothing where none was."""
    if removed:
        rows = [[f"dataset.interactions.{rule}", count] for rule, count in removed.items()]
        table("Interactions removed by cleaning", ["rule", "removed"], rows)
