"""Training: from a config to a bundle."""

from towhee_recsys.training.prepare import prepare_items
from towhee_recsys.training.train import train

__all__ = ["prepare_items", "train"]
