"""Commands that train: a model, or a whole recommender."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from towhee_recsys.cli.checking import check_stores
from towhee_recsys.cli.cleaning import removed_table
from towhee_recsys.cli.common import Shown, configured, say, table
from towhee_recsys.cli.example_users import example_users
from towhee_recsys.cli.indexing import build_index
from towhee_recsys.cli.profiling import profiling
from towhee_recsys.cli.recommending import answers_for, show_answers

if TYPE_CHECKING:
    from towhee_recsys.config import Config


@click.command(epilog="Example: towhee-recsys train -c movielens_1m --set training.epochs=20")
@click.option("--fresh", is_flag=True, help="Start over instead of resuming an interrupted training.")
@click.option("--final", is_flag=True, help="Train on all interactions, for production.")
@click.option("--continue", "warm_start", is_flag=True, help="Start from the model in model.dir, on data that grew.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, metavar="N", help="How many processes train together."
)
@profiling
@configured()
def train(config: Config, progress: bool | None, fresh: bool, final: bool, warm_start: bool, workers: int) -> Shown:
    """Train the model that a config declares."""
    from towhee_recsys.training import train as train_model
    from towhee_recsys.training.training_split import CONTINUES

    bundle = train_model(config, final=final, warm_start=warm_start, fresh=fresh, workers=workers, progress=progress)
    quality, parent = bundle.quality, bundle.manifest.trained_on.get(CONTINUES)
    removed = bundle.manifest.dataset.removed
    result = {
        "model_id": bundle.model_id,
        "model_dir": str(config.model.dir),
        "removed": removed,
        "quality": quality,
    }
    result |= {CONTINUES: parent} if parent else {}
    title = f"Model {bundle.model_id} in {config.model.dir}" + (f", continued from {parent}" if parent else "")

    def show() -> None:
        removed_table(removed)
        table(title, ["", "Figure"], [[*pair] for pair in quality.items()])
        if any(name.startswith("validation_") for name in quality):
            click.echo(
                "Measured on interactions held out to follow the training. `towhee-recsys evaluate` measures on the "
                "test part of the protocol: another and larger one, so that its figures differ."
            )

    return result, show


@click.command(epilog="Example: towhee-recsys run -c movielens_1m --set dataset.path=data/ml-1m")
@configured()
def run(config: Config, progress: bool | None) -> Shown:
    """Train, measure, index if the model is as good as the config requires, and recommend to three users."""
    from towhee_recsys.cli.measuring import show_evaluation
    from towhee_recsys.evaluation.evaluate import as_json
    from towhee_recsys.evaluation.release import release

    check_stores(config)  # before the training, not after
    bundle, evaluation = release(config, progress)
    built = build_index(config)
    answers = answers_for(config, example_users(config, 3))
    result = {"model_id": bundle.model_id, "index": built, "evaluation": as_json(evaluation), "answers": answers}

    def show() -> None:
        show_evaluation(evaluation)
        show_answers(answers, config)

    return result, show


@click.command(epilog="Example: towhee-recsys prepare -f data/ml-1m/movies.dat -o movies_data.txt")
@click.option(
    "-f",
    "--file",
    "source",
    required=True,
    metavar="FILE",
    help="A file of items in the dataset's format, such as movies.dat.",
)
@click.option("-o", "--output", default="movies_data.txt", show_default=True, metavar="FILE", help="The file to write.")
@configured()
def prepare(config: Config, progress: bool | None, source: str, output: str) -> Shown:
    """Write items as the model reads them, one per line: id::word ids of the text::ids of the list's members."""
    from towhee_recsys.training.prepare import prepare_items

    count = prepare_items(config, source, Path(output))
    words = (
        f"the model in {config.model.dir}" if Path(config.model.dir).exists() else f"{source}: there is no model yet"
    )
    result = {"items": count, "output": output}
    return result, lambda: say(f"{count:,} items in {output}, with the vocabularies of {words}")
