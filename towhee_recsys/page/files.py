"""The page's own files."""

from __future__ import annotations

from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
"""The folder with index.html, style sheets and modules; it is served as it is."""
