"""Requests: what a caller wants, and the policies by which hits become an answer."""

from towhee_recsys.requests.items import by_id
from towhee_recsys.requests.request import Request
from towhee_recsys.requests.similar import similar_request_reader
from towhee_recsys.requests.users import user_request_reader

__all__ = ["Request", "by_id", "similar_request_reader", "user_request_reader"]
