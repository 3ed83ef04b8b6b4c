"""The doctor checks everything that a config names, and reports what is wrong and how to fix it."""

from towhee_recsys.lifecycle.doctor.examine import examine
from towhee_recsys.lifecycle.doctor.findings import Finding

__all__ = ["Finding", "examine"]
