"""The ablation as a table: a row for each feature, a column for each protocol and metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from towhee_recsys.evaluation.ablation import ALL, Difference


@dataclass(frozen=True)
class AblationTable:
    """`rows` have a feature's name and a difference, or None, for each of `columns`, which are (protocol, metric)."""

    columns: list[tuple[str, str]]
    rows: list[tuple[str, list[Difference | None]]]


def ablation_table(ablation: Sequence[Difference]) -> AblationTable | None:
    """The table; None where nothing was ablated. The row of all features comes first."""
    if not ablation:
        return None
    columns = list(dict.fromkeys((each.protocol, each.metric) for each in ablation))
    features = sorted(dict.fromkeys(each.feature for each in ablation), key=lambda feature: feature != ALL)
    found = {(each.feature, each.protocol, each.metric): each for each in ablation}
    return AblationTable(columns, [(name, [found.get((name, *column)) for column in columns]) for name in features])
