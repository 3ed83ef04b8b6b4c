"""towhee_recsys: a YAML file becomes a trained, indexed, measured and served recommender.

from towhee_recsys import load_config, train, index_pipeline, recommend_pipeline
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

# In a checkout operators/, pipelines/ and configs/ lie beside this folder; in a wheel they lie inside it.
# Both spell the same import.
_checkout = Path(__file__).resolve().parent.parent
if (_checkout / "pyproject.toml").is_file():
    __path__.append(str(_checkout))

__version__ = "0.1.0"

if TYPE_CHECKING:
    from towhee_recsys.bundle import load_bundle
    from towhee_recsys.config import Config, load_config
    from towhee_recsys.datasets import read_dataset
    from towhee_recsys.errors import RecsysError
    from towhee_recsys.evaluation.evaluate import evaluate
    from towhee_recsys.pipelines import index_pipeline, load_pipeline, recommend_pipeline, similar_pipeline
    from towhee_recsys.training import prepare_movies, train

_HOUSES = {
    "Config": "config",
    "RecsysError": "errors",
    "evaluate": "evaluation.evaluate",
    "index_pipeline": "pipelines",
    "load_bundle": "bundle",
    "load_config": "config",
    "load_pipeline": "pipelines",
    "prepare_movies": "training.prepare",
    "read_dataset": "datasets",
    "recommend_pipeline": "pipelines",
    "similar_pipeline": "pipelines",
    "train": "training",
}

__all__ = [
    "Config",
    "RecsysError",
    "evaluate",
    "index_pipeline",
    "load_bundle",
    "load_config",
    "load_pipeline",
    "prepare_movies",
    "read_dataset",
    "recommend_pipeline",
    "similar_pipeline",
    "train",
]


def __getattr__(name: str) -> Any:
    """Loads a public name at its first use, so that `import towhee_recsys` stays fast."""
    if name not in _HOUSES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOUSES[name]}"), name)


if (
    "towhee" in sys.modules
):  # who has loaded Towhee means to compose: `ops.towhee_recsys` and `AutoPipes` are there then
    importlib.import_module(f"{__name__}.pipelines")
