"""The picture of a tuning: the trials in their order, and how much each setting matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee_recsys.support.output_file import OutputFile
from towhee_recsys.tuning.results import TrialResult, best_of, definition


def draw_tuning(
    trials: Sequence[TrialResult], importance: Mapping[str, float], metric: str, output: OutputFile
) -> None:
    """Writes a PNG with a panel of the metric, trial by trial, and, if it is known, one of the settings' importance.

    Raises:
        TuningError: it cannot be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10 if importance else 5.5, 4), layout="constrained")
    panels = figure.subplots(1, 2 if importance else 1, squeeze=False)[0]
    _draw_trials(panels[0], trials, metric)
    if importance:
        names = list(importance)[::-1]
        panels[1].barh(names, [importance[name] for name in names])
        panels[1].set(title="Importance of settings", xlabel="share of the differences between trials")
    output.write(lambda file: figure.savefig(file, dpi=100, format="png"))


def _draw_trials(panel: Any, trials: Sequence[TrialResult], metric: str) -> None:
    for state, marker in (("complete", "o"), ("pruned", "x")):
        shown = [(each.number, each.value) for each in trials if each.state == state]
        if shown:
            panel.plot(*zip(*shown, strict=True), marker, label=f"{state}, {len(shown)} trials")
    so_far = ((each.number, best_of(trials[:row], metric)) for row, each in enumerate(trials, start=1))
    best = [(number, found.value) for number, found in so_far if found]
    panel.step(*zip(*best, strict=True), where="post", color="grey", label="best so far")
    panel.set(title=f"{definition(metric).columns[metric]} on validation data", xlabel="trial")
    panel.legend()
