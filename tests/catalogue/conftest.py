from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from towhee_recsys.catalogue import Catalogue, Movie, open_catalogue


@pytest.fixture(params=["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty catalogue. Another kind is one more param: what is tested here holds for each."""
    return f"sqlite:///{tmp_path / 'movies.sqlite'}"


@pytest.fixture
def catalogue(url: str) -> Catalogue:
    return open_catalogue(url)


@pytest.fixture
def movie() -> Callable[..., Movie]:
    """A movie's facts, told apart by its id and its version."""

    def movie(key: int, version: str = "v1") -> Movie:
        return {"movie_id": key, "title": f"{version} of {key}", "year": 1900 + key % 100, "genres": ["Drama", version]}

    return movie


@pytest.fixture
def published(catalogue: Catalogue) -> Callable[..., None]:
    """Writes movies as a version and makes it the live one."""

    def published(movies: list[Movie], version: str = "v1") -> None:
        catalogue.write(movies, version)
        catalogue.publish(version)

    return published
