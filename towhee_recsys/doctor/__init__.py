"""The doctor: looks at everything that a config names and says what is wrong with it, and the cure."""

from towhee_recsys.doctor.examine import examine
from towhee_recsys.doctor.findings import Finding

__all__ = ["Finding", "examine"]
