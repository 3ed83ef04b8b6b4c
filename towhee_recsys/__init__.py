"""towhee_recsys: a YAML file becomes a trained, indexed, measured and served recommender.

from towhee_recsys import load_config, train, index_pipeline, recommend_pipeline
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import logging
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

# In a checkout operators/, pipelines/ and configs/ lie beside this folder; in a wheel they lie inside it.
# Both spell the same import.
_checkout = Path(__file__).resolve().parent.parent
if (_checkout / "pyproject.toml").is_file():
    __path__.append(str(_checkout))

from towhee_recsys.version import __version__  # noqa: E402

if TYPE_CHECKING:
    from towhee_recsys.bulk import recommend_all
    from towhee_recsys.bundle import load_bundle
    from towhee_recsys.bundle.paddle_model import paddle_model
    from towhee_recsys.config import Config, load_config
    from towhee_recsys.data import read_dataset
    from towhee_recsys.errors import RecsysError
    from towhee_recsys.evaluation.compare import compare
    from towhee_recsys.evaluation.evaluate import evaluate
    from towhee_recsys.lifecycle import (
        add_feedback,
        copy_index,
        delete_items,
        exported_feedback,
        forget_user,
        gc_index,
        hidden_items,
        hide_items,
        index_builds,
        rollback_index,
        show_items,
    )
    from towhee_recsys.lifecycle.doctor import examine
    from towhee_recsys.pipelines import (
        add_items,
        add_pipeline,
        index_pipeline,
        load_pipeline,
        recommend_frame,
        recommend_pipeline,
        similar_pipeline,
        why_not,
    )
    from towhee_recsys.training import prepare_items, train
    from towhee_recsys.tuning import tune

_LAZY_EXPORTS = {
    "Config": "config",
    "RecsysError": "errors",
    "add_feedback": "lifecycle",
    "add_items": "pipelines",
    "add_pipeline": "pipelines",
    "compare": "evaluation.compare",
    "copy_index": "lifecycle",
    "delete_items": "lifecycle",
    "evaluate": "evaluation.evaluate",
    "examine": "lifecycle.doctor",
    "exported_feedback": "lifecycle",
    "forget_user": "lifecycle",
    "gc_index": "lifecycle",
    "hidden_items": "lifecycle",
    "hide_items": "lifecycle",
    "index_builds": "lifecycle",
    "index_pipeline": "pipelines",
    "load_bundle": "bundle",
    "load_config": "config",
    "load_pipeline": "pipelines",
    "paddle_model": "bundle.paddle_model",
    "prepare_items": "training.prepare",
    "read_dataset": "data",
    "recommend_all": "bulk",
    "recommend_frame": "pipelines",
    "recommend_pipeline": "pipelines",
    "rollback_index": "lifecycle",
    "show_items": "lifecycle",
    "similar_pipeline": "pipelines",
    "train": "training",
    "tune": "tuning",
    "why_not": "pipelines",
}

__all__ = [
    "Config",
    "RecsysError",
    "__version__",
    "add_feedback",
    "add_items",
    "add_pipeline",
    "compare",
    "copy_index",
    "delete_items",
    "evaluate",
    "examine",
    "exported_feedback",
    "forget_user",
    "gc_index",
    "hidden_items",
    "hide_items",
    "index_builds",
    "index_pipeline",
    "load_bundle",
    "load_config",
    "load_pipeline",
    "paddle_model",
    "prepare_items",
    "read_dataset",
    "recommend_all",
    "recommend_frame",
    "recommend_pipeline",
    "rollback_index",
    "show_items",
    "similar_pipeline",
    "train",
    "tune",
    "why_not",
]


def __getattr__(name: str) -> Any:
    """Loads a public name at its first use, so that `import towhee_recsys` stays fast."""
    if name not in _LAZY_EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LAZY_EXPORTS[name]}"), name)


class _WhenTowheeIsImported(importlib.abc.MetaPathFinder):
    """Registers our operators and pipelines with Towhee, which may be imported after us.

    Towhee looks for a name that is not registered at its hub, and runs what it finds there.
    """

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """The spec of `towhee`, once, with the registration after it; nothing for other names."""
        if name != "towhee":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: Any) -> None:
                root = logging.getLogger()
                handlers = root.handlers[:]
                with warnings.catch_warnings():
                    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")  # of no use to a user
                    execute(module)
                root.handlers[:] = handlers  # Towhee's shows the numbers of threads
                importlib.import_module("towhee_recsys.pipelines")

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


if "towhee" in sys.modules:
    importlib.import_module(f"{__name__}.pipelines")
else:
    sys.meta_path.insert(0, _WhenTowheeIsImported())
