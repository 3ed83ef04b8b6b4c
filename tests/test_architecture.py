"""Which layer may import which: one direction, from `support` up to the command line."""

from __future__ import annotations

import ast
import subprocess
import sys
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


LAYERS = [
    "errors",
    "version",
    "support",
    "engines",
    "features",
    "config",
    "data",
    "model",
    "bundle",
    "stores",
    "requests",
    "metrics",
    "protocols",
    "training",
    "evaluation",
    "init",
    "tuning",
    "lifecycle",
    "bulk",
    "page",
    "operators",
    "pipelines",
    "service",
    "cli",
]
"""Every layer, from the lowest up: a layer imports those before it, and none after it."""


def layer(name):
    """The part below `towhee_recsys` of a full name of ours; of another name the package, as "package towhee"."""
    parts = name.split(".")
    if len(parts) > 1 and ".".join(parts[:2]) in MODULES:
        return parts[1]
    return parts[0] if parts[0] == "towhee_recsys" else f"package {parts[0]}"  # one is called requests, as a layer is


IMPORTED = {}
"""Which layers, and which packages that are not ours, each layer imports."""
for each in MODULES:
    IMPORTED.setdefault(layer(each), set()).update(layer(imported) for imported in imports(each))


def test_every_folder_is_a_layer():
    assert set(IMPORTED) - {"towhee_recsys", "__main__", "configs"} == set(LAYERS)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_imports_only_lower_layers(name):
    higher = LAYERS[LAYERS.index(name) + 1 :]
    assert IMPORTED[name] & {"towhee_recsys", *higher} == set()


def test_only_operators_and_pipelines_import_towhee():
    assert [name for name in LAYERS if "package towhee" in IMPORTED[name]] == ["operators", "pipelines"]


def test_only_the_paddle_package_imports_paddle():
    paddle = {name for name in MODULES if any(each.partition(".")[0] == "paddle" for each in imports(name))}
    assert paddle == {"towhee_recsys.model.paddle.quiet"}


def test_operators_take_plain_arguments_not_a_config():
    assert IMPORTED["operators"] & {"config", "training"} == set()


def test_no_module_imports_by_the_name_of_a_folder_of_the_checkout():
    for name in MODULES:
        tops = {imported.partition(".")[0] for imported in imports(name)}
        assert tops & {"operators", "pipelines", "configs", "tests", "examples"} == set(), name


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
        "import towhee_recsys.stores.vectors, towhee_recsys.stores.catalogue",
        "import towhee_recsys.data, towhee_recsys.features",
        "import towhee_recsys.bundle, towhee_recsys.lifecycle",
    ],
)
def test_what_must_be_fast_loads_nothing_heavy(code):
    assert loaded_by(code) == []


def test_encoding_loads_nothing_heavy(small_bundle):
    code = "from towhee_recsys.bundle import *"
    code += f"\nbundle = load_bundle({str(small_bundle.directory)!r})"
    code += "\nItemEncoder(bundle)({'movie_id': 5001}), UserEncoder(bundle)({'age': 25})"
    assert loaded_by(code) == []
    assert loaded_by(f"{code}\nUserEncoder(bundle)({{'liked': [5001]}})") == []


def test_indexing_and_recommending_load_nothing_of_training(sample_bundle, tmp_path):
    settings = {"model.dir": sample_bundle.directory, "model.embedding_size": 32, "milvus.uri": tmp_path / "movies.db"}
    overrides = [f"{key}={value}" for key, value in settings.items()] + [
        f"catalogue=sqlite:///{tmp_path}/movies.sqlite"
    ]
    code = "from towhee_recsys import index_pipeline, load_config, recommend_pipeline"
    code += f"\nconfig = load_config('sample', overrides={overrides})"
    code += "\nindex_pipeline(config)(), recommend_pipeline(config)({'age': 25}).get()"
    assert set(loaded_by(code)) & {"matplotlib", "paddle", "scipy"} == set()


def test_towhee_finds_our_operators_and_pipelines():
    code = "import towhee, towhee_recsys; from towhee import AutoPipes; from towhee.runtime.operator_manager import *"
    code += "\nassert OperatorRegistry.resolve('towhee-recsys/lookup')"
    code += "\nassert 'towhee_recsys/recommend' in AutoPipes._PIPES_DEF"
    assert set(loaded_by(code)) & {"matplotlib", "paddle", "pandas", "pymilvus", "scipy"} == set()
