"""Features: from the values of a record to the arrays that a tower reads."""

from towhee_recsys.features.encoder import FeatureEncoder
from towhee_recsys.features.vocabulary import Vocabulary

__all__ = ["FeatureEncoder", "Vocabulary"]
