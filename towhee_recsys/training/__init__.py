"""Training: from a config to a bundle."""

from towhee_recsys.training.train import train

__all__ = ["train"]
