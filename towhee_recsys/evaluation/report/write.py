"""The report as a file: all sections put into the templates, and written whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from towhee_recsys.bundle.files import write_atomically
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.ablation import Difference
from towhee_recsys.evaluation.report.asked import asked
from towhee_recsys.evaluation.report.curves import curves
from towhee_recsys.evaluation.report.latency import latency
from towhee_recsys.evaluation.report.people import people
from towhee_recsys.evaluation.report.pictures import MODELS
from towhee_recsys.evaluation.report.slices import slices
from towhee_recsys.evaluation.report.tables import full_tables, sentences, tables
from towhee_recsys.evaluation.report.worth import worths
from towhee_recsys.evaluation.results import Evaluation

TEMPLATES = Path(__file__).parent / "templates"


def write_report(evaluation: Evaluation, path: str | Path, *, ablation: Sequence[Difference] = ()) -> None:
    """Writes the report of `evaluation` to `path`, one HTML file in UTF-8 that loads nothing from anywhere.

    `ablation` is what `ablate` gave; left out, the section says how to get it. The same input gives the same bytes,
    but for the section that times searches. Raises EvaluationError when `path` cannot be written.
    """
    path = Path(path)
    check_place(path)
    page = render(evaluation, ablation).encode("utf-8", "replace")
    with _told(path):
        write_atomically(path, lambda fresh: _write(fresh, page))


def check_place(path: str | Path) -> None:
    """Makes the folder of `path` and tries it. Raises EvaluationError when no report can be written there."""
    path = Path(path)
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(None, "it is a folder")
        with tempfile.TemporaryFile(dir=path.parent):
            pass


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
        "colours": {name: place % MODELS for place, name in enumerate(evaluation.models)},
        "asked": asked(evaluation),
        "tables": tables(evaluation),
        "full_tables": full_tables(evaluation),
        "sentences": sentences(evaluation),
        "curves": curves(evaluation),
        "worths": worths(ablation),
        "latency": latency(evaluation),
        "slices": slices(evaluation),
        "people": people(evaluation),
    }


def _write(path: Path, page: bytes) -> None:
    path.write_bytes(page)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EvaluationError(
            f"the report {path} cannot be written: {error.strerror or error}. Name another file, or mend the rights."
        ) from error
