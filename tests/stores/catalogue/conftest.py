from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stores.catalogue.stores import MariadbStore, RedisStore, SqliteStore, Store
from towhee_recsys.stores.catalogue import Catalogue, Movie, open_catalogue


@pytest.fixture(params=["sqlite", "redis", "mariadb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of each kind: what is tested with it holds for all."""
    if request.param == "sqlite":
        return SqliteStore(tmp_path / "movies.sqlite")
    if request.param == "redis":
        return RedisStore(request.getfixturevalue("redis_server"))
    return MariadbStore(request.getfixturevalue("mariadb_server"))


@pytest.fixture
def url(store: Store) -> str:
    return store.url


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
