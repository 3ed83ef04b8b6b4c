"""The libraries behind the extra `peers`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from towhee_recsys.errors import EvaluationError

PACKAGES = {"implicit": "implicit", "surprise": "scikit-surprise", "threadpoolctl": "threadpoolctl"}


def library(name: str) -> Any:
    """The module `name`.

    Raises:
        EvaluationError: it is not installed, or cannot be loaded here.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise EvaluationError(
            f"this baseline needs {PACKAGES[name]}, which cannot be imported ({error}): "
            "pip install 'towhee_recsys[peers]', or leave this baseline out."
        ) from error
