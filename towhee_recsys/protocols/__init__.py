"""Protocols of evaluation: how interactions are split into training and test, and which lists a model is to give."""

from __future__ import annotations

from towhee_recsys.protocols.protocols import PROTOCOLS, make_task, split
from towhee_recsys.protocols.task import Question, Task

__all__ = ["PROTOCOLS", "Question", "Task", "make_task", "split"]
