"""The history: the items that each user has interacted with."""

from towhee_recsys.stores.history.history import History, open_history

__all__ = ["History", "open_history"]
