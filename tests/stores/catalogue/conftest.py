from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stores.catalogue.stores import MariadbStore, RedisStore, SqliteStore, Store
from towhee_recsys.stores.catalogue import Catalogue, Item, open_catalogue


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
def item() -> Callable[..., Item]:
    """An item's facts, told apart by its id and its version."""

    def item(key: int, version: str = "v1") -> Item:
        return {"movie_id": key, "title": f"{version} of {key}", "year": 1900 + key % 100, "genres": ["Drama", version]}

    return item


@pytest.fixture
def published(catalogue: Catalogue) -> Callable[..., None]:
    """Writes items as a version and makes it the live one."""

    def published(items: list[Item], version: str = "v1") -> None:
        catalogue.write(items, version)
        catalogue.publish(version)

    return published
