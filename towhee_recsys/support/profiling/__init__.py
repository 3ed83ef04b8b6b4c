"""Profiles: where the time of a training, an indexing or a request goes, as a report for people."""

from towhee_recsys.support.profiling.profile import profiled

__all__ = ["profiled"]
