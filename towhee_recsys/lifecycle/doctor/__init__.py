"""The doctor: looks at everything that a config names and says what is wrong with it, and the cure."""

from towhee_recsys.lifecycle.doctor.examine import examine
from towhee_recsys.lifecycle.doctor.findings import Finding

__all__ = ["Finding", "examine"]
