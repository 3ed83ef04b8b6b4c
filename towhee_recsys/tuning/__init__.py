"""Tuning: a search for better settings, on validation data only."""

from towhee_recsys.tuning.results import TrialResult, Tuning
from towhee_recsys.tuning.tune import tune

__all__ = ["TrialResult", "Tuning", "tune"]
