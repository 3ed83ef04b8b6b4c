"""Training curves: the loss and the metrics of each epoch, from the bundle's history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from towhee_recsys.bundle import Bundle
from towhee_recsys.evaluation.report.pictures import MODELS, Series, lines
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.training.curves import PANELS

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True)
class Panel:
    """A picture under its title."""

    title: str
    picture: Markup


def curves(evaluation: Evaluation) -> list[Panel]:
    """A panel for each metric that any model's history has, with the models of the first seed."""
    histories = [_history(each.bundles[0]) for each in evaluation.models.values()]
    kept = [each.bundles[0].quality["kept_epoch"] for each in evaluation.models.values()]
    panels = []
    for number, (title, values) in enumerate(PANELS.items()):
        series = [
            Series([line["epoch"] for line in history], [line[name] for line in history], model % MODELS, dashed, best)
            for model, (history, best) in enumerate(zip(histories, kept, strict=True))
            for name, dashed in _dashed(values).items()
            if history and all(name in line for line in history)
        ]
        if series:
            panels.append(Panel(title, lines(f"curve{number}", f"{title} by epoch", series, "epoch")))
    return panels


def _dashed(values: dict[str, str]) -> dict[str, bool]:
    """Which lines of a panel are dashed: that of the training, where the panel has one of the validation, too."""
    return {name: len(values) > 1 and part == "training" for name, part in values.items()}


def _history(bundle: Bundle) -> list[dict[str, Any]]:
    file = bundle.directory / "history.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
