"""The wheel: what is in it, and that it works where nothing else of the checkout is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from release.contents import PLACES, expected_in_wheel, wheel_files

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


def called(*command, **options):
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(list(map(str, command)), env=env, capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of the sources without a network."""
    source = tmp_path_factory.mktemp("source")
    for folder in PLACES:
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    called(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", source / "dist", cwd=source)
    [built] = (source / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The Python of an environment with the wheel, and of the environment of the tests only the dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=os.name != "nt")
    found = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    called(sys.executable, "-m", "pip", "--python", found, "install", "--no-index", "--no-deps", wheel)
    packages = called(found, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    dependencies = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(packages) / "dependencies.pth").write_text("\n".join(dependencies), encoding="utf-8")
    return found


def test_all_of_the_sources_is_in_it_and_nothing_else(wheel):
    names = set(wheel_files(wheel))
    files = [file for folder in PLACES for file in (ROOT / folder).rglob("*") if file.is_file()]
    sources = expected_in_wheel(f.relative_to(ROOT).as_posix() for f in files if "__pycache__" not in f.parts)
    assert names == sources
    assert {"towhee_recsys/py.typed", "towhee_recsys/data/sample/ratings.dat"} < names
    assert {"towhee_recsys/configs/movielens_1m.yaml", "towhee_recsys/pipelines/recommend.yaml"} < names
    assert "towhee_recsys/configs/datasets/movielens.yaml" in names


def test_it_says_what_it_is(wheel):
    with ZipFile(wheel) as archive:
        about = {Path(name).name: name for name in archive.namelist() if ".dist-info/" in name}
        text = {name: archive.read(path).decode() for name, path in about.items()}
    assert "Name: towhee_recsys\n" in text["METADATA"] or "Name: towhee-recsys\n" in text["METADATA"]
    extras = {line.partition(": ")[2] for line in text["METADATA"].splitlines() if line.startswith("Provides-Extra")}
    assert {"all", "mysql", "peers", "redis", "sql", "tune"} <= extras
    assert "towhee-recsys = towhee_recsys.cli:main" in text["entry_points.txt"]
    assert text["LICENSE"] == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_it_trains_indexes_and_recommends_where_nothing_else_is(python, tmp_path):
    code = "import towhee_recsys; print(towhee_recsys.__file__)"
    assert Path(called(python, "-c", code, cwd=tmp_path).strip()).is_relative_to(python.parent.parent)
    small = ["--set", "model.embedding_size=16", "--set", "training.epochs=2", "-q"]
    called(python, "-m", "towhee_recsys.cli", "train", "-c", "sample", *small, cwd=tmp_path)
    options = ["-i", "-g", "F", "-a", "25", "-j", "programmer", "-k", "3", "--json"]
    command = python.parent / "towhee-recsys"
    answer = json.loads(called(command, "recommend", "-c", "sample", *small, *options, cwd=tmp_path))
    assert [item["rank"] for item in answer["recommendations"]] == [1, 2, 3]
    assert answer["user"] == {"gender": "F", "age": "25", "occupation": "programmer"}
    assert {path.name for path in tmp_path.iterdir()} == {"artifacts"}
