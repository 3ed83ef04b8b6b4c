"""The six notebooks of the course run one after the other, and are stored with the outputs of such a run."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest

LEARN = Path(__file__).resolve().parents[2] / "docs" / "learn"
PICTURES = {
    "1-first-recommender": 0,
    "2-what-the-model-learns": 6,
    "3-is-it-any-good": 3,
    "4-never-met": 3,
    "5-policies-and-feedback": 2,
    "6-from-laptop-to-cluster": 2,
}
"""The pictures in the outputs of each notebook, in the order of the course."""


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    """docs/learn/run.py."""
    spec = spec_from_file_location("run_course", LEARN / "run.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all notebooks, so that the sample is trained once."""
    return tmp_path_factory.mktemp("course")


def stored(name: str) -> Any:
    return nbformat.read(LEARN / f"{name}.ipynb", as_version=4)


def code_of(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def kinds(notebook: Any) -> list[set[str]]:
    """What each cell of code gives: names of streams, and types of what is shown."""
    return [
        {kind for output in cell.outputs for kind in output.get("data", [output.get("name", output.output_type)])}
        for cell in code_of(notebook)
    ]


def pictures(notebook: Any) -> int:
    return sum("image/png" in found for found in kinds(notebook))


def test_the_course_has_these_notebooks() -> None:
    assert sorted(path.stem for path in LEARN.glob("*.ipynb")) == list(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_notebook_is_stored_with_its_outputs(name: str, runner: ModuleType, tmp_path: Path) -> None:
    notebook = stored(name)
    code = code_of(notebook)
    assert sum(bool(cell.outputs) for cell in code) >= len(code) - 1
    assert pictures(notebook) == PICTURES[name]
    assert runner.problems(notebook, str(tmp_path)) == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_notebook_asks_a_question_has_exercises_and_links_to_the_next(name: str) -> None:
    text = "\n".join(cell.source for cell in stored(name).cells if cell.cell_type == "markdown")
    assert "**The question:" in text.split("\n\n")[1]
    assert text.index("## Exercises") < text.index("## Answers")
    following = dict(zip(PICTURES, [f"{each}.ipynb" for each in list(PICTURES)[1:]], strict=False))
    assert f"]({following.get(name, '../start/your-own-data.md')})" in text.split("## Answers")[1]


@pytest.mark.parametrize("name", PICTURES)
def test_the_files_that_a_notebook_links_to_exist(name: str) -> None:
    text = "\n".join(cell.source for cell in stored(name).cells if cell.cell_type == "markdown")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (LEARN / link).exists()] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PICTURES)
def test_a_notebook_runs_and_gives_what_is_stored(name: str, runner: ModuleType, folder: Path) -> None:
    notebook = runner.executed(LEARN / f"{name}.ipynb", folder)
    assert kinds(notebook) == kinds(stored(name))
    assert runner.problems(notebook, str(folder)) == []


def test_what_must_not_be_stored_is_found(runner: ModuleType, tmp_path: Path) -> None:
    def cell(**output: Any) -> Any:
        return nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output(**output)])

    notebook = nbformat.v4.new_notebook(
        cells=[
            cell(output_type="stream", name="stderr", text="deprecated"),
            cell(output_type="stream", name="stdout", text=f"a model in {tmp_path / 'model'}"),
            cell(output_type="display_data", data={"image/png": "A" * 100_000}),
            cell(output_type="display_data", data={"image/png": "A" * 1_000, "text/plain": "<Figure>"}),
        ]
    )
    warning, path, size = runner.problems(notebook, str(tmp_path))
    assert "deprecated" in warning
    assert str(tmp_path) in path
    assert "75,000" in size
