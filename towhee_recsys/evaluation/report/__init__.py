"""The report of an evaluation: one HTML file that needs nothing else."""

from __future__ import annotations

from towhee_recsys.evaluation.report.write import check_location, write_report

__all__ = ["check_location", "write_report"]
