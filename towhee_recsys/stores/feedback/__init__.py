"""The feedback: users' interactions since the last training, and hidden items."""

from towhee_recsys.stores.feedback.events import Event, value_of
from towhee_recsys.stores.feedback.feedback import FeedbackStore, open_feedback

__all__ = ["Event", "FeedbackStore", "open_feedback", "value_of"]
