"""Unfinished work: it serves no query and takes space."""

from __future__ import annotations

from towhee_recsys.lifecycle.doctor.case import Case
from towhee_recsys.lifecycle.doctor.findings import Concern
from towhee_recsys.stores.vectors import builds as builds_of


def publishing(case: Case) -> str:
    """The model in `model.dir` serves."""
    trained, live = case.trained.model_id, case.live.model_id
    if live not in (None, trained):
        raise Concern(
            f"model {trained} in {case.config.model.dir} does not serve, since the index is of {live}: it was trained "
            "since, or its index was rolled back. `towhee-recsys index` publishes it."
        )
    return "the trained model serves"


def builds(case: Case) -> str:
    """Every build of the index has been live."""
    found = builds_of(case.index)
    if unfinished := sorted(each.name for each in found if not each.published):
        raise Concern(
            f"{len(unfinished)} not finished: {', '.join(unfinished)}. If no indexing is running, "
            "`towhee-recsys index` resumes one of its model, and `towhee-recsys index --gc` drops them."
        )
    return f"{len(found)}, all finished"


def changes(case: Case) -> str:
    """No addition or deletion was interrupted."""
    if case.live.pending:
        raise Concern(
            f"an addition or deletion of {len(case.live.pending)} items is running or was interrupted. "
            "If it was interrupted, run the same command again to complete it."
        )
    return "none unfinished"


def training(case: Case) -> str:
    """No training was interrupted."""
    from towhee_recsys.training.folders import work_dir

    checkpoint = work_dir(case.config.model.dir) / "checkpoint.npz"
    if checkpoint.exists():
        raise Concern(
            f"one is running or was interrupted: {checkpoint} exists. `towhee-recsys train` resumes it, "
            "`towhee-recsys train --fresh` starts over."
        )
    return "none unfinished"
