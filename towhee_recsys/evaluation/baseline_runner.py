"""The baselines of the table, measured on a task."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from tqdm import tqdm

from towhee_recsys.errors import EvaluationError, close_match
from towhee_recsys.evaluation.baselines import PEER_RANKERS, PEER_RATERS, RANKERS, RATERS, SideInformation
from towhee_recsys.evaluation.measure import MetricValues, measure
from towhee_recsys.protocols import Task

PEERS = (*PEER_RANKERS, *PEER_RATERS)
"""Baselines that are measured when they are asked for."""

_RANKERS, _RATERS = RANKERS | PEER_RANKERS, RATERS | PEER_RATERS

log = logging.getLogger(__name__)


def check_peers(peers: Sequence[str]) -> None:
    """Raises EvaluationError for a name that is no peer's."""
    for name in peers:
        if name not in PEERS:
            hint = close_match(name, PEERS)
            raise EvaluationError(f"peer {name!r} is not known.{hint} Accepted: {', '.join(PEERS)}.")


def measure_baselines(
    task: Task, side: SideInformation, peers: Sequence[str], progress: bool | None
) -> dict[str, MetricValues]:
    """Each baseline by its name, fitted on the training part; one that does not fit this dataset is left out.

    Raises EvaluationError when one of the `peers`, which were asked for, cannot be had.
    """
    names = [*peers, *RANKERS, *RATERS]  # peers first: what they lack is told before the others take their time
    found = {}
    shown = sys.stderr.isatty() if progress is None else progress
    for name in tqdm(names, desc="baselines", unit="", disable=not shown):
        try:
            found[name] = _measure(name, task, side)
        except EvaluationError as error:
            if name in peers:
                raise
            log.warning("without the baseline %s: %s", name, error)
    return {name: found[name] for name in (*_RANKERS, *_RATERS) if name in found}


def _measure(name: str, task: Task, side: SideInformation) -> MetricValues:
    if name in _RANKERS:
        return measure(task, score=_RANKERS[name](task, side))
    return measure(task, predict=_RATERS[name](task, side))
