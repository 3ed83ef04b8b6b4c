"""Who may import whom: core houses, then operators, then pipelines, then the face, in this one direction."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("matplotlib", "milvus_lite", "paddle", "pandas", "pymilvus", "scipy", "towhee")
FOLDERS = {
    "towhee_recsys": ROOT / "towhee_recsys",
    "towhee_recsys.operators": ROOT / "operators",
    "towhee_recsys.pipelines": ROOT / "pipelines",
    "towhee_recsys.configs": ROOT / "configs",
}


def modules():
    """Every module of ours by its name, with its file."""
    found = {}
    for package, folder in FOLDERS.items():
        for file in folder.rglob("*.py"):
            parts = file.relative_to(folder).with_suffix("").parts
            found[".".join([package, *(part for part in parts if part != "__init__")])] = file
    return found


MODULES = modules()


def is_for_types_only(node):
    return isinstance(node, ast.If) and ast.unparse(node.test).removeprefix("typing.") == "TYPE_CHECKING"


def imports(name):
    """The full names that a module imports anywhere but for type checkers; functions' imports are among them."""
    file = MODULES[name]
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    waiting, found = [ast.parse(file.read_text(encoding="utf-8"))], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found.update(each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module
            found.update(f"{origin}.{each.name}" for each in node.names)
        waiting.extend(node.orelse if is_for_types_only(node) else ast.iter_child_nodes(node))
    return found


def house(name):
    """What stands right below `towhee_recsys` in a full name of ours; of another name the first part."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and ".".join(parts[:2]) in MODULES else parts[0]


HOUSES = {}
"""Which houses, and which packages that are not ours, each house imports."""
for each in MODULES:
    HOUSES.setdefault(house(each), set()).update(house(imported) for imported in imports(each))
CORE = set(HOUSES) - {"towhee_recsys", "operators", "pipelines", "configs", "cli", "__main__"}


def test_the_modules_are_seen():
    assert {"config", "datasets", "features", "model", "training", "evaluation", "bundle", "index", "catalogue"} <= CORE
    assert {"metrics", "protocols", "baselines", "upkeep", "doctor"} <= CORE
    assert "features" in HOUSES["model"]
    assert "towhee" in HOUSES["operators"]
    assert "towhee_recsys.operators" in MODULES


@pytest.mark.parametrize("name", sorted(CORE))
def test_the_core_knows_no_towhee_and_nobody_above_it(name):
    assert HOUSES[name] & {"towhee", "towhee_recsys", "operators", "pipelines", "configs", "cli"} == set()


def test_operators_know_no_pipeline_and_no_config():
    assert HOUSES["operators"] & {"towhee_recsys", "pipelines", "config", "configs", "cli", "training"} == set()


def test_pipelines_know_nothing_of_the_face():
    assert HOUSES["pipelines"] & {"towhee_recsys", "cli"} == set()


def test_nobody_imports_by_the_name_of_a_folder_of_the_checkout():
    for name in MODULES:
        tops = {imported.partition(".")[0] for imported in imports(name)}
        assert tops & {"operators", "pipelines", "configs", "tests", "examples"} == set(), name


def test_the_houses_import_each_other_in_one_direction():
    graph = {name: (HOUSES[name] & set(HOUSES)) - {name} for name in HOUSES if name != "towhee_recsys"}
    order = [name for name in TopologicalSorter(graph).static_order() if name in CORE]  # CycleError if there is none
    assert order[0] in ("errors", "config")
    assert HOUSES["config"] & CORE <= {"config", "errors"}
    assert HOUSES["datasets"] & CORE <= {"datasets", "config", "errors"}
    assert HOUSES["features"] & CORE <= {"features", "config", "errors"}
    assert HOUSES["model"] & CORE <= {"model", "features", "datasets", "config", "errors"}
    assert HOUSES["metrics"] & CORE <= {"metrics"}
    assert HOUSES["protocols"] & CORE <= {"protocols", "datasets", "config", "errors"}
    assert not HOUSES["training"] & {"evaluation", "baselines"}
    assert not HOUSES["baselines"] & {"model", "bundle", "training"}
    assert HOUSES["upkeep"] & CORE <= {"upkeep", "index", "catalogue", "training", "bundle", "config", "errors"}
    assert [name for name in CORE if "doctor" in HOUSES[name]] == ["doctor"]


def loaded_by(code):
    """The heavy packages that are loaded after `code` has run in a process of its own."""
    report = f"{code}\nimport sys\nprint(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", report], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    "code",
    [
        "import towhee_recsys",
        "from towhee_recsys import load_config; load_config('sample')",
        "import towhee_recsys.cli",
        "import towhee_recsys.index, towhee_recsys.catalogue, towhee_recsys.datasets, towhee_recsys.features",
        "import towhee_recsys.bundle, towhee_recsys.upkeep",
    ],
)
def test_what_must_be_fast_loads_nothing_heavy(code):
    assert loaded_by(code) == []


def test_encoding_loads_nothing_heavy(small_bundle):
    code = "from towhee_recsys.bundle import *"
    code += f"\nbundle = load_bundle({str(small_bundle.directory)!r})"
    code += "\nMovieEncoder(bundle)({'movie_id': 5001}), UserEncoder(bundle)({'age': 25})"
    assert loaded_by(code) == []
    assert loaded_by(f"{code}\nUserEncoder(bundle)({{'liked': [5001]}})") == ["scipy"]


def test_indexing_and_asking_load_nothing_of_training(sample_bundle, tmp_path):
    settings = {"model.dir": sample_bundle.directory, "model.embedding_size": 32, "milvus.uri": tmp_path / "movies.db"}
    overrides = [f"{key}={value}" for key, value in settings.items()] + [
        f"catalogue=sqlite:///{tmp_path}/movies.sqlite"
    ]
    code = "from towhee_recsys import index_pipeline, load_config, recommend_pipeline"
    code += f"\nconfig = load_config('sample', overrides={overrides})"
    code += "\nindex_pipeline(config)(), recommend_pipeline(config)({'age': 25}).get()"
    assert set(loaded_by(code)) & {"matplotlib", "paddle", "scipy"} == set()


def test_who_has_loaded_towhee_finds_our_operators_and_pipelines():
    code = "import towhee, towhee_recsys; from towhee import AutoPipes; from towhee.runtime.operator_manager import *"
    code += "\nassert OperatorRegistry.resolve('towhee-recsys/lookup')"
    code += "\nassert 'towhee_recsys/recommend' in AutoPipes._PIPES_DEF"
    assert set(loaded_by(code)) & {"matplotlib", "paddle", "pandas", "pymilvus", "scipy"} == set()
