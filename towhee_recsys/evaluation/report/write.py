"""The report as a file: all sections put into the templates, and written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.ablation import Difference
from towhee_recsys.evaluation.report.ablation_table import ablation_table
from towhee_recsys.evaluation.report.curves import curves
from towhee_recsys.evaluation.report.example_users import example_users
from towhee_recsys.evaluation.report.header import report_header
from towhee_recsys.evaluation.report.latency import latency
from towhee_recsys.evaluation.report.pictures import MODELS
from towhee_recsys.evaluation.report.slices import slices
from towhee_recsys.evaluation.report.tables import full_tables, glossary, sentences, tables
from towhee_recsys.evaluation.report.uncertainty import uncertainty
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.support.output_file import OutputFile

TEMPLATES = Path(__file__).parent / "templates"


def write_report(evaluation: Evaluation, path: str | Path, *, ablation: Sequence[Difference] = ()) -> None:
    """Writes the report of `evaluation` to `path`: one HTML file in UTF-8 that loads nothing.

    `ablation` is what `ablate` returned; left out, the section explains how to get it. The same input gives the
    same bytes, except in the section that times searches.

    Raises:
        EvaluationError: `path` cannot be written.
    """
    file = _file(path)
    file.check()
    file.write(render(evaluation, ablation))


def check_location(path: str | Path) -> None:
    """Checks that a report can be written to `path`, whose folder must exist.

    Raises:
        EvaluationError: `path` cannot be written.
    """
    _file(path).check()


def _file(path: str | Path) -> OutputFile:
    return OutputFile(path, error=EvaluationError)


def render(evaluation: Evaluation, ablation: Sequence[Difference] = ()) -> str:
    """The page as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    engine = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,  # titles and names are others' data
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return engine.get_template("report.html").render(_content(evaluation, ablation))


def _content(evaluation: Evaluation, ablation: Sequence[Difference]) -> dict[str, Any]:
    return {
        "colours": {name: number % MODELS for number, name in enumerate(evaluation.models)},
        "explicit": evaluation.dataset.schema.feedback.scale is not None,
        "header": report_header(evaluation),
        "tables": tables(evaluation),
        "full_tables": full_tables(evaluation),
        "glossary": glossary(evaluation),
        "sentences": sentences(evaluation),
        "curves": curves(evaluation),
        "ablation": ablation_table(ablation),
        "latency": latency(evaluation),
        "uncertainty": uncertainty(evaluation),
        "slices": slices(evaluation),
        "users": example_users(evaluation),
    }
