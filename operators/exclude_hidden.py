"""The items that are hidden."""

from __future__ import annotations

from typing import Any

from towhee import register

from towhee_recsys.stores.feedback import open_feedback


@register(name="towhee_recsys/exclude_hidden")
class ExcludeHidden:
    """A list of ids to leave out to these and the ids of the items that are hidden.

        .map(("leave_out", "request"), "leave_out", ops.towhee_recsys.exclude_hidden(feedback=..., uri=..., ...))

    A list of such lists with a list of requests gives a list of lists.

    Args:
        feedback: The URL of the feedback.
        uri: A Milvus Lite file, which ends in .db, or a Milvus server; it is not reached.
        collection: The name of the index.

    Raises:
        StoreError: the feedback fails.
    """

    def __init__(self, feedback: str, uri: str, collection: str):
        self._feedback = open_feedback(feedback, uri, collection)

    def __call__(self, leave_out: Any, requests: Any) -> Any:
        """The ids to leave out for one request or for each of several."""
        hidden = self._feedback.hidden()
        if isinstance(requests, (list, tuple)):
            return [[*ids, *hidden] for ids in leave_out]
        return [*leave_out, *hidden]
