"""The head of the report: what was measured, on which data, by which protocol."""

from __future__ import annotations

from dataclasses import dataclass

from towhee_recsys.config import dump_config
from towhee_recsys.config.interactions import ANY_WEIGHT
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.protocols import PROTOCOLS


@dataclass(frozen=True)
class ReportHeader:
    """The protocol's description, facts by their names, and of each model the name, ids (one a seed) and settings."""

    description: str
    facts: dict[str, str]
    models: list[tuple[str, list[str], str]]


def report_header(evaluation: Evaluation) -> ReportHeader:
    """The head of the report of `evaluation`; the counts are those of the first seed."""
    task = evaluation.tasks[0]
    protocol = PROTOCOLS.get(task.protocol)
    return ReportHeader(protocol.description if protocol else "", _facts(evaluation), _models(evaluation))


def _facts(evaluation: Evaluation) -> dict[str, str]:
    task, dataset = evaluation.tasks[0], evaluation.dataset
    seeds, value = [each.seed for each in evaluation.tasks], "rating" if dataset.schema.feedback.scale else "weight"
    facts = {
        "Protocol": task.protocol,
        "Seed" if len(seeds) == 1 else "Seeds": ", ".join(map(str, seeds)),
        "Dataset": dataset.name,
        "Users": f"{task.users:,}",
        "Items": f"{task.items:,}",
        "Interactions to train on": f"{len(task.train):,}",
        "Interactions to validate with": f"{len(task.validation):,}",
        "Held-out interactions": f"{len(task.test):,}",
        "Users with a list": f"{len(task.questions[0].users):,}" if task.questions else "0",
        "Liked": "weight above 0" if task.liked == ANY_WEIGHT else f"{value} of {task.liked:g} or more",
    }
    skipped = dataset.bad_rows.total()
    facts |= {"Bad rows skipped": f"{skipped:,}"} if skipped else {}
    return facts | {f"Interactions removed by {rule}": f"{count:,}" for rule, count in dataset.removed.items()}


def _models(evaluation: Evaluation) -> list[tuple[str, list[str], str]]:
    """The settings are the bundle's: those of this model, without the stores, whose addresses may be secret."""
    return [
        (name, [bundle.model_id for bundle in each.bundles], dump_config(each.bundles[0].config))
        for name, each in evaluation.models.items()
    ]
