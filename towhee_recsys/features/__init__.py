"""Features: from the values of a record to the arrays that a tower reads."""

from towhee_recsys.features.categories import CategoriesFeature
from towhee_recsys.features.category import CategoryFeature
from towhee_recsys.features.encoder import FeatureEncoder, Record, check_columns
from towhee_recsys.features.feature import Feature
from towhee_recsys.features.history import HistoryFeature
from towhee_recsys.features.id import IdFeature
from towhee_recsys.features.kinds import KINDS, FeatureKind
from towhee_recsys.features.number import NumberFeature
from towhee_recsys.features.text import TextFeature
from towhee_recsys.features.vocabulary import Vocabulary

__all__ = [
    "KINDS",
    "CategoriesFeature",
    "CategoryFeature",
    "Feature",
    "FeatureEncoder",
    "FeatureKind",
    "HistoryFeature",
    "IdFeature",
    "NumberFeature",
    "Record",
    "TextFeature",
    "Vocabulary",
    "check_columns",
]
