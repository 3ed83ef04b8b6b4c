"""What was asked of whom: the facts at the head of the report."""

from __future__ import annotations

from dataclasses import dataclass

from towhee_recsys.config import dump_config
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.protocols import PROTOCOLS


@dataclass(frozen=True)
class ReportHeader:
    """Facts by their names; of each model its name, ids (one a seed) and settings as YAML."""

    description: str
    facts: dict[str, str]
    models: list[tuple[str, list[str], str]]


def asked(evaluation: Evaluation) -> ReportHeader:
    """The facts of `evaluation`; the counts of ratings are those of the first seed."""
    task = evaluation.tasks[0]
    known = PROTOCOLS.get(task.protocol)
    return ReportHeader(known.description if known else "", _facts(evaluation), _models(evaluation))


def _facts(evaluation: Evaluation) -> dict[str, str]:
    task, dataset = evaluation.tasks[0], evaluation.dataset
    seeds = [each.seed for each in evaluation.tasks]
    facts = {
        "Protocol": task.protocol,
        "Seed" if len(seeds) == 1 else "Seeds": ", ".join(map(str, seeds)),
        "Dataset": dataset.name,
        "Users": f"{task.users:,}",
        "Items": f"{task.items:,}",
        "Ratings to train on": f"{len(task.train):,}",
        "Ratings to validate with": f"{len(task.validation):,}",
        "Held-out ratings": f"{len(task.test):,}",
        "Users who get a list": f"{len(task.questions[0].users):,}" if task.questions else "0",
        "Liked means": f"{task.liked:g} stars or more",
    }
    skipped = dataset.bad_rows.total()
    return facts | ({"Bad lines skipped": f"{skipped:,}"} if skipped else {})


def _models(evaluation: Evaluation) -> list[tuple[str, list[str], str]]:
    """The settings are the bundle's: those of this model, without the stores, whose addresses may be secret."""
    return [
        (name, [bundle.model_id for bundle in each.bundles], dump_config(each.bundles[0].config))
        for name, each in evaluation.models.items()
    ]
