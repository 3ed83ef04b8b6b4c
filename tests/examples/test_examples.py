"""Every example runs as written, and the notebooks run and are committed with their outputs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.servers.service import ServiceProcess
from towhee_recsys.config import load_config

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
USER = ["-a", "25", "-g", "F", "-j", "programmer"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("examples")


def run(folder: Path, script: str, *arguments: str) -> str:
    command = [sys.executable, str(EXAMPLES / script), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def trained(folder: Path) -> str:
    return run(folder, "train.py")


def test_every_script_has_a_test() -> None:
    tested = Path(__file__).read_text(encoding="utf-8")
    scripts = list(EXAMPLES.glob("*.py"))
    assert scripts
    assert [script.name for script in scripts if f'"{script.name}"' not in tested] == []


def test_train(trained: str) -> None:
    assert "validation_rmse" in trained


def test_get_movies_data(folder: Path) -> None:
    movies = EXAMPLES.parent / "towhee_recsys" / "data" / "sample" / "movies.dat"
    assert "326 movies" in run(folder, "get_movies_data.py", "-f", str(movies))


def test_paddle_gives_the_recommendations_of_milvus(folder: Path, trained: str) -> None:
    by_milvus = listed(run(folder, "infer_milvus.py", *USER, "-i"))
    by_paddle = listed(run(folder, "infer_paddle.py", *USER))
    assert [movie for movie, *_ in by_milvus] == [movie for movie, *_ in by_paddle]
    assert [rating for *_, rating in by_milvus] == pytest.approx([rating for *_, rating in by_paddle], abs=0.11)
    program = [sys.executable, "-m", "towhee_recsys", "recommend", "-c", "sample", *USER, "--json"]
    ran = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=True)
    exact = [movie["score"] for movie in json.loads(ran.stdout)["recommendations"]]
    assert exact == pytest.approx([score for _, score, _ in by_paddle], abs=1e-5)


def test_swap_config(folder: Path, trained: str) -> None:
    first, second, third = run(folder, "swap_config.py").splitlines()
    assert first.partition(": ")[2] == second.partition(": ")[2]
    assert "Documentary" not in third.partition(": ")[2]


def test_serve_client(folder: Path, trained: str) -> None:
    index = [sys.executable, "-m", "towhee_recsys", "index", "-c", "sample", "-q"]
    subprocess.run(index, cwd=folder, capture_output=True, check=True)
    service = ServiceProcess(load_config("sample"), folder)
    with closing(service):
        service.start()
        shown = run(folder, "serve_client.py", "--url", service.url)
    assert "For somebody of 25 who likes Alien" in shown
    assert "For user 424242, after two ratings" in shown
    assert "Why not " in shown


def test_invalid_input_gives_an_error_without_a_traceback(folder: Path, trained: str) -> None:
    command = [sys.executable, str(EXAMPLES / "infer_milvus.py"), "-a", "250"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: ")
    assert "age" in ran.stderr
    assert "250" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("name", ["tracks", "articles"])
def test_the_notebook_of_an_example_runs_and_has_its_outputs(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "examples" / name
    shutil.copytree(EXAMPLES / name, folder)
    assert code_with_outputs(folder / f"{name}.ipynb")
    execute(folder / f"{name}.ipynb", folder)


def code_with_outputs(notebook: Path) -> list[Any]:
    """The cells of code of a notebook, all of which but one have outputs."""
    code = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    assert sum(bool(cell.outputs) for cell in code) >= len(code) - 1
    return code


def execute(notebook: Path, folder: Path) -> None:
    """Runs a notebook in a folder."""
    read = nbformat.read(notebook, as_version=4)
    NotebookClient(read, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()


def listed(output: str) -> list[tuple[int, float, float]]:
    """The id, the score and the predicted rating of each movie of a list."""
    lines = [line.split() for line in output.splitlines() if re.match(r"\s*\d", line)]
    assert len(lines) == 10
    return [(int(line[1]), float(line[2]), float(line[3])) for line in lines]
