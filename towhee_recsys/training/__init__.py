"""Training: from a config to a bundle."""

from towhee_recsys.training.prepare import prepare_items
from towhee_recsys.training.previous import restore_previous
from towhee_recsys.training.train import train

__all__ = ["prepare_items", "restore_previous", "train"]
