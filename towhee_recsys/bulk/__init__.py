"""Bulk answers: recommendations for many users at once, by exact scores, block by block, into a file."""

from towhee_recsys.bulk.recommend import BulkAnswers, recommend_all

__all__ = ["BulkAnswers", "recommend_all"]
