"""What was begun and not ended: nobody is served from it, and it takes room."""

from __future__ import annotations

from towhee_recsys.lifecycle.doctor.case import Case
from towhee_recsys.lifecycle.doctor.findings import Concern
from towhee_recsys.stores.vectors import builds as builds_of


def builds(case: Case) -> str:
    """Every build of the index went live, and the catalogue has versions of no others."""
    assert case.catalogue
    found, live = builds_of(case.index), case.catalogue.live(case.index.collection)
    published = {each.name for each in found if each.published}
    there = {each.name for each in found} | set(case.catalogue.versions(case.index.collection))
    if unfinished := sorted(there - published):
        raise Concern(
            f"{len(unfinished)} not finished: {', '.join(unfinished)}. If no indexing is running, "
            "`towhee-recsys index` goes on with one of its model, and `index --gc` removes what is left of them."
        )
    if live not in {each.name for each in found if each.live}:
        raise Concern(
            f"the catalogue's live version is {live}, which is not the live build: a switch was stopped midway. "
            "`towhee-recsys index --gc` makes it that of the index."
        )
    return f"{len(found)}, all finished"


def changes(case: Case) -> str:
    """No addition or deletion was stopped midway."""
    if case.live.pending:
        raise Concern(
            f"an addition or deletion of {len(case.live.pending)} items is under way, or was stopped midway. "
            "If it was stopped, give the same command again: it ends what was begun."
        )
    return "none under way"


def training(case: Case) -> str:
    """No training was stopped midway."""
    from towhee_recsys.training.folders import work_dir

    checkpoint = work_dir(case.config.model.dir) / "checkpoint.npz"
    if checkpoint.exists():
        raise Concern(
            f"one is under way, or was stopped: {checkpoint} is there. `towhee-recsys train` goes on with it, "
            "`train --fresh` starts anew."
        )
    return "none under way"
