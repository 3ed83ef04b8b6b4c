"""towhee_recsys: a YAML file becomes a trained, indexed, measured and served recommender."""

from __future__ import annotations

from pathlib import Path

# In a checkout operators/, pipelines/ and configs/ lie beside this folder; in a wheel they lie inside it. Both spell the same import.
_checkout = Path(__file__).resolve().parent.parent
if (_checkout / "pyproject.toml").is_file():
    __path__.append(str(_checkout))

__version__ = "0.1.0"
