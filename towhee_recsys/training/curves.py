"""The picture of a training: its loss and its RMSE, epoch by epoch."""

from __future__ import annotations

from pathlib import Path


def draw_curves(history: list[dict[str, float]], best_epoch: int, path: Path) -> None:
    """Writes a PNG with the training loss on the left and both RMSEs on the right."""
    from matplotlib.figure import Figure

    epochs = [line["epoch"] for line in history]
    figure = Figure(figsize=(9, 3.5), layout="constrained")
    loss, error = figure.subplots(1, 2)
    loss.plot(epochs, [line["loss"] for line in history], marker=".")
    loss.set(title="Training loss", xlabel="epoch", ylabel="squared error (stars²)")
    for name in ("training", "validation"):
        error.plot(epochs, [line[f"{name}_rmse"] for line in history], marker=".", label=name)
    error.axvline(best_epoch, color="grey", linestyle=":", label=f"kept: epoch {best_epoch}")
    error.set(title="RMSE", xlabel="epoch", ylabel="stars")
    error.legend()
    figure.savefig(path, dpi=100)
