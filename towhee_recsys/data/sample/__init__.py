"""A small dataset in MovieLens 1M's files: real films, simulated people, tastes that are known (see README.md here)."""

from __future__ import annotations

from pathlib import Path

SAMPLE_DIR: Path = Path(__file__).parent
"""The folder that holds movies.dat, users.dat and ratings.dat."""
