"""Profiles: how a training, an indexing or a request spends its time, as a readable report."""

from towhee_recsys.support.profiling.profile import profiled

__all__ = ["profiled"]
