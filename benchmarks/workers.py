"""Training by two processes (`train --workers 2`) beside one: seconds on the clock, and the quality of both models.

The config is trained for all its epochs, from the data files to the written bundle; the two take turns. One process
uses all cores already, by threads, so that two on the same cores gain only what threads leave idle, and pay for what
they exchange and compute twice: a ratio above 1 means that two processes are slower. The models are the same up to
rounding, and are measured on the test part of the config's protocol.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.case import Case
from benchmarks.rows import Limit, Row, compared
from benchmarks.timing import interleaved
from towhee_recsys import read_dataset, train
from towhee_recsys.bundle import Bundle
from towhee_recsys.config import load_config
from towhee_recsys.evaluation.scorer import measure_model
from towhee_recsys.training.training_split import task_of

PACKAGES = ("paddlepaddle", "numpy")

WORKERS = {"ours": 2, "theirs": 1}

METRICS = {"rmse": Limit("≤", 1.002), "ndcg@10": Limit("≥", 0.995)}
"""What is measured on the test part, and how it may differ from the model of one process."""


def measure(case: Case) -> list[Row]:
    """The row of the time, and a row for each metric."""
    epochs: dict[str, Any] = {"training.epochs": 2} if case.quick else {}
    configs = {
        name: load_config(case.config, **{"model.dir": str(case.work / "workers" / str(count)), **epochs})
        for name, count in WORKERS.items()
    }
    models: dict[str, Bundle] = {}

    def trained(name: str, _: int) -> None:
        models[name] = train(configs[name], fresh=True, workers=WORKERS[name])

    calls = {name: partial(trained, name) for name in WORKERS}
    seconds = interleaved(calls, 1 if case.quick else 3, warm_up=0)
    dataset = read_dataset(case.config.dataset)
    task = task_of(configs["ours"], dataset)
    found = {name: measure_model(model, dataset, task).metrics for name, model in models.items()}
    return [
        compared("train with two workers", seconds, "one process", unit="s", convert=np.asarray),
        *(
            Row(
                f"{name.upper()} of the model of two workers",
                "",
                found["ours"][name],
                "one process",
                found["theirs"][name],
                limit,
            )
            for name, limit in METRICS.items()
            if name in found["ours"]
        ),
    ]
