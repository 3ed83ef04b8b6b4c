"""Steps wait for slower ones after them: a catalogue goes through in pieces, and memory does not grow with it.

Towhee's own limit is off (operators/towhee_fixes.py): a queue that is full waits without looking up, for ever if the
node that empties it failed or got no thread. Here who waits looks up, and soon waits no more for what does not begin.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from towhee.runtime.nodes import NodeStatus

AHEAD = 4
"""Rows that may wait for a step: in a big catalogue a row is a list of items, or their vectors."""

LOOK_UP = 0.1
"""Seconds after which one that waits looks whether the call has failed meanwhile."""

BEGINS = 1.0
"""Seconds within which a node has its thread; otherwise all are taken, by nodes that may wait for one another."""


def wait_for_those_after(node: Any, nodes: Sequence[Any], failures: Sequence[Any], began: float) -> None:
    """Returns when no queue that `node` fills is full, or waiting is vain: then `failures` may say why.

    `began` is the moment of `time.monotonic()` at which the call began.
    """
    for queue in node._output_ques:
        reader = next((each for each in nodes if queue in each._in_ques), None)
        with queue._not_full:  # which Towhee notifies of every row that is taken
            while reader and queue.size >= AHEAD and not failures and _takes_more(reader, began):
                queue._not_full.wait(LOOK_UP)


def _takes_more(reader: Any, began: float) -> bool:
    if reader.status is NodeStatus.NOT_RUNNING:
        return time.monotonic() - began < BEGINS
    return bool(reader.status is NodeStatus.RUNNING)
