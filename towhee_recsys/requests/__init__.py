"""Requests: what a caller wants, and the policies by which hits become an answer."""

from towhee_recsys.requests.fields import read_each
from towhee_recsys.requests.filter_counts import filter_counts, request_filter_counts
from towhee_recsys.requests.items import CatalogueTitles, ItemRecords, item_finder
from towhee_recsys.requests.new_events import EventReader
from towhee_recsys.requests.request import Request, filters_of
from towhee_recsys.requests.similar import ITEMS, similar_request_reader
from towhee_recsys.requests.users import USER, user_request_reader

__all__ = [
    "ITEMS",
    "USER",
    "CatalogueTitles",
    "EventReader",
    "ItemRecords",
    "Request",
    "filter_counts",
    "filters_of",
    "item_finder",
    "read_each",
    "request_filter_counts",
    "similar_request_reader",
    "user_request_reader",
]
