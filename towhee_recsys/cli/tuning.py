"""The command that searches for better settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.common import Shown, config_option, named_in, say, showing, table

if TYPE_CHECKING:
    from towhee_recsys.tuning import Tuning

MISSING = "–"


@click.command(epilog="Example: towhee-recsys tune -c my.yaml --trials 30 -o best.yaml")
@click.option("--trials", type=click.IntRange(min=1), metavar="N", help="How many in all; by default tune.trials.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Start none after S seconds.")
@click.option(
    "-o", "--output", metavar="FILE.yaml", help="The config to write; by default in the folder <model.dir>.tuning."
)
@click.option("--fresh", is_flag=True, help="Start over instead of continuing with the trials of earlier runs.")
@config_option()
@showing
def tune(name: str, overrides: tuple[str, ...], **options: Any) -> Shown:
    """Try settings of a space, on validation data, and write a config with the best.

    The section `tune` of the config declares the space. A run that was stopped continues where it was.
    """
    from towhee_recsys.tuning import tune as tune_config

    with named_in(name):
        found = tune_config(name, overrides=overrides, **options)
    return found.to_json(), lambda: show_tuning(found)


def show_tuning(found: Tuning) -> None:
    """Prints a table of the trials, what they were measured on, and what was written."""
    names = list(found.best.settings)
    columns = [
        "Trial",
        found.metric.upper(),
        *(name.removeprefix("training.") for name in names),
        "Epochs run",
        "State",
    ]
    rows = [
        [
            str(each.number),
            MISSING if each.value is None else f"{each.value:.4f}{'*' if each == found.best else ''}",
            *(_shown(each.settings[name]) for name in names),
            str(each.epochs),
            each.state,
        ]
        for each in found.trials
    ]
    table(f"{len(found.trials)} trials; * the best", columns, rows)
    if found.importance:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in found.importance.items())
        say(f"Importance of settings: {shares}")
    say(
        f"Trained on {found.trained_on:,} and measured on {found.validated_on:,} interactions of the training part of "
        f"{found.protocol}. Its test part was not read: `towhee-recsys evaluate -c {found.file}` measures on it."
    )
    say(f"Best config in {found.file}, plot in {found.picture}")


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
