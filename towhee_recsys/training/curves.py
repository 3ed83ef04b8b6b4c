"""The picture of a training: the loss and the validation's metrics, epoch by epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee_recsys.support.step_timers import timed

PANELS = {
    "Loss": {"loss": "training"},
    "RMSE": {"training_rmse": "training", "validation_rmse": "validation"},
    "NDCG@10": {"validation_ndcg@10": "validation"},
}
"""By a panel's title the values of an epoch that it shows, each with the part of the data that it is measured on."""


@timed("curves")
def draw_curves(history: list[dict[str, float]], kept_epoch: int, path: Path) -> None:
    """Writes a PNG with a panel for each metric that the history has."""
    from matplotlib.figure import Figure

    shown = {title: [name for name in names if name in history[0]] for title, names in PANELS.items()}
    shown = {title: names for title, names in shown.items() if names}
    width, height = 4.5 * len(shown), 3.5
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(0.6 / width, 0.5 / height, 1 - 0.15 / width, 1 - 0.35 / height, wspace=0.25)  # in inches
    for panel, (title, names) in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown.items(), strict=True):
        _draw(panel, history, {name: PANELS[title][name] for name in names})
        panel.axvline(kept_epoch, color="grey", linestyle=":", label=f"kept: epoch {kept_epoch}")
        panel.set(title=title, xlabel="epoch")
        panel.legend()
    figure.savefig(path, dpi=100)


def _draw(panel: Any, history: list[dict[str, float]], names: dict[str, str]) -> None:
    for name, label in names.items():
        panel.plot([line["epoch"] for line in history], [line[name] for line in history], marker=".", label=label)
